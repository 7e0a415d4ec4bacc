use tonic::Status;
use yihe_kernel::UserId;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::persons::Council;
use crate::room::{Room, ballots, cast, check_in, check_out, instant, quorum, submit};

const RULES: &str = "cn.residents-bodies.proxies";

async fn council(members: usize, present: usize) -> (Room, Vec<Party>) {
    Council::under(RULES, members).await.in_session(present).await
}

fn name(party: &Party) -> String {
    party.principal.to_string()
}

fn all(holder: &Party, instruction: ProxyInstruction) -> Proxy {
    Proxy {
        holder: name(holder),
        instruction: instruction.into(),
        ..Default::default()
    }
}

async fn grant(by: &Party, meeting: &str, proxy: Proxy) -> Result<Proxy, Status> {
    let request = GrantProxyRequest {
        parent: meeting.to_owned(),
        proxy: Some(proxy),
        ..Default::default()
    };
    Ok(by.proxies().grant_proxy(request).await?.into_inner())
}

async fn get(by: &Party, proxy: &str) -> Proxy {
    let request = GetProxyRequest { name: proxy.to_owned() };
    by.proxies().get_proxy(request).await.unwrap().into_inner()
}

async fn revoke(by: &Party, proxy: &str) -> Result<Proxy, Status> {
    let request = RevokeProxyRequest { name: proxy.to_owned() };
    Ok(by.proxies().revoke_proxy(request).await?.into_inner())
}

async fn cast_for(by: &Party, vote: &str, principal: &Party, choice: Choice) -> Result<Ballot, Status> {
    let request = CastBallotRequest {
        parent: vote.to_owned(),
        choice: choice.into(),
        member: name(principal),
        ..Default::default()
    };
    Ok(by.votes().cast_ballot(request).await?.into_inner())
}

#[tokio::test]
async fn a_proxy_votes_for_its_principal_and_counts_for_the_quorum_where_the_rules_say_so() {
    let (room, members) = council(5, 2).await;
    let [holder, other, principal, ..] = &members[..] else {
        panic!()
    };
    assert!(!quorum(holder, &room.meeting).await.unwrap().met);
    let proxy = grant(principal, &room.meeting, all(holder, ProxyInstruction::Free))
        .await
        .unwrap();
    assert_eq!(
        (
            proxy.principal.clone(),
            proxy.form(),
            proxy.instruction(),
            proxy.recorded_by.as_str()
        ),
        (name(principal), ProxyForm::Electronic, ProxyInstruction::Free, "")
    );
    let now = quorum(holder, &room.meeting).await.unwrap();
    assert_eq!((now.present, now.met), (3, true));
    assert_eq!(now.represented_members, [name(principal)]);
    assert_eq!(now.present_members.len(), 2);

    let motion = submit(holder, &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(vote.eligible, 3);
    cast(holder, &vote.name, Choice::No).await.unwrap();
    let ballot = cast_for(holder, &vote.name, principal, Choice::Yes).await.unwrap();
    assert_eq!(
        (ballot.member, ballot.proxy, ballot.proxy_holder, ballot.representative),
        (name(principal), proxy.name.clone(), name(holder), name(holder))
    );
    cast(other, &vote.name, Choice::Yes).await.unwrap();
    assert_eq!(
        reason(cast_for(holder, &vote.name, principal, Choice::Yes).await),
        "ALREADY_VOTED"
    );
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!(
        (tally.verdict(), tally.yes, tally.no, tally.not_voted),
        (TallyVerdict::Adopted, 2, 1, 2)
    );
    let list = ListProxiesRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let listed = other.proxies().list_proxies(list).await.unwrap().into_inner();
    assert_eq!(listed.proxies, [proxy]);
}

#[tokio::test]
async fn nobody_counts_by_proxy_where_nobody_votes_by_proxy() {
    let (room, members) = council(5, 2).await;
    let [holder, other, principal, third, _] = &members[..] else {
        panic!()
    };
    grant(principal, &room.meeting, all(holder, ProxyInstruction::Free))
        .await
        .unwrap();
    let motion = submit(holder, &room.meeting, &room.item).await.unwrap();
    let secret = OpenVoteRequest {
        parent: motion.name,
        method: BallotMethod::Secret.into(),
        ..Default::default()
    };
    let refused = room.secretary.votes().open_vote(secret.clone()).await;
    assert_eq!(reason(refused), "MEETING_NOT_QUORATE");
    assert!(
        quorum(holder, &room.meeting).await.unwrap().met,
        "an open vote could begin"
    );

    check_in(third, &room.meeting).await.unwrap();
    let vote = room.secretary.votes().open_vote(secret).await.unwrap().into_inner();
    let certificate = vote.quorum.clone().unwrap();
    assert_eq!((vote.eligible, certificate.present), (3, 3));
    assert!(certificate.represented_members.is_empty());
    cast(holder, &vote.name, Choice::Yes).await.unwrap();
    check_out(third, &room.meeting).await.unwrap();
    let refused = cast(other, &vote.name, Choice::Yes).await;
    assert_eq!(reason(refused), "MEETING_NOT_QUORATE");
    check_in(third, &room.meeting).await.unwrap();
    cast(other, &vote.name, Choice::Yes).await.unwrap();
    cast(third, &vote.name, Choice::Yes).await.unwrap();
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.verdict(), tally.yes), (TallyVerdict::Adopted, 3));
}

