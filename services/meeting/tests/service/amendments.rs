use tonic::{Code, Status};
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::room::{Room, cast, check_in, check_out};

async fn amend(by: &Party, motion: &Motion, text: &str) -> Result<Amendment, Status> {
    let (meeting, _) = motion.name.split_once("/motions/").unwrap();
    let amendment = Amendment {
        motion: motion.name.clone(),
        text: text.to_owned(),
        rationale: "更可行".to_owned(),
        ..Default::default()
    };
    let request = SubmitAmendmentRequest {
        parent: meeting.to_owned(),
        amendment: Some(amendment),
        ..Default::default()
    };
    Ok(by.amendments().submit_amendment(request).await?.into_inner())
}

async fn restate(by: &Party, name: &str, text: &str) -> Result<Amendment, Status> {
    let request = RestateAmendmentRequest {
        name: name.to_owned(),
        text: text.to_owned(),
        rationale: "按新文本".to_owned(),
    };
    Ok(by.amendments().restate_amendment(request).await?.into_inner())
}

async fn withdraw(by: &Party, name: &str) -> Result<Amendment, Status> {
    let request = WithdrawAmendmentRequest { name: name.to_owned() };
    Ok(by.amendments().withdraw_amendment(request).await?.into_inner())
}

async fn strike(by: &Party, name: &str) -> Result<Amendment, Status> {
    let request = StrikeAmendmentRequest {
        name: name.to_owned(),
        reason: "提出者已离席".to_owned(),
    };
    Ok(by.amendments().strike_amendment(request).await?.into_inner())
}

