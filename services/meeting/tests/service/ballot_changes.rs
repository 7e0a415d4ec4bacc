use tonic::Status;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::persons::Council;
use crate::recorded_ballots::{changes, hands, record_hands};
use crate::room::{Room, ballots, cast, check_in, check_out, submit};

const RULES: &str = "cn.residents-bodies.proxies";

async fn change_for(by: &Party, vote: &str, member: &str, choice: Choice) -> Result<Ballot, Status> {
    let request = ChangeBallotRequest {
        parent: vote.to_owned(),
        choice: choice.into(),
        member: member.to_owned(),
        ..Default::default()
    };
    Ok(by.ballots().change_ballot(request).await?.into_inner())
}

async fn change(by: &Party, vote: &str, choice: Choice) -> Result<Ballot, Status> {
    change_for(by, vote, "", choice).await
}

async fn voting(members: usize, present: usize) -> (Room, Vec<Party>, Vote) {
    let (room, members) = Council::under(RULES, members).await.in_session(present).await;
    let motion = submit(&members[0], &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    (room, members, vote)
}

#[tokio::test]
async fn a_ballot_is_changed_where_the_rules_allow_it_and_what_it_said_is_kept() {
    let (room, members, vote) = voting(3, 3).await;
    cast(&members[0], &vote.name, Choice::Yes).await.unwrap();
    let request = ChangeBallotRequest {
        parent: vote.name.clone(),
        choice: Choice::No.into(),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
        ..Default::default()
    };
    let changed = members[0]
        .ballots()
        .change_ballot(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(changed.choice(), Choice::No);
    let again = members[0].ballots().change_ballot(request).await.unwrap().into_inner();
    assert_eq!(again, changed, "once for one request id");
    let same = change(&members[0], &vote.name, Choice::No).await.unwrap();
    assert_eq!(same, changed, "what says so already stays as it is");
    change(&members[0], &vote.name, Choice::Abstain).await.unwrap();
    let kept = changes(&members[1], &vote.name).await;
    let said: Vec<_> = kept.iter().map(|change| (change.kind(), change.choice())).collect();
    assert_eq!(
        said,
        [
            (BallotChangeKind::Changed, Choice::Yes),
            (BallotChangeKind::Changed, Choice::No)
        ]
    );
    assert!(
        kept.iter()
            .all(|change| change.member == members[0].principal.to_string())
    );

    // what the clerk recorded, its voter may change as well; it is then the voter's own
    let second = members[1].principal.to_string();
    record_hands(
        &room.secretary,
        &vote.name,
        hands(std::slice::from_ref(&second), &[], &[]),
    )
    .await
    .unwrap();
    let own = change(&members[1], &vote.name, Choice::No).await.unwrap();
    assert_eq!((own.choice(), own.recorded_by.as_str()), (Choice::No, ""));
    assert_eq!(
        changes(&members[1], &vote.name).await[2].recorded_by,
        room.secretary.principal.to_string()
    );
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.no, tally.abstain, tally.not_voted), (0, 1, 1, 1));
    assert_eq!(
        reason(change(&members[0], &vote.name, Choice::Yes).await),
        "VOTE_CLOSED"
    );
}

#[tokio::test]
async fn rules_that_say_nothing_of_it_and_secret_votes_let_no_ballot_be_changed() {
    let (room, vote) = Room::voting(3).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    let refused = change(&room.units[0], &vote.name, Choice::No).await;
    assert_eq!(detail(&refused, "method"), "OPEN_ROLL_CALL");
    assert_eq!(reason(refused), "BALLOT_NOT_CHANGEABLE");
    assert_eq!(
        ballots(&room.units[0], &vote.name)
            .await
            .iter()
            .filter(|one| one.choice() == Choice::Yes)
            .count(),
        1
    );

    let (room, members) = Council::under(RULES, 3).await.in_session(3).await;
    let motion = submit(&members[0], &room.meeting, &room.item).await.unwrap();
    let request = OpenVoteRequest {
        parent: motion.name,
        method: BallotMethod::Secret.into(),
        ..Default::default()
    };
    let secret = room.secretary.votes().open_vote(request).await.unwrap().into_inner();
    cast(&members[0], &secret.name, Choice::Yes).await.unwrap();
    let refused = change(&members[0], &secret.name, Choice::No).await;
    assert_eq!(detail(&refused, "method"), "SECRET");
    assert_eq!(reason(refused), "BALLOT_NOT_CHANGEABLE");
}