#[tokio::test]
async fn the_rules_say_whether_and_how_many() {
    let plain = Council::of(3).await.in_session(1).await;
    let refused = grant(&plain.1[1], &plain.0.meeting, all(&plain.1[0], ProxyInstruction::Free)).await;
    assert_eq!(detail(&refused, "rule_pack"), "cn.residents-bodies.default");
    assert_eq!(reason(refused), "PROXY_NOT_ALLOWED");

    let (room, members) = council(5, 2).await;
    let [holder, present, first, second, _] = &members[..] else {
        panic!()
    };
    let give = async |by: &Party, proxy: Proxy| grant(by, &room.meeting, proxy).await;
    give(first, all(holder, ProxyInstruction::Free)).await.unwrap();
    let refused = give(second, all(holder, ProxyInstruction::Free)).await;
    assert_eq!(detail(&refused, "limit"), "1");
    assert_eq!(reason(refused), "PROXY_LIMIT");
    assert_eq!(
        reason(give(first, all(present, ProxyInstruction::For)).await),
        "PROXY_EXISTS"
    );
    assert_eq!(
        reason(give(second, all(second, ProxyInstruction::Free)).await),
        "PROXY_OF_ONESELF"
    );
    assert_eq!(
        reason(give(present, all(second, ProxyInstruction::Free)).await),
        "PROXY_PRINCIPAL_PRESENT"
    );
    let stranger = Proxy {
        holder: format!("users/{}", room.ids.next::<UserId>()),
        ..Default::default()
    };
    assert_eq!(reason(give(second, stranger).await), "NOT_ON_ROSTER");
    let over = Proxy {
        expire_time: Some(instant("2026-03-01T00:00:00Z")),
        ..all(present, ProxyInstruction::Free)
    };
    assert_eq!(reason(give(second, over).await), "PROXY_EXPIRY");
    let outsider = crate::persons::resident(&room.house);
    assert_eq!(
        reason(give(&outsider, all(holder, ProxyInstruction::Free)).await),
        "PERMISSION_DENIED"
    );
    room.close().await.unwrap();
    assert_eq!(
        reason(give(second, all(present, ProxyInstruction::Free)).await),
        "MEETING_STATE"
    );
}

#[tokio::test]
async fn every_bad_field_of_a_proxy_is_named() {
    let (room, members) = council(3, 1).await;
    let item = |name: &str| ProxyItem {
        agenda_item: name.to_owned(),
        instruction: 9,
    };
    let bad = Proxy {
        items: vec![item(&room.item), item(&room.item)],
        ..Default::default()
    };
    let refused = grant(&members[1], &room.meeting, bad).await;
    let expected = ["proxy.holder"]
        .iter()
        .chain(&["proxy.items"; 3])
        .copied()
        .collect::<Vec<_>>();
    assert_eq!(fields(&refused), expected);
    let record = RecordProxyRequest {
        parent: room.meeting.clone(),
        proxy: Some(all(&members[0], ProxyInstruction::Free)),
        ..Default::default()
    };
    assert_eq!(
        fields(&room.secretary.proxies().record_proxy(record).await),
        ["proxy.principal", "proxy.evidence"]
    );
}

#[tokio::test]
async fn the_instruction_binds_and_a_proxy_is_for_its_items_and_its_holder_only() {
    let (room, members) = council(5, 3).await;
    let [holder, second, third, first_principal, second_principal] = &members[..] else {
        panic!()
    };
    let bound = Proxy {
        holder: name(holder),
        items: vec![ProxyItem {
            agenda_item: room.item.clone(),
            instruction: ProxyInstruction::For.into(),
        }],
        ..Default::default()
    };
    let bound = grant(first_principal, &room.meeting, bound).await.unwrap();
    assert_eq!(
        quorum(holder, &room.meeting).await.unwrap().present,
        3,
        "not for all items"
    );
    let against = grant(second_principal, &room.meeting, all(second, ProxyInstruction::Against))
        .await
        .unwrap();
    let motion = submit(holder, &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(vote.eligible, 5);
    let refused = cast_for(holder, &vote.name, first_principal, Choice::No).await;
    assert_eq!(detail(&refused, "instruction"), "FOR");
    assert_eq!(reason(refused), "PROXY_INSTRUCTION");
    assert_eq!(
        reason(cast_for(second, &vote.name, second_principal, Choice::Abstain).await),
        "PROXY_INSTRUCTION"
    );
    assert_eq!(
        reason(cast_for(third, &vote.name, first_principal, Choice::Yes).await),
        "PROXY_ABSENT"
    );
    cast_for(holder, &vote.name, first_principal, Choice::Yes)
        .await
        .unwrap();
    assert_eq!(reason(revoke(third, &against.name).await), "PERMISSION_DENIED");
    assert!(
        revoke(second_principal, &against.name)
            .await
            .unwrap()
            .revoke_time
            .is_some()
    );
    assert_eq!(reason(revoke(&room.secretary, &against.name).await), "PROXY_ENDED");
    assert_eq!(
        reason(cast_for(second, &vote.name, second_principal, Choice::No).await),
        "PROXY_ENDED"
    );
    assert!(
        revoke(first_principal, &bound.name).await.is_ok(),
        "what was cast stands"
    );
    for member in [holder, second, third] {
        cast(member, &vote.name, Choice::Yes).await.unwrap();
    }
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.no, tally.not_voted), (4, 0, 1));
}

