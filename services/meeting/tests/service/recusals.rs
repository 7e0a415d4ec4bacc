use tonic::{Code, Status};
use yihe_meeting::verify_minutes;
use yihe_proto::meeting::v1::*;

use crate::competence::hands;
use crate::harness::{House, Party, detail, fields, reason};
use crate::room::{Room, ballots, cast, check_in, check_out, propose, quorum, submit};

pub async fn declare(by: &Party, item: &str) -> Result<Recusal, Status> {
    let request = DeclareRecusalRequest {
        parent: item.to_owned(),
        reason: "本单位为投标方".to_owned(),
        ..Default::default()
    };
    Ok(by.recusals().declare_recusal(request).await?.into_inner())
}

pub async fn move_against(by: &Party, item: &str, member: &Party) -> Result<Recusal, Status> {
    let request = MoveRecusalRequest {
        parent: item.to_owned(),
        member: member.name(),
        reason: "与承接方有关联".to_owned(),
        ..Default::default()
    };
    Ok(by.recusals().move_recusal(request).await?.into_inner())
}

async fn decide(by: &Party, name: &str, hands: Option<Hands>) -> Result<Recusal, Status> {
    let request = DecideRecusalRequest {
        name: name.to_owned(),
        hands,
    };
    Ok(by.recusals().decide_recusal(request).await?.into_inner())
}

pub async fn withdraw(by: &Party, name: &str) -> Result<Recusal, Status> {
    let request = WithdrawRecusalRequest { name: name.to_owned() };
    Ok(by.recusals().withdraw_recusal(request).await?.into_inner())
}

pub async fn record(by: &Party, item: &str, member: &str, evidence: &str) -> Result<Recusal, Status> {
    let request = RecordRecusalRequest {
        parent: item.to_owned(),
        member: member.to_owned(),
        reason: "会前来电申请回避".to_owned(),
        evidence: evidence.to_owned(),
        note: "电话记录".to_owned(),
        ..Default::default()
    };
    Ok(by.recusals().record_recusal(request).await?.into_inner())
}

async fn listed(by: &Party, meeting: &str, agenda_item: &str) -> Vec<Recusal> {
    let request = ListRecusalsRequest {
        parent: meeting.to_owned(),
        agenda_item: agenda_item.to_owned(),
        ..Default::default()
    };
    by.recusals()
        .list_recusals(request)
        .await
        .unwrap()
        .into_inner()
        .recusals
}

/// Of four on the roster three come, and one of them is recused.
async fn one_of_three_recused(house: House) {
    let room = Room::draft_under(house, "", 4).await;
    room.serve().await.unwrap();
    room.open().await.unwrap();
    let [a, b, recused, absent] = &room.units[..] else {
        unreachable!()
    };
    for unit in [a, b, recused] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let declared = declare(recused, &room.item).await.unwrap();
    assert_eq!(
        (declared.state(), declared.member.clone(), declared.mover.as_str()),
        (RecusalState::InForce, recused.name(), "")
    );
    assert_eq!(declared.member_display_name, "驻区单位 3");
    assert_eq!(
        listed(a, &room.meeting, &room.item).await,
        std::slice::from_ref(&declared)
    );
    let get = GetRecusalRequest {
        name: declared.name.clone(),
    };
    assert_eq!(absent.recusals().get_recusal(get).await.unwrap().into_inner(), declared);

    let motion = room.submit(a).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    let certificate = vote.quorum.clone().unwrap();
    assert_eq!((certificate.members, certificate.present, vote.eligible), (3, 2, 2));
    assert_eq!(certificate.recused_members, [recused.name()]);
    assert!(!certificate.present_members.contains(&recused.name()));
    assert!(
        ballots(a, &vote.name)
            .await
            .iter()
            .all(|ballot| ballot.member != recused.name())
    );
    let refused = cast(recused, &vote.name, Choice::Yes).await;
    assert_eq!(detail(&refused, "member"), recused.name());
    assert_eq!(reason(refused), "MEMBER_RECUSED");
    assert_eq!(reason(declare(b, &room.item).await), "VOTE_OPEN");
    assert_eq!(reason(move_against(a, &room.item, b).await), "VOTE_OPEN");
    assert_eq!(reason(withdraw(recused, &declared.name).await), "ITEM_VOTED");

    // the room has lost its quorum by that, the item has not
    check_out(recused, &room.meeting).await.unwrap();
    assert!(!quorum(a, &room.meeting).await.unwrap().met);
    assert!(room.get().await.quorate);
    cast(a, &vote.name, Choice::Yes).await.unwrap();
    check_out(b, &room.meeting).await.unwrap();
    let refused = room.close_vote(&vote.name).await;
    assert!(detail(&refused, "test").contains("1 of 3"), "{refused:?}");
    assert_eq!(reason(refused), "MEETING_NOT_QUORATE");
    check_in(b, &room.meeting).await.unwrap();
    cast(b, &vote.name, Choice::Yes).await.unwrap();
    let closed = room.close_vote(&vote.name).await.unwrap();
    let tally = closed.tally.unwrap();
    assert_eq!(
        (tally.verdict(), tally.yes, tally.not_voted),
        (TallyVerdict::Adopted, 2, 1)
    );
    let tests: Vec<_> = tally.tests.iter().map(|test| (test.counted, test.out_of)).collect();
    assert_eq!(
        tests,
        [(2, 3), (2, 2)],
        "presence of three members, majority of two present"
    );

    assert!(!room.get().await.quorate, "now the room is what counts again");

    let other = submit(a, &room.meeting, &room.item).await.unwrap();
    room.open_vote(&other.name).await.unwrap();
    assert!(room.get().await.quorate);
    check_out(b, &room.meeting).await.unwrap();
    room.close().await.unwrap();
    let minutes = room.draft_minutes().await.unwrap();
    assert!(
        minutes.text.contains("回避：驻区单位 3"),
        "the minutes tell of it: {}",
        minutes.text
    );
    let verified = verify_minutes(&room.export().await.content, None).unwrap();
    assert_eq!(verified.votes.len(), 1, "recounted byte for byte");
}

