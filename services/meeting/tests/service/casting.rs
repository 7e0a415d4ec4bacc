use tonic::Code;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{fields, reason};
use crate::room::{Room, add_member, ballots, cast, check_in, check_out};

#[tokio::test]
async fn an_organization_votes_once() {
    let (room, vote) = Room::voting(2).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    for choice in [Choice::Yes, Choice::No] {
        assert_eq!(reason(cast(&room.units[0], &vote.name, choice).await), "ALREADY_VOTED");
    }
    let cast: Vec<_> = ballots(&room.secretary, &vote.name)
        .await
        .into_iter()
        .map(|ballot| ballot.choice())
        .collect();
    assert_eq!(cast, [Choice::Yes, Choice::Unspecified]);
}

#[tokio::test]
async fn who_was_not_present_when_the_vote_opened_is_not_eligible() {
    let room = Room::noticed(4).await;
    room.open().await.unwrap();
    for unit in &room.units[..3] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let motion = room.submit(&room.units[0]).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    check_in(&room.units[3], &room.meeting).await.unwrap();
    assert_eq!(
        reason(cast(&room.units[3], &vote.name, Choice::No).await),
        "NOT_ELIGIBLE"
    );
    // a member that joined the body after the notice takes part, but is not on this roster
    let late = room.organization(OrganizationKind::ResidentUnit, "后来的");
    let late = room.appoint(late, "RESIDENT_UNIT/REPRESENTATIVE");
    add_member(&room.secretary, &room.body, &late.name()).await.unwrap();
    assert_eq!(reason(cast(&late, &vote.name, Choice::No).await), "NOT_ELIGIBLE");
    assert_eq!(
        reason(cast(&room.secretary, &vote.name, Choice::No).await),
        "NOT_ELIGIBLE"
    );
}

#[tokio::test]
async fn outsiders_are_refused_before_they_learn_anything() {
    let (room, vote) = Room::voting(2).await;
    let company = room.organization(OrganizationKind::PropertyCompany, "物业公司");
    let company = room.appoint(company, "PROPERTY_COMPANY/MANAGER");
    let there = cast(&company, &vote.name, Choice::Yes).await.unwrap_err();
    let nowhere = format!("{}/votes/{}", room.meeting, room.ids.next::<uuid::Uuid>());
    let missing = cast(&company, &nowhere, Choice::Yes).await.unwrap_err();
    assert_eq!(
        (there.code(), there.message()),
        (Code::PermissionDenied, missing.message())
    );
    assert_eq!(
        reason(cast(&room.secretary, &nowhere, Choice::Yes).await),
        "RESOURCE_NOT_FOUND"
    );
    // the right person in the wrong capacity
    let wrong = room.appoint_also(
        room.units[0].user(),
        company.organization.unwrap(),
        "PROPERTY_COMPANY/STAFF",
    );
    assert_eq!(reason(cast(&wrong, &vote.name, Choice::Yes).await), "PERMISSION_DENIED");
    let own = room.party(room.units[0].principal.clone(), None);
    assert_eq!(reason(cast(&own, &vote.name, Choice::Yes).await), "PERMISSION_DENIED");
}

#[tokio::test]
async fn only_the_present_representative_casts() {
    let (room, vote) = Room::voting(3).await;
    let colleague = room.appoint(room.units[2].organization.unwrap(), "RESIDENT_UNIT/STAFF");
    assert_eq!(
        reason(cast(&colleague, &vote.name, Choice::Yes).await),
        "NOT_REPRESENTATIVE"
    );
    check_out(&room.units[2], &room.meeting).await.unwrap();
    assert_eq!(
        reason(cast(&room.units[2], &vote.name, Choice::Yes).await),
        "NOT_REPRESENTATIVE"
    );
    check_in(&colleague, &room.meeting).await.unwrap();
    let ballot = cast(&colleague, &vote.name, Choice::No).await.unwrap();
    assert_eq!(ballot.representative, colleague.principal.to_string());
    assert_eq!(
        (ballot.display_name.as_str(), ballot.kind()),
        ("驻区单位 3", OrganizationKind::ResidentUnit)
    );
    assert_eq!(
        reason(cast(&room.units[2], &vote.name, Choice::Yes).await),
        "ALREADY_VOTED"
    );
}

#[tokio::test]
async fn a_closed_vote_takes_no_ballot() {
    let (room, vote) = Room::voting(2).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    let closed = room.close_vote(&vote.name).await.unwrap();
    assert_eq!(
        (closed.ballots_cast, closed.eligible, closed.state()),
        (1, 2, VoteState::Closed)
    );
    assert_eq!(
        reason(cast(&room.units[1], &vote.name, Choice::Yes).await),
        "VOTE_CLOSED"
    );
    assert_eq!(
        reason(cast(&room.units[0], &vote.name, Choice::Yes).await),
        "VOTE_CLOSED"
    );
}

#[tokio::test]
async fn a_ballot_says_something() {
    let (room, vote) = Room::voting(1).await;
    for choice in [0, Choice::Sealed.into(), 5, -1] {
        let request = CastBallotRequest {
            parent: vote.name.clone(),
            choice,
            request_id: "x".to_owned(),
            ..Default::default()
        };
        assert_eq!(
            fields(&room.units[0].votes().cast_ballot(request).await),
            ["request_id", "choice"]
        );
    }
}

#[tokio::test]
async fn a_ballot_sent_again_is_the_same_ballot() {
    let (room, vote) = Room::voting(2).await;
    let request_id = room.ids.next::<uuid::Uuid>().to_string();
    let request = CastBallotRequest {
        parent: vote.name.clone(),
        choice: Choice::Yes.into(),
        request_id: request_id.clone(),
        ..Default::default()
    };
    let first = room.units[0]
        .votes()
        .cast_ballot(request.clone())
        .await
        .unwrap()
        .into_inner();
    room.clock.advance_seconds(5);
    let again = room.units[0]
        .votes()
        .cast_ballot(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first, again);
    let other = CastBallotRequest {
        choice: Choice::No.into(),
        ..request.clone()
    };
    assert_eq!(
        reason(room.units[0].votes().cast_ballot(other).await),
        "REQUEST_ID_REUSED"
    );
    // another caller's id is its own
    room.units[1].votes().cast_ballot(request.clone()).await.unwrap();
    // a refusal leaves no trace: the id is free again
    let (room, vote) = Room::voting(3).await;
    check_out(&room.units[0], &room.meeting).await.unwrap();
    let request = CastBallotRequest {
        parent: vote.name.clone(),
        ..request
    };
    assert_eq!(
        reason(room.units[0].votes().cast_ballot(request.clone()).await),
        "NOT_REPRESENTATIVE"
    );
    check_in(&room.units[0], &room.meeting).await.unwrap();
    room.units[0].votes().cast_ballot(request).await.unwrap();
}
