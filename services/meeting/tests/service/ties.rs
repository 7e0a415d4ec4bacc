use tonic::{Code, Status};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::room::{Room, cast};
use crate::seconding::{in_session, seconded};

async fn decide(by: &Party, vote: &str, choice: Choice) -> Result<Vote, Status> {
    let request = DecideTieRequest {
        name: vote.to_owned(),
        choice: choice.into(),
    };
    Ok(by.ties().decide_tie(request).await?.into_inner())
}

/// Two for and two against.
async fn tied(room: &Room, method: BallotMethod) -> Vote {
    let motion = seconded(room).await;
    let request = OpenVoteRequest {
        parent: motion.name,
        method: method.into(),
        ..Default::default()
    };
    let vote = room.secretary.votes().open_vote(request).await.unwrap().into_inner();
    for (unit, choice) in room
        .units
        .iter()
        .zip([Choice::Yes, Choice::No, Choice::Yes, Choice::No])
    {
        cast(unit, &vote.name, choice).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap()
}

#[tokio::test]
async fn the_chair_decides_a_tie_where_the_rules_let_it() {
    let room = in_session(4).await;
    let vote = tied(&room, BallotMethod::OpenRollCall).await;
    assert_eq!(vote.state(), VoteState::Tied);
    let tally = vote.tally.clone().unwrap();
    assert_eq!((tally.verdict(), tally.yes, tally.no), (TallyVerdict::Tied, 2, 2));
    assert_eq!(vote.resolution, "");
    assert_eq!(room.motion(&vote.motion).await.state(), MotionState::Voting);
    assert_eq!(
        reason(cast(&room.units[0], &vote.name, Choice::No).await),
        "VOTE_CLOSED"
    );
    assert_eq!(reason(room.close_vote(&vote.name).await), "VOTE_CLOSED");

    let member = decide(&room.units[0], &vote.name, Choice::Yes).await;
    assert_eq!(member.unwrap_err().code(), Code::PermissionDenied);
    let committee = room.secretary.organization.unwrap();
    let clerk = room.appoint(committee, "PARTY_COMMITTEE/CLERK");
    let by_clerk = decide(&clerk, &vote.name, Choice::Yes).await;
    assert_eq!(
        by_clerk.unwrap_err().code(),
        Code::PermissionDenied,
        "the clerk has no vote to cast"
    );
    let other = room.organization(OrganizationKind::StreetOffice, "街道办事处");
    let other = room.appoint(other, "STREET_OFFICE/DIRECTOR");
    assert_eq!(
        decide(&other, &vote.name, Choice::Yes).await.unwrap_err().code(),
        Code::PermissionDenied,
        "heads of those that did not convene it"
    );
    for choice in [Choice::Unspecified, Choice::Abstain, Choice::Sealed] {
        assert_eq!(fields(&decide(&room.secretary, &vote.name, choice).await), ["choice"]);
    }
    let decided = decide(&room.secretary, &vote.name, Choice::Yes).await.unwrap();
    let count = decided.tally.clone().unwrap();
    assert_eq!(
        (decided.state(), decided.casting_vote(), count.verdict(), count.yes),
        (VoteState::Closed, Choice::Yes, TallyVerdict::Adopted, 2),
        "it is not one more ballot"
    );
    assert!(decided.casting_vote_time.is_some() && !decided.resolution.is_empty());
    assert_ne!(count.sha256, tally.sha256);
    assert_eq!(room.motion(&vote.motion).await.state(), MotionState::Adopted);
    assert_eq!(
        reason(decide(&room.secretary, &vote.name, Choice::No).await),
        "VOTE_NOT_TIED"
    );

    let again = tied(&room, BallotMethod::OpenRollCall).await;
    let against = decide(&room.secretary, &again.name, Choice::No).await.unwrap();
    assert_eq!(
        (against.casting_vote(), against.tally.unwrap().verdict()),
        (Choice::No, TallyVerdict::Rejected)
    );
    assert_eq!(room.motion(&again.motion).await.state(), MotionState::Rejected);
    room.close().await.unwrap();
    let text = room.draft_minutes().await.unwrap().text;
    assert!(text.contains("- 主席决定票：赞成，2026-03-09 15:00:00\n"), "{text}");
    assert!(text.contains("- 主席决定票：反对，2026-03-09 15:00:00\n"), "{text}");
    let verified = yihe_meeting::verify_minutes(&room.export().await.content, None).unwrap();
    assert_eq!(
        verified.votes.len(),
        2,
        "recounted byte for byte, the casting vote included"
    );
}

#[tokio::test]
async fn a_secret_tie_is_decided_on_its_totals() {
    let room = in_session(4).await;
    let vote = tied(&room, BallotMethod::Secret).await;
    assert_eq!(vote.state(), VoteState::Tied);
    let decided = decide(&room.secretary, &vote.name, Choice::Yes).await.unwrap();
    let tally = decided.tally.unwrap();
    assert_eq!((tally.verdict(), tally.yes, tally.no), (TallyVerdict::Adopted, 2, 2));
}

#[tokio::test]
async fn a_tie_that_nobody_decided_ends_as_one_with_its_meeting() {
    let room = in_session(4).await;
    let vote = tied(&room, BallotMethod::OpenRollCall).await;
    room.close().await.unwrap();
    let ended = room.vote(&vote.name).await;
    assert_eq!(
        (
            ended.state(),
            ended.tally.clone().unwrap().verdict(),
            ended.casting_vote()
        ),
        (VoteState::Closed, TallyVerdict::Tied, Choice::Unspecified)
    );
    assert_eq!(ended.tally, vote.tally);
    assert_eq!(room.motion(&vote.motion).await.state(), MotionState::Rejected);
    assert_eq!(
        reason(decide(&room.secretary, &vote.name, Choice::Yes).await),
        "MEETING_STATE"
    );
}

#[tokio::test]
async fn ties_stay_ties_where_the_rules_give_the_chair_no_vote() {
    let room = Room::in_session(4).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    for (unit, choice) in room
        .units
        .iter()
        .zip([Choice::Yes, Choice::No, Choice::Yes, Choice::No])
    {
        cast(unit, &vote.name, choice).await.unwrap();
    }
    let closed = room.close_vote(&vote.name).await.unwrap();
    assert_eq!(
        (closed.state(), closed.tally.unwrap().verdict()),
        (VoteState::Closed, TallyVerdict::Tied)
    );
    assert_eq!(room.motion(&motion.name).await.state(), MotionState::Rejected);
    let refused = decide(&room.secretary, &vote.name, Choice::Yes).await;
    assert_eq!(detail(&refused, "rule_pack"), "cn.joint-conference.default");
    assert_eq!(reason(refused), "NO_CASTING_VOTE");
}

#[tokio::test]
async fn a_chair_that_is_recused_decides_no_tie() {
    let room = Room::draft_under(crate::harness::House::new().await, crate::seconding::RULES, 4).await;
    crate::room::add_member(&room.secretary, &room.body, &room.secretary.name())
        .await
        .unwrap();
    room.gather().await;
    let request = DeclareRecusalRequest {
        parent: room.item.clone(),
        reason: "本单位为承接方".to_owned(),
        ..Default::default()
    };
    room.secretary.recusals().declare_recusal(request).await.unwrap();
    let vote = tied(&room, BallotMethod::OpenRollCall).await;
    assert_eq!(vote.state(), VoteState::Tied);
    let refused = decide(&room.secretary, &vote.name, Choice::Yes).await;
    assert_eq!(detail(&refused, "member"), room.secretary.name());
    assert_eq!(reason(refused), "MEMBER_RECUSED");
}
