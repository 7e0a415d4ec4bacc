//! Secret ballots, and an attacker who holds the database file: who voted what must not be found in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use yihe_proto::meeting::v1::*;

use crate::harness::reason;
use crate::room::{Room, ballots, cast, check_out};

/// Patterns of how eight voters vote.
const PATTERNS: [[bool; 8]; 3] = [
    [true, true, true, true, true, false, false, false],
    [false, false, false, true, true, true, true, true],
    [true, false, true, true, false, true, false, true],
];

fn choice(yes: bool) -> Choice {
    if yes { Choice::Yes } else { Choice::No }
}

async fn open_secret(room: &Room) -> Vote {
    let motion = room.submit(&room.units[0]).await.unwrap();
    let request = OpenVoteRequest {
        parent: motion.name,
        method: BallotMethod::Secret.into(),
        ..Default::default()
    };
    room.secretary.votes().open_vote(request).await.unwrap().into_inner()
}

fn key_file(room: &Room, vote: &Vote) -> PathBuf {
    let id = vote.name.rsplit('/').next().unwrap();
    room.files.path().join("keys/votes").join(id)
}

async fn attack(room: &Room) -> DatabaseConnection {
    let file = room.files.path().join("meeting.db");
    Database::connect(format!("sqlite://{}?mode=ro", file.display()))
        .await
        .unwrap()
}

async fn rows(db: &DatabaseConnection, sql: &str) -> Vec<sea_orm::QueryResult> {
    db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql))
        .await
        .unwrap()
}

async fn count(db: &DatabaseConnection, sql: &str) -> i64 {
    rows(db, sql).await[0].try_get_by_index(0).unwrap()
}

/// Every file of the database, the write-ahead log among them.
fn bytes_of(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for name in ["meeting.db", "meeting.db-wal", "meeting.db-journal"] {
        all.extend(std::fs::read(folder.join(name)).unwrap_or_default());
    }
    all
}

fn occurrences(haystack: &[u8], needle: &[u8]) -> Vec<usize> {
    (0..haystack.len().saturating_sub(needle.len()))
        .filter(|at| haystack[*at..].starts_with(needle))
        .collect()
}

#[tokio::test]
async fn a_secret_vote_is_counted_and_nobody_learns_who_voted_what() {
    let room = Room::in_session(8).await;
    let vote = open_secret(&room).await;
    assert_eq!(vote.method(), BallotMethod::Secret);
    assert!(key_file(&room, &vote).is_file());
    for (unit, yes) in room.units.iter().zip(PATTERNS[0]).take(7) {
        let ballot = cast(unit, &vote.name, choice(yes)).await.unwrap();
        assert_eq!(
            ballot.choice(),
            Choice::Sealed,
            "not even the answer repeats the ballot"
        );
    }
    assert_eq!(
        reason(cast(&room.units[0], &vote.name, Choice::No).await),
        "ALREADY_VOTED"
    );
    let listed = ballots(&room.secretary, &vote.name).await;
    let cast_so_far: Vec<_> = listed.iter().map(Ballot::choice).collect();
    assert_eq!(
        cast_so_far.iter().filter(|choice| **choice == Choice::Sealed).count(),
        7
    );
    assert_eq!(
        cast_so_far
            .iter()
            .filter(|choice| **choice == Choice::Unspecified)
            .count(),
        1
    );

    let closed = room.close_vote(&vote.name).await.unwrap();
    let tally = closed.tally.unwrap();
    assert_eq!((tally.yes, tally.no, tally.abstain, tally.not_voted), (5, 2, 0, 1));
    assert_eq!(tally.verdict(), TallyVerdict::Adopted);
    assert!(!key_file(&room, &vote).exists(), "the key ends with the vote");
    assert_eq!(
        reason(cast(&room.units[7], &vote.name, Choice::Yes).await),
        "VOTE_CLOSED"
    );
    let listed = ballots(&room.secretary, &vote.name).await;
    assert!(
        listed
            .iter()
            .all(|ballot| ballot.choice() != Choice::Yes && ballot.choice() != Choice::No)
    );
}

