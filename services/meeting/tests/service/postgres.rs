//! The statements that the two databases might read differently, once on PostgreSQL: the story, the halt, the race, commitments and
//! minutes.

use yihe_proto::meeting::v1::*;
use yihe_testkit::Postgres;

use crate::harness::{House, PARENT, Party, reason};
use crate::owners_room::{self, Assembly, one_each};
use crate::room::{Room, ballots, cast, check_in, check_out};

#[tokio::test]
async fn a_meeting_is_held_on_postgresql() {
    let server = Postgres::start().unwrap();
    let (room, vote) = Room::voting_at(House::on_postgres(&server).await, 3).await;
    let request = CastBallotRequest {
        parent: vote.name.clone(),
        choice: Choice::Yes.into(),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
        ..Default::default()
    };
    let first = room.units[0]
        .votes()
        .cast_ballot(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        room.units[0].votes().cast_ballot(request).await.unwrap().into_inner(),
        first
    );
    assert_eq!(
        reason(cast(&room.units[0], &vote.name, Choice::No).await),
        "ALREADY_VOTED"
    );
    check_out(&room.units[1], &room.meeting).await.unwrap();
    check_out(&room.units[2], &room.meeting).await.unwrap();
    assert_eq!(reason(room.close_vote(&vote.name).await), "MEETING_NOT_QUORATE");
    assert_eq!(
        reason(cast(&room.units[1], &vote.name, Choice::No).await),
        "NOT_REPRESENTATIVE"
    );
    check_in(&room.units[1], &room.meeting).await.unwrap();
    cast(&room.units[1], &vote.name, Choice::Yes).await.unwrap();
    let closed = room.close_vote(&vote.name).await.unwrap();
    let tally = closed.tally.unwrap();
    assert_eq!(
        (tally.verdict(), tally.yes, tally.not_voted),
        (TallyVerdict::Adopted, 2, 1)
    );
    assert_eq!(ballots(&room.units[2], &vote.name).await.len(), 3);
    let list = ListResolutionsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let resolutions = room.units[0]
        .resolutions()
        .list_resolutions(list)
        .await
        .unwrap()
        .into_inner()
        .resolutions;
    assert_eq!(resolutions[0].number, "2026-1");
    room.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ballots_and_the_close_race_on_postgresql() {
    let server = Postgres::start().unwrap();
    // a share of the vote's row is had before a close that waits, so there may be nobody to refuse
    let (counted, _) = crate::concurrency::race(async || House::on_postgres(&server).await).await;
    assert!(counted > 0);
}

#[tokio::test]
async fn commitments_are_kept_on_postgresql() {
    let server = Postgres::start().unwrap();
    crate::dark_culvert::tell(House::on_postgres(&server).await).await;
}

#[tokio::test]
async fn minutes_are_signed_and_published_on_postgresql() {
    let server = Postgres::start().unwrap();
    crate::minutes_signing::one_is_missing(House::on_postgres(&server).await).await;
}

#[tokio::test]
async fn owners_vote_in_writing_on_postgresql() {
    let server = Postgres::start().unwrap();
    let house = House::on_postgres(&server).await;
    let assembly = Assembly::draft_at(house, &one_each(600), MatterClass::OwnersOrdinary).await;
    let vote = assembly.begin().await;
    assembly.vote_of(0..2, &vote, Choice::Yes).await;
    let owner = assembly.owner(2);
    let twice = tokio::join!(
        owners_room::cast(&owner, &vote, Choice::Yes, &[]),
        owners_room::cast(&owner, &vote, Choice::No, &[])
    );
    assert!(twice.0.is_ok() != twice.1.is_ok(), "one of two at once: {twice:?}");
    let on_paper = (3..400).map(|number| PaperUnitBallot {
        unit: assembly.units[number].clone(),
        choice: Choice::Yes.into(),
        ..Default::default()
    });
    let recorded = assembly.record(&vote, on_paper.collect(), false).await.unwrap();
    assert_eq!(recorded.recorded, 397);
    let own = ListMeetingsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let own = owner.meetings().list_meetings(own).await.unwrap().into_inner();
    assert_eq!(own.meetings.len(), 1);
    let tally = assembly.tally().await;
    assert_eq!(
        (tally.members, tally.participating, tally.verdict()),
        (600, 400, TallyVerdict::Adopted)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hands_recorded_while_members_cast_leave_one_ballot_each_on_postgresql() {
    let server = Postgres::start().unwrap();
    crate::concurrency::hands_race(async || House::on_postgres(&server).await).await;
}

#[tokio::test]
async fn a_box_is_recorded_on_postgresql() {
    let server = Postgres::start().unwrap();
    let room = Room::in_session_at(House::on_postgres(&server).await, 4).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    let request = OpenVoteRequest {
        parent: motion.name,
        method: BallotMethod::Secret.into(),
        ..Default::default()
    };
    let vote = room.secretary.votes().open_vote(request).await.unwrap().into_inner();
    let request = RecordBallotBoxRequest {
        name: vote.name.clone(),
        voters: room.units.iter().map(Party::name).collect(),
        yes: 3,
        invalid: 1,
        evidence: crate::recorded_ballots::scan(&room, &room.meeting),
        ..Default::default()
    };
    room.secretary.clerk().record_ballot_box(request).await.unwrap();
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.invalid, tally.not_voted), (3, 1, 0));
}
