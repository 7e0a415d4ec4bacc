use tonic::Status;
use yihe_proto::meeting::v1::*;

use crate::competence::hands;
use crate::harness::{House, Party, detail, reason};
use crate::room::{Room, cast, check_in, check_out};

/// Two seconders, for amendments too.
pub const RULES: &str = "cn.rules-of-order";

pub async fn in_session(units: usize) -> Room {
    let room = Room::draft_under(House::new().await, RULES, units).await;
    room.gather().await;
    room
}

pub async fn second(by: &Party, motion: &str) -> Result<Motion, Status> {
    let request = SecondMotionRequest {
        name: motion.to_owned(),
        ..Default::default()
    };
    Ok(by.seconding().second_motion(request).await?.into_inner())
}

async fn second_amendment(by: &Party, amendment: &str) -> Result<Amendment, Status> {
    let request = SecondAmendmentRequest {
        name: amendment.to_owned(),
        ..Default::default()
    };
    Ok(by.seconding().second_amendment(request).await?.into_inner())
}

async fn amend(by: &Party, room: &Room, motion: &str, text: &str) -> Result<Amendment, Status> {
    let amendment = Amendment {
        motion: motion.to_owned(),
        text: text.to_owned(),
        rationale: "更可行".to_owned(),
        ..Default::default()
    };
    let request = SubmitAmendmentRequest {
        parent: room.meeting.clone(),
        amendment: Some(amendment),
        ..Default::default()
    };
    Ok(by.amendments().submit_amendment(request).await?.into_inner())
}

async fn withdraw(by: &Party, motion: &str, hands: Option<Hands>) -> Result<Motion, Status> {
    let request = WithdrawMotionRequest {
        name: motion.to_owned(),
        hands,
    };
    Ok(by.motions().withdraw_motion(request).await?.into_inner())
}

async fn seconds(by: &Party, motion: &str) -> Vec<Second> {
    let request = ListSecondsRequest {
        parent: motion.to_owned(),
        ..Default::default()
    };
    by.seconding().list_seconds(request).await.unwrap().into_inner().seconds
}

/// A motion of the first unit, seconded by the second and the third.
pub async fn seconded(room: &Room) -> Motion {
    let motion = room.submit(&room.units[0]).await.unwrap();
    second(&room.units[1], &motion.name).await.unwrap();
    second(&room.units[2], &motion.name).await.unwrap()
}

async fn amendment(room: &Room, name: &str) -> Amendment {
    let request = GetAmendmentRequest { name: name.to_owned() };
    let found = room.secretary.amendments().get_amendment(request).await.unwrap();
    found.into_inner()
}

#[tokio::test]
async fn a_motion_waits_for_its_seconders_before_it_is_voted_on() {
    let room = in_session(4).await;
    let [a, b, c, d] = &room.units[..] else { unreachable!() };
    let motion = room.submit(a).await.unwrap();
    assert_eq!(motion.state(), MotionState::AwaitingSecond);
    let refused = room.open_vote(&motion.name).await;
    assert_eq!(detail(&refused, "state"), "AWAITING_SECOND");
    assert_eq!(reason(refused), "MOTION_STATE");
    assert_eq!(reason(amend(d, &room, &motion.name, "另行试点").await), "MOTION_STATE");
    assert_eq!(reason(second(a, &motion.name).await), "SECOND_OF_ONESELF");
    let once = second(b, &motion.name).await.unwrap();
    assert_eq!(once.state(), MotionState::AwaitingSecond, "one of two");
    assert_eq!(reason(second(b, &motion.name).await), "SECONDED_ALREADY");
    let for_another = SecondMotionRequest {
        name: motion.name.clone(),
        member: c.name(),
    };
    assert_eq!(
        reason(d.seconding().second_motion(for_another).await),
        "MANDATE_ABSENT",
        "nobody seconds for another"
    );
    check_out(c, &room.meeting).await.unwrap();
    assert_eq!(reason(second(c, &motion.name).await), "NOT_CHECKED_IN");
    check_in(c, &room.meeting).await.unwrap();
    assert_eq!(second(c, &motion.name).await.unwrap().state(), MotionState::Submitted);
    assert_eq!(reason(second(d, &motion.name).await), "NOT_AWAITING_SECOND");
    let told: Vec<_> = seconds(d, &motion.name)
        .await
        .into_iter()
        .map(|second| (second.member, second.member_display_name, second.amendment))
        .collect();
    assert_eq!(
        told,
        [
            (b.name(), "驻区单位 2".to_owned(), String::new()),
            (c.name(), "驻区单位 3".to_owned(), String::new())
        ]
    );

    let vote = room.open_vote(&motion.name).await.unwrap();
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    let closed = room.close_vote(&vote.name).await.unwrap();
    assert_eq!(closed.tally.unwrap().verdict(), TallyVerdict::Adopted);
    let left = room.submit(d).await.unwrap();
    room.close().await.unwrap();
    assert_eq!(reason(second(b, &left.name).await), "MEETING_STATE");
    let text = room.draft_minutes().await.unwrap().text;
    assert!(text.contains("- 附议：驻区单位 2、驻区单位 3\n"), "{text}");
    assert!(
        text.contains("（驻区单位 4 于 2026-03-09 15:00:00 提出，未获附议）"),
        "{text}"
    );
}

