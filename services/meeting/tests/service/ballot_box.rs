//! The ballot box of a secret vote, and an attacker who holds the database file and was the clerk's shadow.

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use tonic::Status;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::recorded_ballots::{records, scan};
use crate::room::{Room, ballots, cast, check_out};

/// How many papers say what: yes, no, abstain, invalid.
type Papers = (i32, i32, i32, i32);

fn boxed(room: &Room, vote: &Vote, voters: &[Party], papers: Papers) -> RecordBallotBoxRequest {
    RecordBallotBoxRequest {
        name: vote.name.clone(),
        voters: voters.iter().map(Party::name).collect(),
        yes: papers.0,
        no: papers.1,
        abstain: papers.2,
        invalid: papers.3,
        evidence: scan(room, &room.meeting),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
        ..Default::default()
    }
}

async fn record(room: &Room, request: RecordBallotBoxRequest) -> Result<Vec<Ballot>, Status> {
    let answer = room.secretary.clerk().record_ballot_box(request).await?;
    Ok(answer.into_inner().ballots)
}

async fn secret(units: usize) -> (Room, Vote) {
    let room = Room::in_session(units).await;
    let vote = open_secret(&room).await;
    (room, vote)
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

#[tokio::test]
async fn the_box_and_the_screens_add_up_and_nobody_learns_who_voted_what() {
    let (room, vote) = secret(9).await;
    for unit in &room.units[..3] {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    // who has put a paper in may go
    check_out(&room.units[7], &room.meeting).await.unwrap();
    let request = boxed(&room, &vote, &room.units[3..8], (1, 2, 1, 1));
    let recorded = record(&room, request.clone()).await.unwrap();
    assert_eq!(recorded.len(), 5);
    assert!(
        recorded
            .iter()
            .all(|ballot| ballot.choice() == Choice::Sealed
                && ballot.recorded_by == room.secretary.principal.to_string())
    );
    let again = RecordBallotBoxRequest {
        yes: 5,
        no: 0,
        abstain: 0,
        invalid: 0,
        ..request
    };
    assert_eq!(
        record(&room, again).await.unwrap(),
        recorded,
        "the same request whatever its papers say"
    );
    assert_eq!(
        reason(cast(&room.units[8], &vote.name, Choice::No).await),
        "BOX_COUNTED"
    );
    assert_eq!(
        reason(record(&room, boxed(&room, &vote, &room.units[8..], (1, 0, 0, 0))).await),
        "BOX_COUNTED"
    );
    let kept = records(&room.units[0], &room.meeting).await;
    assert_eq!(kept.len(), 5);
    assert!(
        kept.iter()
            .all(|record| record.subject == vote.name && record.act() == RecordedAct::Ballot)
    );

    // a contest cannot take a paper back that nobody knows
    let contested = kept
        .iter()
        .find(|record| record.member == room.units[3].name())
        .unwrap();
    let contest = ContestRecordRequest {
        name: contested.name.clone(),
        reason: "我没有投票".to_owned(),
    };
    room.units[3].records().contest_record(contest).await.unwrap();
    let answer = AnswerContestRequest {
        name: contested.name.clone(),
        upheld: true,
        reason: "属实".to_owned(),
    };
    room.secretary.records().answer_contest(answer).await.unwrap();

    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!(
        (tally.yes, tally.no, tally.abstain, tally.invalid, tally.not_voted),
        (4, 2, 1, 1, 1)
    );
    let listed = ballots(&room.secretary, &vote.name).await;
    let said: Vec<_> = listed.iter().map(Ballot::choice).collect();
    assert_eq!(said.iter().filter(|choice| **choice == Choice::Sealed).count(), 8);
    assert_eq!(said.iter().filter(|choice| **choice == Choice::Unspecified).count(), 1);
}

#[tokio::test]
async fn a_box_that_does_not_fit_is_refused_and_leaves_nothing() {
    let (room, vote) = secret(6).await;
    let units = &room.units;
    let differs = record(&room, boxed(&room, &vote, &units[..4], (1, 1, 1, 2))).await;
    assert_eq!(
        (detail(&differs, "papers"), detail(&differs, "voters")),
        ("5".to_owned(), "4".to_owned())
    );
    assert_eq!(reason(differs), "BOX_PAPERS_DIFFER");
    let mut twice = boxed(&room, &vote, &units[..2], (3, 0, 0, 0));
    twice.voters.push(units[0].name());
    let twice = record(&room, twice).await;
    assert_eq!(detail(&twice, "member"), units[0].name());
    assert_eq!(reason(twice), "HAND_TWICE");
    let mut stranger = boxed(&room, &vote, &units[..1], (2, 0, 0, 0));
    stranger.voters.push(room.secretary.name());
    assert_eq!(reason(record(&room, stranger).await), "NOT_ELIGIBLE");
    let mut bare = boxed(&room, &vote, &[], (-1, 0, 1001, 0));
    bare.evidence.clear();
    let bare = record(&room, bare).await;
    assert_eq!(fields(&bare), ["evidence", "voters", "yes", "abstain"]);

    // alone beside the box, a ballot on a screen would be the difference of two totals
    cast(&units[0], &vote.name, Choice::Yes).await.unwrap();
    let alone = record(&room, boxed(&room, &vote, &units[1..], (5, 0, 0, 0))).await;
    assert_eq!(
        (detail(&alone, "papers"), detail(&alone, "cast")),
        ("5".to_owned(), "1".to_owned())
    );
    assert_eq!(reason(alone), "BOX_SINGLE_BALLOT");
    cast(&units[1], &vote.name, Choice::No).await.unwrap();
    let alone = record(&room, boxed(&room, &vote, &units[2..3], (1, 0, 0, 0))).await;
    assert_eq!(reason(alone), "BOX_SINGLE_BALLOT");
    let voted = record(&room, boxed(&room, &vote, &units[1..], (5, 0, 0, 0))).await;
    assert_eq!(detail(&voted, "member"), units[1].name());
    assert_eq!(reason(voted), "ALREADY_VOTED");
    assert_eq!(room.vote(&vote.name).await.ballots_cast, 2);
    assert!(records(&room.secretary, &room.meeting).await.is_empty());

    let key = room
        .files
        .path()
        .join("keys/votes")
        .join(vote.name.rsplit('/').next().unwrap());
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let request = boxed(&room, &vote, &units[2..], (4, 0, 0, 0));
    assert_eq!(reason(record(&room, request.clone()).await), "VOTE_KEY_BROKEN");
    std::fs::write(&key, kept).unwrap();
    record(&room, request).await.unwrap();
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.no), (5, 1));
    let late = record(&room, boxed(&room, &vote, &units[2..], (4, 0, 0, 0))).await;
    assert_eq!(reason(late), "VOTE_CLOSED");
}

