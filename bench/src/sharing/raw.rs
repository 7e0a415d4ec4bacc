//! The statements of a transfer through the same driver, with nothing around them.

use std::time::Instant;

use anyhow::{Context, Result};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, QueryResult, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
};
use uuid::Uuid;
use yihe_kernel::Timestamp;

use super::payment::{MEMO, Payment};
use crate::figures::rate;

const COMMUNITY: &str = "440309002021";
const AT: i64 = 1_772_413_200_000_000;

const REQUEST: &str = "INSERT INTO request (community, actor, request_id, body_hash, result_name, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (community, actor, request_id) DO NOTHING";
const TRANSFER: &str = "INSERT INTO transfer (community, id, batch, place, debit, credit, unit, amount, kind, memo, voucher, expires_at, \
     corrects, creator, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const POSTINGS: &str = "INSERT INTO posting (community, account, stripe, sequence, transfer, amount, balance, posted_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8), ($9, $10, $11, $12, $13, $14, $15, $16)";
const EVENT: &str = "INSERT INTO outbox (event_id, community, kind, stream, subject, actor, organization, payload, occurred_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Makes the payments, so many to a commit. Returns payments a second.
#[expect(
    clippy::disallowed_methods,
    reason = "this is what the store's transactions are compared with"
)]
pub async fn payments(connection: &DatabaseConnection, payments: &[Payment], batch: usize) -> Result<f64> {
    let begun = Instant::now();
    for payments in payments.chunks(batch) {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = connection.begin_with_options(options).await?;
        for payment in payments {
            pay(&transaction, payment).await?;
        }
        transaction.commit().await?;
    }
    Ok(rate(payments.len(), begun.elapsed()))
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

async fn pay(transaction: &DatabaseTransaction, payment: &Payment) -> Result<()> {
    let id = payment.request_id;
    let actor = format!("users/{}", payment.from.user);
    let name = format!("communities/{COMMUNITY}/transfers/{id}");
    let request = [
        COMMUNITY.into(),
        actor.clone().into(),
        payment.request_id.into(),
        vec![0x5a_u8; 32].into(),
        name.clone().into(),
        AT.into(),
    ];
    transaction.execute_raw(statement(REQUEST, request)).await?;

    let [debit, credit] = yihe_ledger::transfer_statements();
    let mut sides = [
        (debit, payment.from.account_id, -1_i64),
        (credit, payment.to.account_id, 1),
    ];
    sides.sort_by_key(|(_, account, _)| *account);
    let mut postings: Vec<Value> = Vec::with_capacity(16);
    for (sql, account, settled) in sides {
        let after = move_balance(transaction, sql, account, settled).await?;
        let (balance, sequence): (i64, i64) = (after.try_get_by_index(0)?, after.try_get_by_index(1)?);
        let posting: [Value; 8] = [
            COMMUNITY.into(),
            account.into(),
            0_i64.into(),
            sequence.into(),
            id.into(),
            settled.into(),
            balance.into(),
            AT.into(),
        ];
        postings.extend(posting);
    }
    let transfer = [
        COMMUNITY.into(),
        id.into(),
        id.into(),
        0_i32.into(),
        payment.from.account_id.into(),
        payment.to.account_id.into(),
        "POINTS".into(),
        1_i64.into(),
        "PAYMENT".into(),
        MEMO.into(),
        None::<Uuid>.into(),
        None::<i64>.into(),
        None::<Uuid>.into(),
        actor.clone().into(),
        AT.into(),
    ];
    transaction.execute_raw(statement(TRANSFER, transfer)).await?;
    transaction.execute_raw(statement(POSTINGS, postings)).await?;
    let event = [
        payment.request_id.into(),
        COMMUNITY.into(),
        "yihe.ledger.v1.TransferPosted".into(),
        name.clone().into(),
        name.into(),
        actor.into(),
        payment.from.organization.into(),
        Vec::<u8>::new().into(),
        AT.into(),
    ];
    transaction.execute_raw(statement(EVENT, event)).await?;
    Ok(())
}

async fn move_balance(
    transaction: &DatabaseTransaction,
    sql: &str,
    account: Uuid,
    settled: i64,
) -> Result<QueryResult> {
    let values: [Value; 10] = [
        COMMUNITY.into(),
        account.into(),
        0_i64.into(),
        settled.into(),
        0_i64.into(),
        0_i64.into(),
        1_i64.into(),
        AT.into(),
        Timestamp::MAX.micros().into(),
        0_i64.into(),
    ];
    let row = transaction.query_one_raw(statement(sql, values)).await?;
    row.context("the bare loop moved no balance")
}