#[tokio::test]
async fn only_a_ballot_that_was_cast_is_changed_by_who_may_cast_it_in_a_room_that_decides() {
    let (room, members, vote) = voting(5, 3).await;
    let name = |at: usize| members[at].principal.to_string();
    assert_eq!(
        reason(change(&members[0], &vote.name, Choice::No).await),
        "BALLOT_NOT_CAST"
    );
    assert_eq!(
        reason(change(&members[3], &vote.name, Choice::No).await),
        "NOT_ELIGIBLE"
    );
    cast(&members[0], &vote.name, Choice::Yes).await.unwrap();
    assert_eq!(
        reason(change_for(&members[1], &vote.name, &name(0), Choice::No).await),
        "PROXY_ABSENT"
    );
    assert_eq!(
        fields(&change(&members[0], &vote.name, Choice::Invalid).await),
        ["choice"]
    );
    check_in(&members[3], &room.meeting).await.unwrap();
    check_out(&members[0], &room.meeting).await.unwrap();
    assert_eq!(
        reason(change(&members[0], &vote.name, Choice::No).await),
        "NOT_REPRESENTATIVE"
    );
    check_out(&members[3], &room.meeting).await.unwrap();
    assert_eq!(
        reason(change(&members[0], &vote.name, Choice::No).await),
        "MEETING_NOT_QUORATE"
    );
    check_in(&members[0], &room.meeting).await.unwrap();
    let suspend = SuspendMeetingRequest {
        name: room.meeting.clone(),
        reason: "休会".to_owned(),
        ..Default::default()
    };
    room.secretary.procedure().suspend_meeting(suspend).await.unwrap();
    assert_eq!(
        reason(change(&members[0], &vote.name, Choice::No).await),
        "MEETING_STATE"
    );
    assert!(changes(&members[1], &vote.name).await.is_empty());
}

#[tokio::test]
async fn the_holder_changes_what_it_cast_until_its_principal_comes() {
    let (room, members) = Council::under(RULES, 5).await.in_session(3).await;
    let name = |at: usize| members[at].principal.to_string();
    let proxy = Proxy {
        holder: name(0),
        instruction: ProxyInstruction::For.into(),
        ..Default::default()
    };
    let request = GrantProxyRequest {
        parent: room.meeting.clone(),
        proxy: Some(proxy),
        ..Default::default()
    };
    members[3].proxies().grant_proxy(request).await.unwrap();
    let motion = submit(&members[0], &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    let request = CastBallotRequest {
        parent: vote.name.clone(),
        choice: Choice::Yes.into(),
        member: name(3),
        ..Default::default()
    };
    members[0].votes().cast_ballot(request).await.unwrap();
    assert_eq!(
        reason(change_for(&members[0], &vote.name, &name(3), Choice::No).await),
        "PROXY_INSTRUCTION"
    );
    assert_eq!(
        reason(change(&members[3], &vote.name, Choice::No).await),
        "NOT_REPRESENTATIVE"
    );
    check_in(&members[3], &room.meeting).await.unwrap();
    assert_eq!(
        reason(change_for(&members[0], &vote.name, &name(3), Choice::Yes).await),
        "PROXY_ENDED"
    );
    let own = change(&members[3], &vote.name, Choice::No).await.unwrap();
    assert_eq!((own.proxy.as_str(), own.representative), ("", name(3)));
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.no), (0, 1));
}