#[tokio::test]
async fn amendments_are_seconded_too_and_one_that_is_not_holds_nothing_up() {
    let room = in_session(5).await;
    let [a, b, c, d, e] = &room.units[..] else {
        unreachable!()
    };
    let motion = seconded(&room).await;
    let first = amend(d, &room, &motion.name, "试行一学年").await.unwrap();
    let other = amend(e, &room, &motion.name, "试行两个月").await.unwrap();
    let unheard = amend(e, &room, &motion.name, "不试行").await.unwrap();
    assert_eq!(first.state(), AmendmentState::AwaitingSecond);
    assert_eq!(reason(second_amendment(d, &first.name).await), "SECOND_OF_ONESELF");
    for name in [&other.name, &first.name] {
        second_amendment(a, name).await.unwrap();
        assert_eq!(reason(second_amendment(a, name).await), "SECONDED_ALREADY");
        let submitted = second_amendment(b, name).await.unwrap();
        assert_eq!(submitted.state(), AmendmentState::Submitted);
    }
    assert_eq!(reason(second_amendment(c, &first.name).await), "NOT_AWAITING_SECOND");
    let open = |name: &str| OpenVoteRequest {
        parent: motion.name.clone(),
        amendment: name.to_owned(),
        ..Default::default()
    };
    let refused = room.secretary.votes().open_vote(open(&unheard.name)).await;
    assert_eq!(reason(refused), "AMENDMENT_STATE");
    let refused = room.secretary.votes().open_vote(open(&other.name)).await;
    assert_eq!(detail(&refused, "next"), first.name, "the last seconded comes first");
    assert_eq!(reason(refused), "AMENDMENT_NOT_NEXT");
    let withdrawal = WithdrawAmendmentRequest {
        name: other.name.clone(),
    };
    e.amendments().withdraw_amendment(withdrawal).await.unwrap();

    let vote = room.secretary.votes().open_vote(open(&first.name)).await.unwrap();
    let vote = vote.into_inner();
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    assert_eq!(
        amendment(&room, &unheard.name).await.state(),
        AmendmentState::AwaitingSecond
    );
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(
        amendment(&room, &unheard.name).await.state(),
        AmendmentState::Fallen,
        "for want of a second"
    );
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    assert_eq!(seconds(a, &motion.name).await.len(), 6);
    room.close().await.unwrap();
    let text = room.draft_minutes().await.unwrap().text;
    let told = "- 修正案 1（驻区单位 4 于 2026-03-09 15:00:00 提出，通过）：\n> 试行一学年\n- 修正前文本：\n> 试行一学期\n- 修正理由：\n> 更可行\n- 附议：驻区单位 1、驻区单位 2\n";
    assert!(text.contains(told), "{text}");
    assert!(
        text.contains("试行两个月") && text.contains("，未获附议或随议案失效）"),
        "{text}"
    );
    yihe_meeting::verify_minutes(&room.export().await.content, None).unwrap();
}

#[tokio::test]
async fn who_moved_takes_it_back_alone_until_others_seconded_it() {
    let room = in_session(5).await;
    let [a, b, c, d, e] = &room.units[..] else {
        unreachable!()
    };
    let alone = room.submit(a).await.unwrap();
    second(b, &alone.name).await.unwrap();
    let amended = withdraw(a, &alone.name, None).await.unwrap();
    assert_eq!((amended.state(), amended.withdrawal), (MotionState::Withdrawn, None));

    let motion = seconded(&room).await;
    let unheard = amend(d, &room, &motion.name, "另行试点").await.unwrap();
    let refused = withdraw(a, &motion.name, None).await;
    assert_eq!(detail(&refused, "seconders"), format!("{} {}", b.name(), c.name()));
    assert_eq!(reason(refused), "WITHDRAWAL_NOT_CONSENTED");
    assert_eq!(
        reason(withdraw(a, &motion.name, hands(&[b], &[c], &[])).await),
        "WITHDRAWAL_NOT_CONSENTED",
        "one of two, and two of five"
    );
    assert_eq!(
        reason(withdraw(a, &motion.name, hands(&[b, b], &[], &[])).await),
        "HAND_TWICE"
    );
    assert_eq!(room.motion(&motion.name).await, motion, "nothing is lost");
    let withdrawn = withdraw(a, &motion.name, hands(&[b, c], &[], &[])).await.unwrap();
    let shown = withdrawn.withdrawal.unwrap();
    assert_eq!(
        (withdrawn.state, shown.carried, shown.recorded_by),
        (MotionState::Withdrawn.into(), false, a.principal.to_string())
    );
    assert_eq!(amendment(&room, &unheard.name).await.state(), AmendmentState::Fallen);

    let carried = seconded(&room).await;
    let withdrawn = withdraw(a, &carried.name, hands(&[a, d, e], &[b, c], &[]))
        .await
        .unwrap();
    assert!(
        withdrawn.withdrawal.unwrap().carried,
        "the members may take it from the seconders"
    );
    room.close().await.unwrap();
    let text = room.draft_minutes().await.unwrap().text;
    assert!(text.contains("撤回：举手表决"), "{text}");
}

#[tokio::test]
async fn where_the_rules_ask_for_no_seconders_nothing_waits() {
    let room = Room::in_session(3).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    assert_eq!(motion.state(), MotionState::Submitted);
    assert_eq!(
        reason(second(&room.units[1], &motion.name).await),
        "NOT_AWAITING_SECOND"
    );
    let withdrawn = withdraw(&room.units[0], &motion.name, None).await.unwrap();
    assert_eq!(withdrawn.state(), MotionState::Withdrawn);
}