#[tokio::test]
async fn a_recused_member_is_in_no_number_of_the_vote_and_its_leaving_loses_no_quorum() {
    one_of_three_recused(House::new().await).await;
}

#[tokio::test]
async fn a_recusal_is_declared_and_voted_without_on_postgresql() {
    let server = yihe_testkit::Postgres::start().unwrap();
    one_of_three_recused(House::on_postgres(&server).await).await;
}

#[tokio::test]
async fn the_others_decide_on_a_motion_of_recusal_and_never_the_chair_alone() {
    let room = Room::in_session(5).await;
    let [a, b, c, d, e] = &room.units[..] else {
        unreachable!()
    };
    let motion = room.submit(a).await.unwrap();
    let moved = move_against(a, &room.item, d).await.unwrap();
    assert_eq!(
        (moved.state(), moved.mover.clone(), moved.mover_display_name.as_str()),
        (RecusalState::Moved, a.name(), "驻区单位 1")
    );
    let refused = room.open_vote(&motion.name).await;
    assert_eq!(detail(&refused, "recusals"), moved.name);
    assert_eq!(reason(refused), "RECUSAL_PENDING");
    let again = move_against(b, &room.item, d).await;
    assert_eq!(detail(&again, "name"), moved.name);
    assert_eq!(reason(again), "RECUSAL_EXISTS");
    assert_eq!(reason(move_against(a, &room.item, a).await), "RECUSAL_OF_ONESELF");
    assert_eq!(
        reason(move_against(a, &room.item, &room.secretary).await),
        "NOT_ON_ROSTER"
    );
    check_out(c, &room.meeting).await.unwrap();
    assert_eq!(reason(move_against(c, &room.item, e).await), "NOT_CHECKED_IN");
    check_in(c, &room.meeting).await.unwrap();

    let by_member = decide(a, &moved.name, hands(&[a, b, c], &[], &[])).await;
    assert_eq!(by_member.unwrap_err().code(), Code::PermissionDenied);
    let decide_on = async |hands: Option<Hands>| decide(&room.secretary, &moved.name, hands).await;
    assert_eq!(fields(&decide_on(None).await), ["hands"]);
    assert_eq!(
        reason(decide_on(hands(&[&room.secretary], &[], &[])).await),
        "NOT_ON_ROSTER"
    );
    assert_eq!(reason(decide_on(hands(&[a, b], &[d], &[])).await), "HAND_CONCERNED");
    assert_eq!(reason(decide_on(hands(&[a, a], &[], &[])).await), "HAND_TWICE");
    check_out(e, &room.meeting).await.unwrap();
    assert_eq!(reason(decide_on(hands(&[a, e], &[], &[])).await), "HAND_NOT_PRESENT");
    check_in(e, &room.meeting).await.unwrap();
    let rejected = decide_on(hands(&[a, b], &[c], &[e])).await.unwrap();
    let shown = rejected.show_of_hands.clone().unwrap();
    assert_eq!(
        (rejected.state(), shown.present, shown.in_favour, shown.carried),
        (RecusalState::Rejected, 4, 2, false),
        "half of the others is no majority, and the one concerned is not among them"
    );
    let asked_again = move_against(b, &room.item, d).await;
    assert_eq!(detail(&asked_again, "name"), moved.name);
    assert_eq!(reason(asked_again), "RECUSAL_DECIDED");

    let carried = move_against(a, &room.item, e).await.unwrap();
    let carried = decide(&room.secretary, &carried.name, hands(&[a, b, c], &[d], &[]))
        .await
        .unwrap();
    assert_eq!(carried.state(), RecusalState::InForce);
    assert_eq!(
        reason(decide(&room.secretary, &carried.name, hands(&[a, b, c], &[d], &[])).await),
        "RECUSAL_STATE"
    );
    assert_eq!(reason(withdraw(a, &carried.name).await), "RECUSAL_STATE");
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(vote.quorum.unwrap().recused_members, [e.name()]);
}

