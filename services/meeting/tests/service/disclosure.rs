//! Publication of results and minutes, objections and answers, and the export.

use tonic::Status;
use yihe_meeting::verify_minutes;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::room::Room;

async fn object(room: &Room, by: &Party, text: &str) -> Result<Objection, Status> {
    let request = SubmitObjectionRequest {
        parent: room.meeting.clone(),
        text: text.to_owned(),
        request_id: String::new(),
    };
    Ok(by.disclosure().submit_objection(request).await?.into_inner())
}

async fn answer(room: &Room, name: &str) -> Result<Objection, Status> {
    let request = AnswerObjectionRequest {
        name: name.to_owned(),
        answer: "已核对，记录无误。".to_owned(),
    };
    Ok(room
        .secretary
        .disclosure()
        .answer_objection(request)
        .await?
        .into_inner())
}

async fn published() -> (Room, Party) {
    let (room, minutes) = Room::signing().await;
    for unit in &room.units[..3] {
        room.sign(unit, &minutes).await.unwrap();
    }
    room.publish().await.unwrap();
    // has a post in the community, and no part in the meeting
    let neighbour = room.organization(OrganizationKind::SocialOrganization, "楼长协会");
    let neighbour = room.appoint(neighbour, "SOCIAL_ORGANIZATION/CAPTAIN");
    (room, neighbour)
}

#[tokio::test]
async fn results_are_published_in_time_or_shown_late() {
    let room = Room::over().await;
    let request = PublishResultsRequest {
        name: room.meeting.clone(),
    };
    let refused = room.secretary.disclosure().publish_results(request.clone()).await;
    assert_eq!(reason(refused), "MINUTES_NOT_DRAFTED");
    let minutes = room.draft_minutes().await.unwrap();
    assert_eq!(
        (minutes.results_due_date.as_str(), minutes.results_overdue),
        ("2026-03-12", false)
    );
    assert_eq!(reason(room.publication(&room.units[3]).await), "NOT_PUBLISHED");
    room.set("2026-03-12T16:00:00Z");
    assert!(room.minutes(0).await.unwrap().results_overdue);
    let published = room
        .secretary
        .disclosure()
        .publish_results(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(published.results_overdue && published.text.is_empty());
    assert_eq!(published.resolutions.len(), 1);
    room.wait(3600);
    let again = room
        .secretary
        .disclosure()
        .publish_results(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(again, published);
    assert_eq!(room.publication(&room.units[3]).await.unwrap(), published);
}

#[tokio::test]
async fn objections_are_received_and_answered_within_the_disclosure_period() {
    let (room, neighbour) = published().await;
    let seen = room.publication(&neighbour).await.unwrap();
    assert_eq!(
        seen.disclosure_end_time.unwrap(),
        crate::room::instant("2026-03-16T16:00:00Z")
    );
    let objection = object(&room, &neighbour, "出席名单有误").await.unwrap();
    assert_eq!(objection.author, format!("users/{}", neighbour.user()));
    let answered = answer(&room, &objection.name).await.unwrap();
    assert!(!answered.answered_late && answered.answer.contains("已核对"));
    assert_eq!(reason(answer(&room, &objection.name).await), "OBJECTION_ANSWERED");
    assert_eq!(fields(&object(&room, &neighbour, " ").await), ["text"]);
    let second = object(&room, &room.units[0], "请补充附件").await.unwrap();

    room.set("2026-03-16T16:00:00Z");
    let late = object(&room, &neighbour, "再提一条").await;
    assert_eq!(detail(&late, "end"), "2026-03-16T16:00:00Z");
    assert_eq!(reason(late), "DISCLOSURE_OVER");
    assert!(answer(&room, &second.name).await.unwrap().answered_late);
    let request = ListObjectionsRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let listed = neighbour
        .disclosure()
        .list_objections(request)
        .await
        .unwrap()
        .into_inner();
    let told: Vec<_> = listed
        .objections
        .iter()
        .map(|one| (one.text.as_str(), one.answered_late))
        .collect();
    assert_eq!(told, [("出席名单有误", false), ("请补充附件", true)]);
}

#[tokio::test]
async fn nothing_is_objected_to_before_it_is_published() {
    let (room, _) = Room::signing().await;
    assert_eq!(reason(object(&room, &room.units[0], "有异议").await), "MEETING_STATE");
}

#[tokio::test]
async fn a_member_answers_no_objection_and_a_neighbour_sees_no_full_text() {
    let (room, neighbour) = published().await;
    let objection = object(&room, &neighbour, "有异议").await.unwrap();
    let request = AnswerObjectionRequest {
        name: objection.name,
        answer: "代答".to_owned(),
    };
    let refused = room.units[0].disclosure().answer_objection(request).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    let request = GetMinutesRequest {
        name: room.meeting.clone(),
        version: 0,
    };
    assert_eq!(
        reason(neighbour.minutes().get_minutes(request).await),
        "PERMISSION_DENIED"
    );
}

#[tokio::test]
async fn an_export_is_verified_and_every_change_in_it_is_found() {
    let (room, minutes) = Room::signing().await;
    room.sign(&room.units[0], &minutes).await.unwrap();
    let newer = room.note("", "更正", "").await.unwrap();
    room.sign(&room.units[0], &newer).await.unwrap();
    room.refuse(&room.units[1], 2, "不同意").await.unwrap();
    room.sign(&room.units[2], &newer).await.unwrap();
    room.publish().await.unwrap();
    let export = room.export().await;
    assert!(export.file_name.ends_with("-v2.json"));
    let verified = verify_minutes(&export.content, None).unwrap();
    assert_eq!((verified.version, verified.void, verified.votes.len()), (2, 1, 2));
    assert!(verified.published && !verified.key_given);
    assert_eq!(verified.signatures.len(), 3);

    let text = String::from_utf8(export.content).unwrap();
    let mut found = std::collections::BTreeSet::new();
    for (before, after, code) in [
        ("yihe.minutes.1\"", "yihe.minutes.9\"", 3),
        ("\"format\"", "\"formal\"", 3),
        ("试行一学期", "试行两学期", 4),
        ("\"current\": 2", "\"current\": 1", 4),
        (
            "\"display_name\": \"驻区单位 1\"",
            "\"display_name\": \"驻区单位 9\"",
            6,
        ),
        ("\"state\": \"NOT_SIGNED\"", "\"state\": \"SIGNED\"", 6),
        ("\"reason\": \"不同意\"", "\"reason\": \"同意\"", 6),
        ("（公开文本）", "（公布文本）", 7),
        ("\\\"choice\\\":\\\"YES\\\"", "\\\"choice\\\":\\\"NO\\\"", 8),
        ("\\\"choice\\\":\\\"ABSTAIN\\\"", "\\\"choice\\\":\\\"NO\\\"", 8),
    ] {
        assert!(text.contains(before), "{before}");
        let fault = verify_minutes(text.replacen(before, after, 1).as_bytes(), None).unwrap_err();
        assert_eq!(fault.exit_code(), code, "{before}: {fault}");
        found.insert(code);
    }
    assert_eq!(found.len(), 5);
}
