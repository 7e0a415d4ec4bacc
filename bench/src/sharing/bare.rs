//! What every bare loop has in common: transactions as the store makes them, the retry row and the event.

use std::time::Instant;

use anyhow::Result;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, QueryResult, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
};
use uuid::Uuid;

use crate::figures::rate;

pub const COMMUNITY: &str = "440309002021";
/// When everything in a bare loop happens.
pub const AT: i64 = 1_772_413_200_000_000;

const REQUEST: &str = "INSERT INTO request (community, actor, request_id, body_hash, result_name, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (community, actor, request_id) DO NOTHING";
const EVENT: &str = "INSERT INTO outbox (event_id, community, kind, stream, subject, actor, organization, payload, occurred_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Something that one transaction does.
pub trait Act {
    fn act(&self, transaction: &DatabaseTransaction) -> impl Future<Output = Result<()>> + Send;
}

/// Does everything, so much to a commit. Returns acts a second.
#[expect(
    clippy::disallowed_methods,
    reason = "this is what the store's transactions are compared with"
)]
pub async fn run(connection: &DatabaseConnection, acts: &[impl Act], batch: usize) -> Result<f64> {
    let begun = Instant::now();
    for acts in acts.chunks(batch) {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = connection.begin_with_options(options).await?;
        for act in acts {
            act.act(&transaction).await?;
        }
        transaction.commit().await?;
    }
    Ok(rate(acts.len(), begun.elapsed()))
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

/// Writes. Returns how many rows.
pub async fn execute(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<u64> {
    Ok(conn.execute_raw(statement(sql, values)).await?.rows_affected())
}

/// All rows of a statement.
pub async fn query(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
    Ok(conn.query_all_raw(statement(sql, values)).await?)
}

/// Notes that somebody's request had its effect.
pub async fn remember(
    transaction: &DatabaseTransaction,
    (actor, request_id): (&str, Uuid),
    result: &str,
) -> Result<()> {
    let values = vec![
        COMMUNITY.into(),
        actor.into(),
        request_id.into(),
        vec![0x5a_u8; 32].into(),
        result.into(),
        AT.into(),
    ];
    execute(transaction, REQUEST, values).await?;
    Ok(())
}

/// Tells of it.
pub async fn append(
    transaction: &DatabaseTransaction,
    (kind, event_id): (&str, Uuid),
    (stream, subject): (&str, &str),
    (actor, organization): (&str, Uuid),
) -> Result<()> {
    let values = vec![
        event_id.into(),
        COMMUNITY.into(),
        kind.into(),
        stream.into(),
        subject.into(),
        actor.into(),
        organization.into(),
        Vec::<u8>::new().into(),
        AT.into(),
    ];
    execute(transaction, EVENT, values).await?;
    Ok(())
}