#[tokio::test]
async fn who_comes_itself_votes_itself() {
    let (room, members) = council(4, 2).await;
    let [holder, second, principal, _] = &members[..] else {
        panic!()
    };
    let proxy = grant(principal, &room.meeting, all(holder, ProxyInstruction::For))
        .await
        .unwrap();
    let motion = submit(holder, &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(
        reason(cast(principal, &vote.name, Choice::No).await),
        "NOT_REPRESENTATIVE"
    );
    check_in(principal, &room.meeting).await.unwrap();
    assert!(get(holder, &proxy.name).await.void_time.is_some());
    assert_eq!(
        reason(cast_for(holder, &vote.name, principal, Choice::Yes).await),
        "PROXY_ABSENT"
    );
    let own = cast(principal, &vote.name, Choice::No).await.unwrap();
    assert_eq!((own.proxy.as_str(), own.choice()), ("", Choice::No));
    cast(holder, &vote.name, Choice::Yes).await.unwrap();
    cast(second, &vote.name, Choice::No).await.unwrap();
    let closed = room.close_vote(&vote.name).await.unwrap();
    let tally = closed.tally.unwrap();
    assert_eq!((tally.verdict(), tally.yes, tally.no), (TallyVerdict::Rejected, 1, 2));
    assert!(
        ballots(second, &vote.name)
            .await
            .iter()
            .all(|ballot| ballot.proxy.is_empty())
    );
    assert_eq!(reason(revoke(principal, &proxy.name).await), "PROXY_ENDED");
}

#[tokio::test]
async fn a_proxy_ends_with_its_time_and_a_holder_who_leaves_casts_nothing() {
    let (room, members) = council(5, 3).await;
    let [holder, second, third, principal, _] = &members[..] else {
        panic!()
    };
    let limited = Proxy {
        expire_time: Some(instant("2026-03-09T08:00:00Z")),
        ..all(holder, ProxyInstruction::Free)
    };
    grant(principal, &room.meeting, limited).await.unwrap();
    let motion = submit(holder, &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    crate::room::check_out(holder, &room.meeting).await.unwrap();
    assert_eq!(
        quorum(second, &room.meeting).await.unwrap().present,
        2,
        "nobody there for the principal"
    );
    assert_eq!(
        reason(cast_for(holder, &vote.name, principal, Choice::Yes).await),
        "NOT_REPRESENTATIVE"
    );
    check_in(holder, &room.meeting).await.unwrap();
    room.house.set("2026-03-09T08:00:00Z");
    assert_eq!(
        reason(cast_for(holder, &vote.name, principal, Choice::Yes).await),
        "PROXY_ENDED"
    );
    assert_eq!(quorum(third, &room.meeting).await.unwrap().represented_members.len(), 0);
}

#[tokio::test]
async fn the_clerk_records_a_proxy_on_paper_with_the_paper() {
    let (room, members) = council(3, 1).await;
    let evidence = format!("{}/files/{}", crate::harness::PARENT, room.ids.next::<uuid::Uuid>());
    let request = RecordProxyRequest {
        parent: room.meeting.clone(),
        proxy: Some(Proxy {
            principal: name(&members[1]),
            evidence: evidence.clone(),
            ..all(&members[0], ProxyInstruction::For)
        }),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
    };
    let record = async |by: &Party| by.proxies().record_proxy(request.clone()).await;
    assert_eq!(reason(record(&room.secretary).await), "FILE_UNKNOWN");
    room.kept.keep(&evidence, &room.item);
    assert_eq!(reason(record(&room.secretary).await), "FILE_ELSEWHERE");
    room.kept.keep(&evidence, &room.meeting);
    assert_eq!(reason(record(&members[0]).await), "PERMISSION_DENIED");
    let recorded = record(&room.secretary).await.unwrap().into_inner();
    assert_eq!(
        (recorded.form(), &recorded.recorded_by, &recorded.evidence),
        (ProxyForm::Written, &name(&room.secretary), &evidence)
    );
    assert_eq!(record(&room.secretary).await.unwrap().into_inner(), recorded);
    assert!(
        revoke(&room.secretary, &recorded.name)
            .await
            .unwrap()
            .revoke_time
            .is_some()
    );
}