async fn order(room: &Room, motion: &str, names: &[&str]) -> Result<Vec<Amendment>, Status> {
    let request = OrderAmendmentsRequest {
        motion: motion.to_owned(),
        amendments: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let ordered = room
        .secretary
        .amendments()
        .order_amendments(request)
        .await?
        .into_inner();
    Ok(ordered.amendments)
}

async fn open_on(room: &Room, amendment: &Amendment) -> Result<Vote, Status> {
    let request = OpenVoteRequest {
        parent: amendment.motion.clone(),
        amendment: amendment.name.clone(),
        ..Default::default()
    };
    Ok(room.secretary.votes().open_vote(request).await?.into_inner())
}

async fn decide(room: &Room, vote: &Vote, choice: Choice) -> Vote {
    for unit in &room.units {
        cast(unit, &vote.name, choice).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap()
}

async fn amendment(room: &Room, name: &str) -> Amendment {
    let request = GetAmendmentRequest { name: name.to_owned() };
    let found = room.units[0].amendments().get_amendment(request).await.unwrap();
    found.into_inner()
}

#[tokio::test]
async fn amendments_are_voted_first_and_change_the_text_and_every_version_is_kept() {
    let room = Room::in_session(3).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    assert_eq!((motion.version, motion.text.as_str()), (1, "试行一学期"));
    let first = amend(&room.units[1], &motion, "试行一学年").await.unwrap();
    let second = amend(&room.units[2], &motion, "试行两个月").await.unwrap();
    assert_eq!((first.mover.clone(), first.motion_version), (room.units[1].name(), 1));

    let refused = room.open_vote(&motion.name).await;
    assert_eq!(
        detail(&refused, "amendments"),
        format!("{} {}", second.name, first.name),
        "the last submitted first"
    );
    assert_eq!(reason(refused), "AMENDMENTS_PENDING");
    let early = open_on(&room, &first).await;
    assert_eq!(detail(&early, "next"), second.name);
    assert_eq!(reason(early), "AMENDMENT_NOT_NEXT");

    let vote = open_on(&room, &second).await.unwrap();
    assert_eq!(
        (vote.amendment.as_str(), vote.motion.as_str()),
        (second.name.as_str(), motion.name.as_str())
    );
    assert_eq!(amendment(&room, &second.name).await.state(), AmendmentState::Voting);
    let closed = decide(&room, &vote, Choice::No).await;
    assert_eq!(
        (closed.tally.unwrap().verdict(), closed.resolution.as_str()),
        (TallyVerdict::Rejected, "")
    );
    assert_eq!(amendment(&room, &second.name).await.state(), AmendmentState::Rejected);
    assert_eq!(
        room.motion(&motion.name).await,
        motion,
        "a rejected one changes nothing"
    );

    let vote = open_on(&room, &first).await.unwrap();
    let closed = decide(&room, &vote, Choice::Yes).await;
    assert_eq!(closed.resolution, "", "a changed text is no decision yet");
    let adopted = amendment(&room, &first.name).await;
    assert!(adopted.state() == AmendmentState::Adopted && adopted.end_time.is_some());
    let amended = room.motion(&motion.name).await;
    assert_eq!(
        (amended.state(), amended.version, amended.text.as_str()),
        (MotionState::Submitted, 2, "试行一学年")
    );

    let versions = ListMotionVersionsRequest {
        parent: motion.name.clone(),
        ..Default::default()
    };
    let versions = room.units[0].amendments().list_motion_versions(versions).await.unwrap();
    let versions: Vec<_> = versions.into_inner().versions;
    let read: Vec<_> = versions
        .iter()
        .map(|version| (version.number, version.text.as_str(), version.amendment.as_str()))
        .collect();
    assert_eq!(read, [(1, "试行一学期", ""), (2, "试行一学年", first.name.as_str())]);

    let vote = room.open_vote(&motion.name).await.unwrap();
    let closed = decide(&room, &vote, Choice::Yes).await;
    let request = GetResolutionRequest {
        name: closed.resolution,
    };
    let resolution = room.units[0].resolutions().get_resolution(request).await.unwrap();
    assert_eq!(resolution.into_inner().text, "试行一学年");
    assert_eq!(
        reason(amend(&room.units[1], &motion, "太晚").await),
        "MOTION_STATE",
        "decided"
    );
}

#[tokio::test]
async fn an_adopted_amendment_outdates_the_others_until_they_are_stated_anew_or_struck() {
    let room = Room::in_session(3).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    let first = amend(&room.units[1], &motion, "试行一学年").await.unwrap();
    let second = amend(&room.units[2], &motion, "试行一学期，另设督导").await.unwrap();
    assert_eq!(reason(strike(&room.secretary, &first.name).await), "AMENDMENT_STANDS");
    let vote = open_on(&room, &second).await.unwrap();
    decide(&room, &vote, Choice::Yes).await;
    let refused = open_on(&room, &first).await;
    assert_eq!(detail(&refused, "version"), "2");
    assert_eq!(reason(refused), "AMENDMENT_OUTDATED");
    assert_eq!(reason(room.open_vote(&motion.name).await), "AMENDMENTS_PENDING");
    assert_eq!(
        reason(restate(&room.units[1], &first.name, "试行一学期，另设督导").await),
        "AMENDMENT_CHANGES_NOTHING"
    );
    let refused = restate(&room.units[2], &first.name, "别人的").await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let anew = restate(&room.units[1], &first.name, "试行一学年，另设督导")
        .await
        .unwrap();
    assert_eq!(anew.motion_version, 2);
    let vote = open_on(&room, &first).await.unwrap();
    decide(&room, &vote, Choice::Yes).await;
    assert_eq!(room.motion(&motion.name).await.text, "试行一学年，另设督导");
    for refused in [
        restate(&room.units[1], &first.name, "又一次").await,
        withdraw(&room.units[1], &first.name).await,
        strike(&room.secretary, &first.name).await,
    ] {
        assert_eq!(reason(refused), "AMENDMENT_STATE");
    }
    assert_eq!(reason(open_on(&room, &first).await), "AMENDMENT_STATE");
}

#[tokio::test]
async fn an_amendment_whose_mover_left_is_struck_and_one_that_can_be_voted_on_is_not() {
    let room = Room::in_session(4).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    let one = amend(&room.units[3], &motion, "试行一学年").await.unwrap();
    let refused = strike(&room.units[0], &one.name).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied, "the convener's");
    check_out(&room.units[3], &room.meeting).await.unwrap();
    let request = StrikeAmendmentRequest {
        name: one.name.clone(),
        reason: String::new(),
    };
    let refused = room.secretary.amendments().strike_amendment(request).await;
    assert_eq!(fields(&refused), ["reason"]);
    let struck = strike(&room.secretary, &one.name).await.unwrap();
    assert_eq!(
        (struck.state(), struck.strike_reason.as_str()),
        (AmendmentState::Struck, "提出者已离席")
    );
    room.open_vote(&motion.name).await.unwrap();
}

#[tokio::test]
async fn the_convener_orders_amendments_and_names_each_once() {
    let room = Room::in_session(3).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    let one = amend(&room.units[1], &motion, "甲").await.unwrap();
    let two = amend(&room.units[2], &motion, "乙").await.unwrap();
    for wrong in [
        &[one.name.as_str()][..],
        &[&one.name, &one.name],
        &[&one.name, &two.name, &two.name],
        &[],
    ] {
        assert_eq!(
            reason(order(&room, &motion.name, wrong).await),
            "AMENDMENTS_DIFFER",
            "{wrong:?}"
        );
    }
    let other = format!("{}/meetings/{}", crate::harness::PARENT, room.ids.next::<uuid::Uuid>());
    let elsewhere = one.name.replace(&room.meeting, &other);
    let refused = order(&room, &motion.name, &[&elsewhere]).await;
    assert_eq!(fields(&refused), ["amendments"]);
    let many = vec![one.name.as_str(); 101];
    assert_eq!(fields(&order(&room, &motion.name, &many).await), ["amendments"]);
    let request = OrderAmendmentsRequest {
        motion: motion.name.clone(),
        amendments: vec![one.name.clone(), two.name.clone()],
    };
    let refused = room.units[0].amendments().order_amendments(request).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let ordered = order(&room, &motion.name, &[&one.name, &two.name]).await.unwrap();
    assert_eq!(
        ordered.iter().map(|amendment| &amendment.name).collect::<Vec<_>>(),
        [&one.name, &two.name]
    );
    assert_eq!(reason(open_on(&room, &two).await), "AMENDMENT_NOT_NEXT");
    let vote = open_on(&room, &one).await.unwrap();
    assert_eq!(
        reason(order(&room, &motion.name, &[&two.name, &one.name]).await),
        "VOTE_OPEN"
    );
    decide(&room, &vote, Choice::No).await;
    open_on(&room, &two).await.unwrap();
}

#[tokio::test]
async fn an_amendment_is_withdrawn_by_its_mover_and_falls_with_its_motion() {
    let room = Room::in_session(3).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    let one = amend(&room.units[1], &motion, "甲").await.unwrap();
    let two = amend(&room.units[2], &motion, "乙").await.unwrap();
    withdraw(&room.units[1], &one.name).await.unwrap();
    let refused = withdraw(&room.units[1], &two.name).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let vote = open_on(&room, &two).await.unwrap();
    assert_eq!(reason(withdraw(&room.units[2], &two.name).await), "AMENDMENT_STATE");
    let request = WithdrawMotionRequest {
        name: motion.name.clone(),
        ..Default::default()
    };
    let refused = room.units[0].motions().withdraw_motion(request.clone()).await;
    assert_eq!(reason(refused), "VOTE_OPEN");
    decide(&room, &vote, Choice::No).await;
    let three = amend(&room.units[1], &motion, "丙").await.unwrap();
    room.units[0].motions().withdraw_motion(request).await.unwrap();
    assert_eq!(amendment(&room, &three.name).await.state(), AmendmentState::Fallen);
    assert_eq!(reason(open_on(&room, &three).await), "AMENDMENT_STATE");
    assert_eq!(reason(amend(&room.units[1], &motion, "丁").await), "MOTION_STATE");

    let list = ListAmendmentsRequest {
        parent: room.meeting.clone(),
        page_size: 2,
        motion: motion.name.clone(),
        ..Default::default()
    };
    let page = room.units[0]
        .amendments()
        .list_amendments(list.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        page.amendments.iter().map(|a| &a.name).collect::<Vec<_>>(),
        [&one.name, &two.name]
    );
    let list = ListAmendmentsRequest {
        page_token: page.next_page_token,
        ..list
    };
    let rest = room.units[0]
        .amendments()
        .list_amendments(list)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (rest.amendments[0].name.as_str(), rest.next_page_token.as_str()),
        (three.name.as_str(), "")
    );
}