#[tokio::test]
async fn the_attacker_with_the_file_in_hand_finds_nothing() {
    let room = Room::in_session(8).await;
    // the same voters, in the same order, with other ballots: whatever in the file follows the ballots would differ
    let mut votes = Vec::new();
    for pattern in PATTERNS {
        let vote = open_secret(&room).await;
        for (index, (unit, yes)) in room.units.iter().zip(pattern).enumerate() {
            let request = CastBallotRequest {
                parent: vote.name.clone(),
                choice: choice(yes).into(),
                request_id: room.ids.next::<uuid::Uuid>().to_string(),
                ..Default::default()
            };
            unit.votes().cast_ballot(request).await.unwrap();
            if index == 4 {
                during(&room, &vote).await;
            }
        }
        room.close_vote(&vote.name).await.unwrap();
        votes.push(vote);
    }
    let db = attack(&room).await;

    // tables: participation is there, ballots are not
    assert_eq!(
        count(&db, "SELECT count(*) FROM ballot WHERE choice = 'SEALED'").await,
        24
    );
    assert_eq!(
        count(
            &db,
            "SELECT count(*) FROM ballot WHERE choice IS NOT NULL AND choice <> 'SEALED'"
        )
        .await,
        0
    );
    assert_eq!(count(&db, "SELECT count(*) FROM sealed_ballot").await, 0);
    // events carry no content, and name the choice nowhere
    let events = "SELECT count(*) FROM outbox WHERE kind = 'yihe.meeting.v1.BallotCast'";
    assert_eq!(count(&db, events).await, 24);
    assert_eq!(count(&db, &format!("{events} AND length(payload) > 0")).await, 0);

    // retry rows are the same whatever was chosen: sending the other choice again is a replay, not another body
    let vote = open_secret(&room).await;
    let request = CastBallotRequest {
        parent: vote.name.clone(),
        choice: Choice::Yes.into(),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
        ..Default::default()
    };
    room.units[0].votes().cast_ballot(request.clone()).await.unwrap();
    let other = CastBallotRequest {
        choice: Choice::No.into(),
        ..request
    };
    let again = room.units[0].votes().cast_ballot(other).await.unwrap().into_inner();
    assert_eq!(again.choice(), Choice::Sealed);
    let closed = room.close_vote(&vote.name).await.unwrap();
    assert_eq!(closed.tally.unwrap().yes, 1, "the first ballot stands");

    // columns of voters do not depend on what they chose: per voter and vote, everything but ids and instants is alike
    let mut alike = BTreeSet::new();
    for row in rows(
        &db,
        "SELECT choice, kind, member_kind, cast_by = representative FROM ballot WHERE choice IS NOT NULL",
    )
    .await
    {
        let columns: (String, String, String, bool) = (
            row.try_get_by_index(0).unwrap(),
            row.try_get_by_index(1).unwrap(),
            row.try_get_by_index(2).unwrap(),
            row.try_get_by_index(3).unwrap(),
        );
        alike.insert(columns);
    }
    assert_eq!(alike.len(), 1, "{alike:?}");
    db.close().await.unwrap();
}

/// While the vote is open: as many seals as ballots, all alike, and the key elsewhere.
async fn during(room: &Room, vote: &Vote) {
    let db = attack(room).await;
    let sealed = rows(&db, "SELECT seal FROM sealed_ballot").await;
    let seals: Vec<Vec<u8>> = sealed.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert_eq!(seals.len(), 5);
    assert_eq!(
        seals.iter().map(Vec::len).collect::<BTreeSet<_>>().len(),
        1,
        "lengths tell"
    );
    assert_eq!(
        seals.iter().collect::<BTreeSet<_>>().len(),
        5,
        "equal ballots look equal"
    );
    let key = std::fs::read(key_file(room, vote)).unwrap();
    assert!(
        occurrences(&bytes_of(room.files.path()), &key).is_empty(),
        "the key is in the database"
    );
    db.close().await.unwrap();
}