#[tokio::test]
async fn the_quorum_of_the_others_decides_on_a_motion_of_recusal() {
    let room = Room::draft(4).await;
    room.serve().await.unwrap();
    room.open().await.unwrap();
    let [a, b, c, d] = &room.units[..] else { unreachable!() };
    for unit in [a, c, d] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let moved = move_against(a, &room.item, b).await.unwrap();
    // three of three others; with two of three it is still a quorum, with one it is none
    check_out(d, &room.meeting).await.unwrap();
    check_out(c, &room.meeting).await.unwrap();
    assert_eq!(
        reason(decide(&room.secretary, &moved.name, hands(&[a], &[], &[])).await),
        "MEETING_NOT_QUORATE"
    );
    check_in(c, &room.meeting).await.unwrap();
    let decided = decide(&room.secretary, &moved.name, hands(&[a, c], &[], &[])).await;
    assert_eq!(decided.unwrap().state(), RecusalState::InForce);
}

#[tokio::test]
async fn who_declares_itself_recused_settles_what_was_moved_and_may_change_its_mind_before_the_vote() {
    let room = Room::in_session(5).await;
    let [a, b, c, ..] = &room.units[..] else { unreachable!() };
    let motion = room.submit(a).await.unwrap();
    let moved = move_against(a, &room.item, b).await.unwrap();
    let declared = declare(b, &room.item).await.unwrap();
    let states: Vec<_> = listed(c, &room.meeting, "").await.iter().map(Recusal::state).collect();
    assert_eq!(states, [RecusalState::Settled, RecusalState::InForce]);
    assert_eq!(reason(withdraw(a, &moved.name).await), "RECUSAL_STATE");
    let exists = declare(b, &room.item).await;
    assert_eq!(detail(&exists, "name"), declared.name);
    assert_eq!(reason(exists), "RECUSAL_EXISTS");
    assert_eq!(
        withdraw(a, &declared.name).await.unwrap_err().code(),
        Code::PermissionDenied,
        "only whoever declared it"
    );
    assert_eq!(
        withdraw(b, &declared.name).await.unwrap().state(),
        RecusalState::Withdrawn
    );

    let moved = move_against(a, &room.item, c).await.unwrap();
    assert_eq!(
        withdraw(b, &moved.name).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    assert_eq!(withdraw(a, &moved.name).await.unwrap().state(), RecusalState::Withdrawn);
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(vote.eligible, 5);
    assert!(vote.quorum.unwrap().recused_members.is_empty());
}

#[tokio::test]
async fn nobodys_standing_changes_while_the_item_is_voted_on() {
    let room = Room::in_session(4).await;
    let [a, b, c, d] = &room.units[..] else { unreachable!() };
    let other = submit(a, &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&other.name).await.unwrap();
    assert_eq!(reason(declare(b, &room.item).await), "VOTE_OPEN");
    for unit in [a, c, d] {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    // what was voted on before was voted on with all
    let declared = declare(b, &room.item).await.unwrap();
    assert_eq!(
        withdraw(b, &declared.name).await.unwrap().state(),
        RecusalState::Withdrawn
    );
}

#[tokio::test]
async fn recusals_belong_to_their_time_and_their_item() {
    let room = Room::draft(3).await;
    let gone = propose(
        &room.units[1],
        &room.meeting,
        "撤回的议题",
        MatterClass::ResourceSharing,
    )
    .await
    .unwrap();
    let kept = propose(&room.units[1], &room.meeting, "另一议题", MatterClass::ResourceSharing)
        .await
        .unwrap();
    assert_eq!(reason(declare(&room.units[0], &room.item).await), "NOTICE_NOT_SERVED");
    let withdrawn = WithdrawAgendaItemRequest {
        name: gone.name.clone(),
        ..Default::default()
    };
    room.units[1].agenda().withdraw_agenda_item(withdrawn).await.unwrap();
    room.serve().await.unwrap();
    assert_eq!(
        reason(declare(&room.units[0], &gone.name).await),
        "AGENDA_ITEM_WITHDRAWN"
    );
    // one may know it before the meeting
    declare(&room.units[0], &room.item).await.unwrap();
    assert_eq!(
        reason(move_against(&room.units[1], &room.item, &room.units[2]).await),
        "MEETING_STATE",
        "the others decide in session"
    );
    room.open().await.unwrap();
    for unit in &room.units {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let motion = submit(&room.units[1], &room.meeting, &kept.name).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(vote.eligible, 3, "recused from one item, not from the other");
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    room.close().await.unwrap();
    assert_eq!(reason(declare(&room.units[1], &room.item).await), "MEETING_STATE");
    let long = DeclareRecusalRequest {
        parent: room.item.clone(),
        reason: "长".repeat(501),
        request_id: "x".to_owned(),
        ..Default::default()
    };
    let refused = room.units[1].recusals().declare_recusal(long).await;
    assert_eq!(fields(&refused), ["request_id", "reason"]);
}

#[tokio::test]
async fn the_clerk_records_a_recusal_with_evidence_and_the_same_request_has_one_effect() {
    let room = Room::noticed(3).await;
    let (clerk, absent) = (&room.secretary, &room.units[2]);
    let file = format!("communities/440309002021/files/{}", room.ids.next::<uuid::Uuid>());
    assert_eq!(
        reason(record(clerk, &room.item, &absent.name(), &file).await),
        "FILE_UNKNOWN"
    );
    room.kept.keep(&file, &room.item);
    assert_eq!(
        reason(record(clerk, &room.item, &absent.name(), &file).await),
        "FILE_ELSEWHERE"
    );
    room.kept.keep(&file, &room.meeting);
    assert_eq!(fields(&record(clerk, &room.item, "", &file).await), ["member"]);
    assert_eq!(
        reason(record(clerk, &room.item, &clerk.name(), &file).await),
        "NOT_ON_ROSTER"
    );
    let denied = record(&room.units[0], &room.item, &absent.name(), &file).await;
    assert_eq!(denied.unwrap_err().code(), Code::PermissionDenied);
    let request = RecordRecusalRequest {
        parent: room.item.clone(),
        member: absent.name(),
        reason: "会前来电申请回避".to_owned(),
        evidence: file.clone(),
        note: "电话记录".to_owned(),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
    };
    let recorded = clerk
        .recusals()
        .record_recusal(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = clerk.recusals().record_recusal(request).await.unwrap().into_inner();
    assert_eq!(again, recorded);
    assert_eq!(
        (recorded.state(), recorded.recorded_by.clone()),
        (RecusalState::InForce, clerk.principal.to_string())
    );
    let records = ListRecordsRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let records = absent.records().list_records(records).await.unwrap().into_inner();
    let kept: Vec<_> = records
        .records
        .iter()
        .map(|record| (record.act(), record.subject.as_str(), record.evidence.as_str()))
        .collect();
    assert_eq!(kept, [(RecordedAct::Recusal, recorded.name.as_str(), file.as_str())]);
    // who was recorded may still withdraw it itself
    assert_eq!(
        withdraw(absent, &recorded.name).await.unwrap().state(),
        RecusalState::Withdrawn
    );
}