#[tokio::test]
async fn amendments_are_moved_by_those_present_to_motions_that_stand() {
    let room = Room::draft(3).await;
    room.serve().await.unwrap();
    room.open().await.unwrap();
    for unit in &room.units[..2] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let motion = room.submit(&room.units[0]).await.unwrap();
    assert_eq!(reason(amend(&room.units[2], &motion, "甲").await), "NOT_CHECKED_IN");
    assert_eq!(reason(amend(&room.secretary, &motion, "甲").await), "NOT_ON_ROSTER");
    assert_eq!(
        reason(amend(&room.units[1], &motion, "试行一学期").await),
        "AMENDMENT_CHANGES_NOTHING"
    );
    let own = amend(&room.units[1], &motion, "甲").await.unwrap();
    // an amendment is no motion
    let amendment = Amendment {
        motion: own.name.clone(),
        text: "乙".to_owned(),
        rationale: "改修正案".to_owned(),
        ..Default::default()
    };
    let request = SubmitAmendmentRequest {
        parent: room.meeting.clone(),
        amendment: Some(amendment),
        ..Default::default()
    };
    let refused = room.units[0].amendments().submit_amendment(request).await;
    assert_eq!(reason(refused), "MALFORMED_NAME");
    let request = SubmitAmendmentRequest {
        parent: room.meeting.clone(),
        amendment: Some(Amendment {
            motion: motion.name.clone(),
            ..Default::default()
        }),
        request_id: "1".to_owned(),
        ..Default::default()
    };
    let refused = room.units[0].amendments().submit_amendment(request).await;
    assert_eq!(
        fields(&refused),
        ["request_id", "amendment.text", "amendment.rationale"]
    );
    let request = RestateAmendmentRequest {
        name: own.name.clone(),
        ..Default::default()
    };
    let refused = room.units[1].amendments().restate_amendment(request).await;
    assert_eq!(fields(&refused), ["text", "rationale"]);
    let missing = format!("{}/motions/{}", room.meeting, room.ids.next::<uuid::Uuid>());
    let unknown = Motion {
        name: missing,
        ..motion.clone()
    };
    assert_eq!(
        reason(amend(&room.units[1], &unknown, "甲").await),
        "RESOURCE_NOT_FOUND"
    );
    let other = Amendment {
        name: format!("{}/amendments/{}", room.meeting, room.ids.next::<uuid::Uuid>()),
        ..own.clone()
    };
    assert_eq!(reason(open_on(&room, &other).await), "RESOURCE_NOT_FOUND");
    let second = room.submit(&room.units[1]).await.unwrap();
    let stray = Amendment {
        motion: second.name,
        ..own.clone()
    };
    assert_eq!(
        reason(open_on(&room, &stray).await),
        "RESOURCE_NOT_FOUND",
        "of another motion"
    );
    room.close().await.unwrap();
    for refused in [
        amend(&room.units[1], &motion, "太晚").await,
        restate(&room.units[1], &own.name, "太晚").await,
        withdraw(&room.units[1], &own.name).await,
        strike(&room.secretary, &own.name).await,
    ] {
        assert_eq!(reason(refused), "MEETING_STATE");
    }
    assert_eq!(reason(order(&room, &motion.name, &[&own.name]).await), "MEETING_STATE");
}

#[tokio::test]
async fn a_vote_on_an_amendment_lapses_with_the_meeting_and_a_retry_has_one_effect() {
    let room = Room::in_session(2).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    let request = SubmitAmendmentRequest {
        parent: room.meeting.clone(),
        amendment: Some(Amendment {
            motion: motion.name.clone(),
            text: "甲".to_owned(),
            rationale: "更短".to_owned(),
            ..Default::default()
        }),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
        ..Default::default()
    };
    let one = room.units[1]
        .amendments()
        .submit_amendment(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = room.units[1]
        .amendments()
        .submit_amendment(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(one, again);
    let vote = open_on(&room, &one).await.unwrap();
    check_out(&room.units[1], &room.meeting).await.unwrap();
    room.close().await.unwrap();
    assert_eq!(room.vote(&vote.name).await.state(), VoteState::Lapsed);
    assert_eq!(amendment(&room, &one.name).await.state(), AmendmentState::Submitted);
    assert_eq!(room.motion(&motion.name).await.state(), MotionState::Submitted);
}
