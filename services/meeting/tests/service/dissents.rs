use tonic::{Code, Status};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::room::{Room, add_member, cast, submit};

async fn dissent(by: &Party, meeting: &str, subject: &str) -> Result<Dissent, Status> {
    let request = AttachDissentRequest {
        parent: meeting.to_owned(),
        subject: subject.to_owned(),
        text: "试行期过短，看不出效果".to_owned(),
        ..Default::default()
    };
    Ok(by.dissents().attach_dissent(request).await?.into_inner())
}

async fn answer(by: &Party, name: &str) -> Result<Dissent, Status> {
    let request = AnswerDissentRequest {
        name: name.to_owned(),
        answer: "期满评估后再议".to_owned(),
    };
    Ok(by.dissents().answer_dissent(request).await?.into_inner())
}

async fn listed(by: &Party, meeting: &str) -> Vec<Dissent> {
    let request = ListDissentsRequest {
        parent: meeting.to_owned(),
        ..Default::default()
    };
    by.dissents()
        .list_dissents(request)
        .await
        .unwrap()
        .into_inner()
        .dissents
}

/// Decided by three of four, against the third.
async fn decided(room: &Room) -> Vote {
    let motion = room.submit(&room.units[0]).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    for (unit, choice) in room
        .units
        .iter()
        .zip([Choice::Yes, Choice::Yes, Choice::No, Choice::Yes])
    {
        cast(unit, &vote.name, choice).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap()
}

#[tokio::test]
async fn a_dissent_is_attached_answered_by_the_organizer_and_stands_in_the_minutes() {
    let room = Room::in_session(4).await;
    let against = &room.units[2];
    let undecided = submit(&room.units[0], &room.meeting, &room.item).await.unwrap();
    let refused = dissent(against, &room.meeting, &undecided.name).await;
    assert_eq!(detail(&refused, "state"), "SUBMITTED");
    assert_eq!(reason(refused), "NOT_DECIDED");

    let vote = decided(&room).await;
    let attached = dissent(against, &room.meeting, &vote.resolution).await.unwrap();
    assert_eq!(
        (
            attached.motion.clone(),
            attached.member.clone(),
            attached.member_display_name.as_str(),
            attached.answer.as_str()
        ),
        (vote.motion.clone(), against.name(), "驻区单位 3", "")
    );
    for subject in [&vote.motion, &vote.name, &vote.resolution] {
        let twice = dissent(against, &room.meeting, subject).await;
        assert_eq!(detail(&twice, "name"), attached.name);
        assert_eq!(reason(twice), "DISSENT_EXISTS");
    }
    let other = dissent(&room.units[3], &room.meeting, &vote.name).await.unwrap();
    room.close().await.unwrap();
    // the minutes are not drawn up yet, so they can still carry one
    let late = dissent(&room.units[1], &room.meeting, &vote.motion).await.unwrap();
    assert_eq!(listed(against, &room.meeting).await, [attached.clone(), other, late]);

    let by_member = answer(&room.units[0], &attached.name).await;
    assert_eq!(by_member.unwrap_err().code(), Code::PermissionDenied);
    let answered = answer(&room.secretary, &attached.name).await.unwrap();
    assert_eq!(
        (answered.answer.as_str(), answered.answered_by.clone()),
        ("期满评估后再议", room.secretary.principal.to_string())
    );
    assert_eq!(
        reason(answer(&room.secretary, &attached.name).await),
        "DISSENT_ANSWERED"
    );
    let get = GetDissentRequest {
        name: attached.name.clone(),
    };
    assert_eq!(
        against.dissents().get_dissent(get).await.unwrap().into_inner(),
        answered
    );

    let text = room.draft_minutes().await.unwrap().text;
    let told = "- 保留意见（驻区单位 3 于 2026-03-09 15:00:00 提出）：\n> 试行期过短，看不出效果\n- 答复（2026-03-09 15:00:00）：\n> 期满评估后再议\n";
    assert!(text.contains(told), "{text}");
    assert!(text.contains("- 保留意见（驻区单位 4"), "{text}");
    room.request_signatures("").await.unwrap();
    assert_eq!(
        reason(dissent(&room.units[0], &room.meeting, &vote.motion).await),
        "MEETING_STATE",
        "what is signed changes no more"
    );
}

#[tokio::test]
async fn only_those_on_the_roster_dissent_and_from_what_their_meeting_decided() {
    let room = Room::in_session(4).await;
    let vote = decided(&room).await;
    let convener = dissent(&room.secretary, &room.meeting, &vote.motion).await;
    assert_eq!(convener.unwrap_err().code(), Code::PermissionDenied);
    let newcomer = room.organization(OrganizationKind::ResidentUnit, "新到单位");
    let newcomer = room.appoint(newcomer, "RESIDENT_UNIT/REPRESENTATIVE");
    add_member(&room.secretary, &room.body, &newcomer.name()).await.unwrap();
    assert_eq!(
        reason(dissent(&newcomer, &room.meeting, &vote.motion).await),
        "NOT_ON_ROSTER",
        "a member since the notice"
    );
    let elsewhere = vote.motion.replace(
        room.meeting.rsplit('/').next().unwrap(),
        &room.ids.next::<uuid::Uuid>().to_string(),
    );
    let refused = dissent(&room.units[0], &room.meeting, &elsewhere).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    for subject in [room.item.as_str(), "", "x"] {
        assert_eq!(
            fields(&dissent(&room.units[0], &room.meeting, subject).await),
            ["subject"]
        );
    }
    let request = AttachDissentRequest {
        parent: room.meeting.clone(),
        subject: vote.motion.clone(),
        text: "不同意".to_owned(),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
        ..Default::default()
    };
    let first = room.units[0]
        .dissents()
        .attach_dissent(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = room.units[0].dissents().attach_dissent(request.clone()).await.unwrap();
    assert_eq!(again.into_inner(), first, "one request, one effect");
    let empty = AttachDissentRequest {
        text: String::new(),
        request_id: String::new(),
        ..request
    };
    assert_eq!(fields(&room.units[1].dissents().attach_dissent(empty).await), ["text"]);
    let no_answer = AnswerDissentRequest {
        name: first.name,
        answer: String::new(),
    };
    assert_eq!(
        fields(&room.secretary.dissents().answer_dissent(no_answer).await),
        ["answer"]
    );
}
