//! The same statements through the same driver, with nothing around them.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::figures::rate;
use crate::room::BallotToCast;

const EVENT: &str = "INSERT INTO outbox (event_id, community, kind, stream, subject, actor, organization, payload, occurred_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const REQUEST: &str = "INSERT INTO request (community, actor, request_id, body_hash, result_name, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (community, actor, request_id) DO NOTHING";

/// Opens the copy as the node opens the original.
pub async fn open(file: &Path) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    let file = file.to_owned();
    options
        .max_connections(1)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |_| {
            SqliteConnectOptions::new()
                .filename(&file)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
        });
    Ok(Database::connect(options).await?)
}

/// One ballot, one commit. Returns ballots a second.
pub async fn unbatched(connection: &DatabaseConnection, ballots: &[BallotToCast]) -> Result<f64> {
    batched(connection, ballots, 1).await
}

/// So many ballots to a commit. Returns ballots a second.
#[expect(
    clippy::disallowed_methods,
    reason = "this is what the store's transactions are compared with"
)]
pub async fn batched(connection: &DatabaseConnection, ballots: &[BallotToCast], batch: usize) -> Result<f64> {
    let begun = Instant::now();
    for ballots in ballots.chunks(batch) {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = connection.begin_with_options(options).await?;
        for ballot in ballots {
            cast(&transaction, ballot).await?;
        }
        transaction.commit().await?;
    }
    Ok(rate(ballots.len(), begun.elapsed()))
}

async fn cast(transaction: &DatabaseTransaction, ballot: &BallotToCast) -> Result<()> {
    let at: i64 = 1_772_413_200_000_000;
    let community = "440309002021";
    let actor = format!("users/{}", ballot.user);
    let subject = format!("{}/ballots/{}", ballot.vote, ballot.organization);
    let run = async |sql: &str, values: Vec<sea_orm::Value>| {
        transaction
            .execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values))
            .await
    };
    let values = vec![
        community.into(),
        actor.clone().into(),
        ballot.request_id.into(),
        vec![0x5a_u8; 32].into(),
        subject.clone().into(),
        at.into(),
    ];
    run(REQUEST, values).await?;
    for sql in yihe_meeting::cast_ballot_statements(DbBackend::Sqlite) {
        let values = vec![
            "YES".into(),
            at.into(),
            ballot.user.into(),
            community.into(),
            ballot.vote_id.into(),
            ballot.organization.into(),
            ballot.meeting_id.into(),
        ];
        let done = run(sql, values).await?;
        ensure!(done.rows_affected() == 1, "the bare loop cast no ballot: {subject}");
    }
    let values = vec![
        ballot.request_id.into(),
        community.into(),
        "yihe.meeting.v1.BallotCast".into(),
        ballot.meeting.clone().into(),
        subject.into(),
        actor.into(),
        ballot.organization.into(),
        Vec::<u8>::new().into(),
        at.into(),
    ];
    run(EVENT, values).await?;
    Ok(())
}
