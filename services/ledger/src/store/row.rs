//! From columns to domain types and back.

use sea_orm::{ConnectionTrait, ExecResult, QueryResult, Statement, Value};
use uuid::Uuid;
use yihe_kernel::{CommunityId, Error, Timestamp};
use yihe_store::{Failure, Page};

/// A column holds what no version of this service wrote.
pub fn broken(column: &'static str, text: &str) -> Failure {
    Error::internal(format!("column {column} holds `{text}`")).into()
}

pub fn read<T>(value: Option<T>, column: &'static str, text: &str) -> Result<T, Failure> {
    value.ok_or_else(|| broken(column, text))
}

pub fn community(text: &str) -> Result<CommunityId, Failure> {
    text.parse().map_err(|_| broken("community", text))
}

pub fn instant(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}

pub fn micros(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(Timestamp::micros)
}

/// The id that a page goes on after.
pub fn after_id(page: &Page) -> Result<Option<Uuid>, Failure> {
    let Some(after) = &page.after else { return Ok(None) };
    Uuid::try_parse(after)
        .map(Some)
        .map_err(|_| broken("page_token", after))
}

/// Rows to fetch: one more than the page holds tells whether there is another.
pub const fn fetch(page: &Page) -> u64 {
    page.limit + 1
}

/// Runs a statement written by hand.
pub async fn execute(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<ExecResult, Failure> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    Ok(conn.execute_raw(statement).await?)
}

/// The row that a statement written by hand answers, if any.
pub async fn one(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, Failure> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    Ok(conn.query_one_raw(statement).await?)
}

/// All rows of a statement written by hand.
pub async fn all(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, Failure> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    Ok(conn.query_all_raw(statement).await?)
}