#[tokio::test]
async fn raw_bytes_hold_no_ballot_beside_a_voter() {
    let room = Room::in_session(6).await;
    let vote = open_secret(&room).await;
    for unit in &room.units {
        cast(unit, &vote.name, Choice::No).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    let bytes = bytes_of(room.files.path());
    // where a voter's id stands in a cell, the cell's text columns follow: none of them says what an open ballot would say
    let mut seen = 0;
    for unit in &room.units {
        for at in occurrences(&bytes, unit.organization.unwrap().uuid().as_bytes()) {
            let cell = &bytes[at..bytes.len().min(at + 160)];
            seen += occurrences(cell, b"SEALED").len().min(1);
            for word in ["\x03YES", "\x05ABSTAIN"] {
                assert!(occurrences(cell, word.as_bytes()).is_empty());
            }
        }
    }
    assert!(seen >= 6, "the scan saw the participation of {seen} voters");
}

#[tokio::test]
async fn few_voters_leave_totals_and_nothing_else() {
    let room = Room::in_session(4).await;
    let vote = open_secret(&room).await;
    for (unit, yes) in room.units.iter().zip([true, true, false, true]) {
        cast(unit, &vote.name, choice(yes)).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    let db = attack(&room).await;
    let stored: String = rows(&db, "SELECT secret_totals FROM vote").await[0]
        .try_get_by_index(0)
        .unwrap();
    assert_eq!(stored, r#"{"yes":3,"no":1,"abstain":0,"invalid":0}"#);
    assert_eq!(count(&db, "SELECT count(*) FROM sealed_ballot").await, 0);
    db.close().await.unwrap();
}

#[tokio::test]
async fn a_vote_that_lapses_takes_its_seals_and_its_key_along() {
    let room = Room::in_session(3).await;
    let vote = open_secret(&room).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    for unit in &room.units[..2] {
        check_out(unit, &room.meeting).await.unwrap();
    }
    let request = CloseMeetingRequest {
        name: room.meeting.clone(),
        ..Default::default()
    };
    room.secretary.meetings().close_meeting(request).await.unwrap();
    let db = attack(&room).await;
    assert_eq!(count(&db, "SELECT count(*) FROM sealed_ballot").await, 0);
    assert_eq!(
        count(
            &db,
            "SELECT count(*) FROM vote WHERE state = 'LAPSED' AND secret_totals IS NULL"
        )
        .await,
        1
    );
    db.close().await.unwrap();
    let swept = async {
        while key_file(&room, &vote).exists() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), swept)
        .await
        .expect("the timer destroys the key");
}

#[tokio::test]
async fn without_its_key_a_secret_vote_takes_no_ballot_and_is_not_counted() {
    let room = Room::in_session(3).await;
    let vote = open_secret(&room).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    let kept = std::fs::read(key_file(&room, &vote)).unwrap();
    std::fs::remove_file(key_file(&room, &vote)).unwrap();
    assert_eq!(
        reason(cast(&room.units[1], &vote.name, Choice::Yes).await),
        "VOTE_KEY_BROKEN"
    );
    assert_eq!(reason(room.close_vote(&vote.name).await), "VOTE_KEY_BROKEN");
    // nothing is lost: with the key back, the vote goes on
    std::fs::write(key_file(&room, &vote), kept).unwrap();
    cast(&room.units[1], &vote.name, Choice::Yes).await.unwrap();
    assert_eq!(room.close_vote(&vote.name).await.unwrap().tally.unwrap().yes, 2);
}

#[tokio::test]
async fn a_refused_opening_leaves_no_key() {
    let room = Room::in_session(3).await;
    let vote = open_secret(&room).await;
    let motion = room.submit(&room.units[1]).await.unwrap();
    for (method, expected) in [(BallotMethod::Secret as i32, "VOTE_OPEN"), (9, "INVALID_REQUEST")] {
        let request = OpenVoteRequest {
            parent: motion.name.clone(),
            method,
            ..Default::default()
        };
        assert_eq!(reason(room.secretary.votes().open_vote(request).await), expected);
    }
    let keys: Vec<_> = std::fs::read_dir(room.files.path().join("keys/votes"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(keys, [key_file(&room, &vote)]);
}
