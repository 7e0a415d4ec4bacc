use std::sync::Arc;

use futures::future::join_all;
use tokio::sync::Semaphore;
use yihe_proto::meeting::v1::*;

use crate::harness::{House, Party, reason};
use crate::recorded_ballots::{hands, record_hands};
use crate::room::{Room, ballots, cast};

const VOTERS: usize = 64;

/// Ballots and the close race; every ballot is either counted or refused, and the count is exact.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_ballot_is_counted_or_refused_when_the_vote_closes_meanwhile() {
    let (counted, refused) = race(House::new).await;
    assert!(
        counted > 0 && refused > 0,
        "the race was never run: {counted} counted, {refused} refused"
    );
}

/// How many ballots were counted and how many refused.
pub async fn race(house: impl AsyncFn() -> House) -> (usize, usize) {
    let (mut counted, mut refused) = (0, 0);
    // the close sets out when so many ballots have been answered
    for head_start in [0, 1, 8, 24] {
        let (room, vote) = Room::voting_at(house().await, VOTERS).await;
        let room = Arc::new(room);
        let answered = Arc::new(Semaphore::new(0));
        let casting = (0..VOTERS).map(|place| {
            let (room, vote, answered) = (Arc::clone(&room), vote.name.clone(), Arc::clone(&answered));
            tokio::spawn(async move {
                let choice = if place % 3 == 0 { Choice::No } else { Choice::Yes };
                let answer = cast(&room.units[place], &vote, choice).await;
                answered.add_permits(1);
                (place, choice, answer)
            })
        });
        let casting: Vec<_> = casting.collect();
        let started = answered.acquire_many(head_start).await.unwrap();
        let closed = room.close_vote(&vote.name).await.unwrap();
        drop(started);
        let tally = closed.tally.unwrap();
        let mut told = (0, 0);
        let mut accepted = Vec::new();
        for answer in join_all(casting).await {
            match answer.unwrap() {
                (place, choice, Ok(_)) => {
                    accepted.push(room.units[place].name());
                    if choice == Choice::Yes {
                        told.0 += 1;
                    } else {
                        told.1 += 1;
                    }
                }
                (_, _, refused) => assert_eq!(reason(refused), "VOTE_CLOSED"),
            }
        }
        assert_eq!((tally.yes, tally.no), told, "the count is what the voters were told");
        assert_eq!(tally.yes + tally.no + tally.not_voted, i64::try_from(VOTERS).unwrap());
        let stored = ballots(&room.secretary, &vote.name).await;
        let mut stored: Vec<_> = stored
            .into_iter()
            .filter(|ballot| ballot.choice() != Choice::Unspecified)
            .collect();
        assert!(
            stored
                .iter()
                .all(|ballot| instant(&ballot.cast_time) <= instant(&closed.close_time))
        );
        stored.sort_by(|a, b| a.organization.cmp(&b.organization));
        accepted.sort();
        assert_eq!(
            stored
                .iter()
                .map(|ballot| ballot.organization.as_str())
                .collect::<Vec<_>>(),
            accepted
        );
        counted += accepted.len();
        refused += VOTERS - accepted.len();
    }
    (counted, refused)
}

fn instant(wire: &Option<prost_types::Timestamp>) -> (i64, i32) {
    wire.as_ref().map(|instant| (instant.seconds, instant.nanos)).unwrap()
}

/// One voter's client that hammers: one ballot, however many times it is sent at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_ballots_of_one_voter_one_is_cast() {
    let (room, vote) = Room::voting(2).await;
    let attempts = join_all((0..32).map(|_| cast(&room.units[0], &vote.name, Choice::Yes))).await;
    let (cast, refused): (Vec<_>, Vec<_>) = attempts.into_iter().partition(Result::is_ok);
    assert_eq!((cast.len(), refused.len()), (1, 31));
    assert!(refused.into_iter().all(|refused| reason(refused) == "ALREADY_VOTED"));
    let closed = room.close_vote(&vote.name).await.unwrap();
    assert_eq!(closed.tally.unwrap().yes, 1);
}

/// The clerk records all hands while members cast: each has one ballot whatever happens, and is told which.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hands_recorded_while_members_cast_leave_one_ballot_each() {
    hands_race(House::new).await;
}

/// The clerk reads the hands of those who have not voted, again as soon as one of them was faster.
pub async fn hands_race(house: impl AsyncFn() -> House) {
    let (room, vote) = Room::voting_at(house().await, VOTERS).await;
    let room = Arc::new(room);
    let casting: Vec<_> = (0..VOTERS)
        .map(|place| {
            let (room, vote) = (Arc::clone(&room), vote.name.clone());
            tokio::spawn(async move { (place, cast(&room.units[place], &vote, Choice::No).await) })
        })
        .collect();
    let mut recorded = loop {
        let listed = ballots(&room.secretary, &vote.name).await;
        let left: Vec<_> = listed
            .into_iter()
            .filter(|ballot| ballot.choice() == Choice::Unspecified)
            .map(|ballot| ballot.member)
            .collect();
        if left.is_empty() {
            break Vec::new();
        }
        match record_hands(&room.secretary, &vote.name, hands(&left, &[], &[])).await {
            Ok(recorded) => break recorded.into_iter().map(|ballot| ballot.member).collect(),
            refused => assert_eq!(reason(refused), "ALREADY_VOTED"),
        }
    };
    let mut own = Vec::new();
    for answer in join_all(casting).await {
        match answer.unwrap() {
            (place, Ok(_)) => own.push(room.units[place].name()),
            (_, refused) => assert_eq!(reason(refused), "ALREADY_VOTED"),
        }
    }
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    let number = |members: &Vec<String>| i64::try_from(members.len()).unwrap();
    assert_eq!(
        (tally.yes, tally.no, tally.not_voted),
        (number(&recorded), number(&own), 0)
    );
    recorded.append(&mut own);
    recorded.sort();
    let mut all: Vec<_> = room.units.iter().map(Party::name).collect();
    all.sort();
    assert_eq!(recorded, all, "each is told of one ballot");
}