async fn text_rows(room: &Room, sql: &str) -> Vec<String> {
    let file = room.files.path().join("meeting.db");
    let db = Database::connect(format!("sqlite://{}?mode=ro", file.display()))
        .await
        .unwrap();
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Sqlite, sql))
        .await
        .unwrap();
    let texts = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    db.close().await.unwrap();
    texts
}

/// Everything the file says of a vote, its ids, instants and seals apart.
async fn told(room: &Room, vote: &Vote) -> Vec<String> {
    let id = vote.name.rsplit('/').next().unwrap().replace('-', "").to_uppercase();
    let mut all = Vec::new();
    for sql in [
        format!(
            "SELECT choice || kind || member_kind || (recorded_by IS NOT NULL) FROM ballot WHERE hex(vote) = '{id}' AND choice IS NOT NULL ORDER BY member"
        ),
        format!(
            "SELECT act || note || (evidence IS NOT NULL) FROM clerk_record WHERE subject LIKE '%{}' ORDER BY member",
            vote.name
        ),
        format!(
            "SELECT kind || length(payload) FROM outbox WHERE subject LIKE '{}%' ORDER BY sequence",
            vote.name
        ),
        format!("SELECT 'seal ' || length(seal) FROM sealed_ballot WHERE hex(vote) = '{id}'"),
    ] {
        all.extend(text_rows(room, &sql).await);
    }
    all
}

#[tokio::test]
async fn the_file_says_the_same_of_two_boxes_whatever_their_papers_say() {
    let room = Room::in_session(6).await;
    let mut seen = Vec::new();
    for papers in [(6, 0, 0, 0), (0, 3, 2, 1), (2, 2, 2, 0)] {
        let vote = open_secret(&room).await;
        record(&room, boxed(&room, &vote, &room.units, papers)).await.unwrap();
        let open = told(&room, &vote).await;
        assert_eq!(
            open.iter().filter(|line| line.starts_with("seal ")).count(),
            6,
            "one seal for each paper"
        );
        room.close_vote(&vote.name).await.unwrap();
        let closed = told(&room, &vote).await;
        assert!(
            closed.iter().all(|line| !line.starts_with("seal ")),
            "no seal outlives the vote"
        );
        seen.push((open, closed));
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:#?}");
    // the retry rows differ by the request alone: its totals are not in what is hashed
    let totals = text_rows(&room, "SELECT secret_totals FROM vote ORDER BY id").await;
    assert_eq!(
        totals,
        [
            r#"{"yes":6,"no":0,"abstain":0,"invalid":0}"#,
            r#"{"yes":0,"no":3,"abstain":2,"invalid":1}"#,
            r#"{"yes":2,"no":2,"abstain":2,"invalid":0}"#
        ],
        "the totals, and only once the vote is closed"
    );
}

#[tokio::test]
async fn while_the_vote_is_open_the_totals_of_the_box_are_nowhere_in_the_file() {
    let (room, vote) = secret(5).await;
    record(&room, boxed(&room, &vote, &room.units, (4, 1, 0, 0)))
        .await
        .unwrap();
    let totals = text_rows(
        &room,
        "SELECT coalesce(secret_totals, '') || coalesce(tally, '') FROM vote",
    )
    .await;
    assert_eq!(totals, [""]);
    let alike = text_rows(&room, "SELECT DISTINCT choice FROM ballot WHERE choice IS NOT NULL").await;
    assert_eq!(alike, ["SEALED"]);
    let instants = text_rows(
        &room,
        "SELECT DISTINCT CAST(cast_at AS text) FROM ballot WHERE choice IS NOT NULL",
    )
    .await;
    assert_eq!(instants.len(), 1, "papers of a box have no order");
    let seals = text_rows(&room, "SELECT hex(seal) FROM sealed_ballot ORDER BY rowid").await;
    let mut sorted = seals.clone();
    sorted.sort();
    assert_eq!(seals, sorted, "they lie in the order of their random nonces");
}
