//! The statements of a transfer, with nothing around them.

use anyhow::{Context, Result};
use sea_orm::{DatabaseConnection, DatabaseTransaction, QueryResult, Value};
use uuid::Uuid;
use yihe_kernel::Timestamp;

use super::bare::{self, AT, Act, COMMUNITY};
use super::payment::{MEMO, Payment};

const TRANSFER: &str = "INSERT INTO transfer (community, id, batch, place, debit, credit, unit, amount, kind, memo, voucher, expires_at, \
     corrects, creator, made_at, project, claim) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const POSTINGS: &str = "INSERT INTO posting (community, account, stripe, sequence, transfer, amount, balance, posted_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8), ($9, $10, $11, $12, $13, $14, $15, $16)";

/// Makes the payments, so many to a commit. Returns payments a second.
pub async fn pay(connection: &DatabaseConnection, payments: &[Payment<'_>], batch: usize) -> Result<f64> {
    bare::run(connection, payments, batch).await
}

impl Act for Payment<'_> {
    async fn act(&self, transaction: &DatabaseTransaction) -> Result<()> {
        let id = self.request_id;
        let actor = format!("users/{}", self.from.user);
        let name = format!("communities/{COMMUNITY}/transfers/{id}");
        bare::remember(transaction, (&actor, self.request_id), &name).await?;
        let [debit, credit] = yihe_ledger::transfer_statements();
        let mut sides = [(debit, self.from.account_id, -1_i64), (credit, self.to.account_id, 1)];
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
        let transfer = vec![
            COMMUNITY.into(),
            id.into(),
            id.into(),
            0_i32.into(),
            self.from.account_id.into(),
            self.to.account_id.into(),
            "POINTS".into(),
            1_i64.into(),
            "PAYMENT".into(),
            MEMO.into(),
            None::<Uuid>.into(),
            None::<i64>.into(),
            None::<Uuid>.into(),
            actor.clone().into(),
            AT.into(),
            None::<Uuid>.into(),
            None::<Uuid>.into(),
        ];
        bare::execute(transaction, TRANSFER, transfer).await?;
        bare::execute(transaction, POSTINGS, postings).await?;
        let kind = ("yihe.ledger.v1.TransferPosted", id);
        bare::append(transaction, kind, (&name, &name), (&actor, self.from.organization)).await
    }
}

async fn move_balance(
    transaction: &DatabaseTransaction,
    sql: &str,
    account: Uuid,
    settled: i64,
) -> Result<QueryResult> {
    let values = vec![
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
    let row = bare::query(transaction, sql, values).await?.pop();
    row.context("the bare loop moved no balance")
}
