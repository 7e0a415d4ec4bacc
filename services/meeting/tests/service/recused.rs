//! What recusals do to quorum, proxies and secrecy.

use yihe_proto::meeting::v1::*;

use crate::competence::hands;
use crate::harness::{Party, detail, reason};
use crate::mandates::{grant, outsider};
use crate::persons::Council;
use crate::recusals::{declare, move_against, record, withdraw};
use crate::room::{Room, cast, check_in, check_out, quorum, submit};

#[tokio::test]
async fn after_the_vote_the_quorum_is_the_rooms_again() {
    let room = Room::draft(5).await;
    room.serve().await.unwrap();
    room.open().await.unwrap();
    let [a, b, c, d, e] = &room.units[..] else {
        unreachable!()
    };
    for unit in [a, b] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    check_in(c, &room.meeting).await.unwrap();
    let motion = room.submit(a).await.unwrap();
    let other = room.submit(b).await.unwrap();
    check_out(c, &room.meeting).await.unwrap();
    assert_eq!(reason(room.open_vote(&motion.name).await), "MEETING_NOT_QUORATE");
    // without the two that are absent and recused, two of three are there
    for absent in [d, e] {
        record(&room.secretary, &room.item, &absent.name(), "").await.unwrap();
    }
    let vote = room.open_vote(&motion.name).await.unwrap();
    for unit in [a, b] {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    // who comes and is recused changes nothing for the vote
    check_in(d, &room.meeting).await.unwrap();
    let closed = room.close_vote(&vote.name).await.unwrap();
    assert_eq!(closed.tally.unwrap().verdict(), TallyVerdict::Adopted);
    check_out(d, &room.meeting).await.unwrap();
    let second = room.open_vote(&other.name).await.unwrap();
    check_out(b, &room.meeting).await.unwrap();
    assert_eq!(reason(cast(a, &second.name, Choice::Yes).await), "MEETING_NOT_QUORATE");
    room.close().await.unwrap();
    assert_eq!(room.vote(&second.name).await.state(), VoteState::Lapsed);
}

#[tokio::test]
async fn a_recusal_that_breaks_the_quorum_keeps_the_vote_from_opening() {
    let room = Room::draft(5).await;
    room.serve().await.unwrap();
    room.open().await.unwrap();
    for unit in &room.units[..3] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let motion = room.submit(&room.units[0]).await.unwrap();
    assert!(quorum(&room.units[0], &room.meeting).await.unwrap().met);
    declare(&room.units[2], &room.item).await.unwrap();
    let refused = room.open_vote(&motion.name).await;
    assert!(detail(&refused, "test").contains("2 of 4"), "{refused:?}");
    assert_eq!(reason(refused), "MEETING_NOT_QUORATE");
    check_in(&room.units[3], &room.meeting).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(vote.quorum.unwrap().present, 3);
}

#[tokio::test]
async fn where_all_are_recused_nobody_decides() {
    let room = Room::in_session(2).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    for unit in &room.units {
        declare(unit, &room.item).await.unwrap();
    }
    let refused = room.open_vote(&motion.name).await;
    assert_eq!(detail(&refused, "group"), "MEMBERS");
    assert_eq!(reason(refused), "ALL_RECUSED");
}

#[tokio::test]
async fn a_proxy_that_a_recused_member_gave_or_holds_is_not_cast() {
    let (room, members) = Council::under("cn.residents-bodies.proxies", 6)
        .await
        .in_session(4)
        .await;
    let [holder, other, third, fourth, principal, _] = &members[..] else {
        panic!()
    };
    let second = room.item.clone();
    let proxy = GrantProxyRequest {
        parent: room.meeting.clone(),
        proxy: Some(Proxy {
            holder: holder.principal.to_string(),
            instruction: ProxyInstruction::Free.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    principal.proxies().grant_proxy(proxy).await.unwrap();
    let cast_for = async |vote: &str| {
        let request = CastBallotRequest {
            parent: vote.to_owned(),
            choice: Choice::Yes.into(),
            member: principal.principal.to_string(),
            ..Default::default()
        };
        holder.votes().cast_ballot(request).await
    };
    let motion = submit(other, &room.meeting, &second).await.unwrap();
    let declared = declare(principal, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    let certificate = vote.quorum.clone().unwrap();
    assert_eq!((certificate.members, certificate.present, vote.eligible), (5, 4, 4));
    assert!(certificate.represented_members.is_empty());
    assert_eq!(reason(cast_for(&vote.name).await), "MEMBER_RECUSED");
    for member in [holder, other, third, fourth] {
        cast(member, &vote.name, Choice::Yes).await.unwrap();
    }
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.verdict(), tally.yes), (TallyVerdict::Adopted, 4));
    assert_eq!(reason(withdraw(principal, &declared.name).await), "ITEM_VOTED");

    let motion = submit(other, &room.meeting, &room.item).await.unwrap();
    declare(holder, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    let certificate = vote.quorum.clone().unwrap();
    assert_eq!((certificate.members, certificate.present, vote.eligible), (4, 3, 3));
    assert_eq!(reason(cast_for(&vote.name).await), "MEMBER_RECUSED");
}

#[tokio::test]
async fn a_secret_vote_is_counted_without_the_recused() {
    let room = Room::in_session(4).await;
    declare(&room.units[3], &room.item).await.unwrap();
    let motion = room.submit(&room.units[0]).await.unwrap();
    let request = OpenVoteRequest {
        parent: motion.name,
        method: BallotMethod::Secret.into(),
        ..Default::default()
    };
    let vote = room.secretary.votes().open_vote(request).await.unwrap().into_inner();
    assert_eq!(
        reason(cast(&room.units[3], &vote.name, Choice::Yes).await),
        "MEMBER_RECUSED"
    );
    for unit in &room.units[..2] {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    cast(&room.units[2], &vote.name, Choice::No).await.unwrap();
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!(
        (tally.verdict(), tally.yes, tally.no, tally.not_voted),
        (TallyVerdict::Adopted, 2, 1, 0)
    );
}

#[tokio::test]
async fn who_holds_a_mandate_recuses_moves_and_dissents_for_the_organization() {
    let room = Room::noticed(4).await;
    room.open().await.unwrap();
    let [a, b, c, d] = &room.units[..] else { unreachable!() };
    let substitute = outsider(&room.house);
    grant(a, &room.meeting, &substitute).await.unwrap();
    let arrives = CheckInRequest {
        name: room.meeting.clone(),
        member: a.name(),
    };
    substitute.meetings().check_in(arrives).await.unwrap();
    for unit in [b, c, d] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let move_for = async |mover: &Party| {
        let request = MoveRecusalRequest {
            parent: room.item.clone(),
            member: d.name(),
            reason: "与承接方有关联".to_owned(),
            mover: mover.name(),
            ..Default::default()
        };
        substitute.recusals().move_recusal(request).await
    };
    assert_eq!(reason(move_for(b).await), "PERMISSION_DENIED", "not for the others");
    let moved = move_for(a).await.unwrap().into_inner();
    assert_eq!(moved.mover, a.name());
    let decide = DecideRecusalRequest {
        name: moved.name,
        hands: hands(&[a, b], &[], &[c]),
    };
    let decided = room.secretary.recusals().decide_recusal(decide).await.unwrap();
    assert_eq!(decided.into_inner().state(), RecusalState::InForce);
    let motion = room.submit(b).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    for unit in [b, c] {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    let dissent = AttachDissentRequest {
        parent: room.meeting.clone(),
        subject: motion.name,
        text: "理由不足".to_owned(),
        member: a.name(),
        ..Default::default()
    };
    let dissent = substitute
        .dissents()
        .attach_dissent(dissent)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (dissent.member, dissent.member_display_name),
        (a.name(), "驻区单位 1".to_owned())
    );
    let declares = DeclareRecusalRequest {
        parent: room.item.clone(),
        reason: "本单位为投标方".to_owned(),
        member: a.name(),
        ..Default::default()
    };
    let declared = substitute
        .recusals()
        .declare_recusal(declares)
        .await
        .unwrap()
        .into_inner();
    assert_eq!((declared.member, declared.mover.as_str()), (a.name(), ""));
}

#[tokio::test]
async fn the_minutes_tell_who_was_recused_how_it_was_decided_and_who_contested_the_class() {
    let room = Room::in_session(5).await;
    let [a, b, c, d, e] = &room.units[..] else {
        unreachable!()
    };
    let moved = move_against(a, &room.item, d).await.unwrap();
    let decide = DecideRecusalRequest {
        name: moved.name,
        hands: hands(&[a, b, c], &[], &[e]),
    };
    room.secretary.recusals().decide_recusal(decide).await.unwrap();
    record(&room.secretary, &room.item, &e.name(), "").await.unwrap();
    let object = ObjectToMatterClassRequest {
        parent: room.item.clone(),
        matter_class: MatterClass::OwnersOrdinary.into(),
        reason: "涉及共有部分".to_owned(),
        ..Default::default()
    };
    let objection = b
        .competence()
        .object_to_matter_class(object)
        .await
        .unwrap()
        .into_inner();
    let uphold = UpholdMatterClassRequest {
        name: objection.name,
        hands: hands(&[a, c, d, e], &[b], &[]),
    };
    room.secretary.competence().uphold_matter_class(uphold).await.unwrap();
    room.close().await.unwrap();
    let text = room.draft_minutes().await.unwrap().text;
    for told in [
        "- 回避：驻区单位 4，由 驻区单位 1 于 2026-03-09 15:00:00 提请，已回避（可参加表决的到会成员 4 名，赞成 3 名，过半数），理由：\n> 与承接方有关联\n",
        "- 回避：驻区单位 5，于 2026-03-09 15:00:00 申请，由工作人员代录，已回避，理由：\n> 会前来电申请回避\n",
        "- 类别异议：驻区单位 2 于 2026-03-09 15:00:00 提出应属“业主共同决定（一般事项）”，原类别维持（可参加表决的到会成员 5 名，赞成 4 名，过半数），理由：\n> 涉及共有部分\n",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
}
