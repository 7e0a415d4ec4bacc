//! An account with very many postings: how soon it tells what stood in it at an instant, and a page of its statement.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, Value as Sql};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use yihe_kernel::{Clock, Timestamp};
use yihe_proto::ledger::v1::{
    Account, ComputeTrialBalanceRequest, GetBalanceRequest, ListAccountsRequest, ListPostingsRequest,
};

use crate::figures::{Report, percentile, quotient};
use crate::room::{Community, Voter, last_id};
use crate::vote::raw;

/// Postings written by one statement.
const CHUNK: i64 = 50_000;
/// Microseconds between two postings.
const APART: i64 = 1_000;

// What the service writes for payments between two accounts, three the one way and one the other, in turn.
const TRANSFERS: &str = "WITH RECURSIVE n(i) AS (SELECT $5 UNION ALL SELECT i + 1 FROM n WHERE i < $6) \
     INSERT INTO transfer (community, id, batch, place, debit, credit, unit, amount, kind, memo, creator, made_at) \
     SELECT $1, unhex(printf('%012x7%03x8%015x', ($4 + i * $7) / 1000, 0, i)), unhex(printf('%012x7%03x8%015x', ($4 + i * $7) / 1000, 0, i)), \
     0, CASE i % 2 WHEN 1 THEN $3 ELSE $2 END, CASE i % 2 WHEN 1 THEN $2 ELSE $3 END, 'POINTS', CASE i % 2 WHEN 1 THEN 3 ELSE 1 END, \
     'PAYMENT', '感谢', $8, $4 + i * $7 FROM n";
const POSTINGS: &str = "WITH RECURSIVE n(i) AS (SELECT $4 UNION ALL SELECT i + 1 FROM n WHERE i < $5) \
     INSERT INTO posting (community, account, stripe, sequence, transfer, amount, balance, posted_at) \
     SELECT $1, $2, 0, $7 + i, unhex(printf('%012x7%03x8%015x', ($3 + i * $6) / 1000, 0, i)), \
     $9 * CASE i % 2 WHEN 1 THEN 3 ELSE -1 END, $8 + $9 * (3 * ((i + 1) / 2) - i / 2), $3 + i * $6 FROM n";
const BALANCE: &str = "UPDATE balance SET settled = $3, sequence = $4, moved_at = $5 WHERE community = $1 AND account = $2 AND stripe = 0";
const NOW: &str = "SELECT settled, sequence FROM balance WHERE community = $1 AND account = $2 AND stripe = 0";

/// What is read, and how often.
pub struct Reading {
    pub postings: i64,
    pub reads: usize,
}

impl Reading {
    /// Fills two accounts and reads one of them from its first posting to its last.
    pub async fn measure(&self, community: &Community, report: &Report, told: &mut Map<String, Value>) -> Result<()> {
        report.line(&format!("writing {} transfers", self.postings));
        let [owner, other] = community.voters.get(..2).context("two accounts")? else {
            anyhow::bail!("two accounts");
        };
        let accounts = [account(community, owner).await?, account(community, other).await?];
        let (first, stands) = self.fill(community, &accounts, owner).await?;
        let name = &accounts[0].name;
        let tokens = pages(owner, name).await?;
        let (mut balances, mut statements) = (Vec::new(), Vec::new());
        for index in 0..self.reads {
            let place = spread(index, self.postings);
            let request = GetBalanceRequest {
                name: name.clone(),
                at_time: Some(after(first, place).to_proto()),
            };
            let asked = Instant::now();
            let answer = owner.actor.call(request).await?;
            balances.push(asked.elapsed());
            ensure!(
                answer.balance == stands + net(place),
                "another balance at {place}: {answer:?}"
            );

            let request = ListPostingsRequest {
                parent: name.clone(),
                page_size: 0,
                page_token: tokens[index % tokens.len()].clone(),
            };
            let asked = Instant::now();
            let page = owner.actor.call(request).await?.postings;
            statements.push(asked.elapsed());
            ensure!(!page.is_empty(), "an empty page");
        }
        let ms = |took: &[Duration], percent| anyhow::Ok(quotient(percentile(took, percent)?.as_secs_f64(), 0.001));
        let (balance, statement) = (ms(&balances, 99)?, ms(&statements, 99)?);
        report.line(&format!(
            "{} postings: balance at an instant p50 {} ms, p99 {balance} ms; page of the statement p50 {} ms, p99 {statement} ms",
            self.postings,
            ms(&balances, 50)?,
            ms(&statements, 50)?,
        ));
        told.insert("postings".into(), json!(self.postings));
        told.insert("balance_p99_ms".into(), json!(balance.max(statement)));
        told.insert("balance_alone_p99_ms".into(), json!(balance));
        told.insert("statement_page_p99_ms".into(), json!(statement));
        Ok(())
    }

    /// Writes the rows that so many payments leave. Returns the instant before the first, and what stood in the account then.
    async fn fill(&self, community: &Community, accounts: &[Account; 2], owner: &Voter) -> Result<(Timestamp, i64)> {
        let connection = raw::open(&community.folder.path().join("ledger.db")).await?;
        let code = community.name.trim_start_matches("communities/");
        let first = community.node.clock.now().plus_seconds(1);
        let (own, other) = (last_id(&accounts[0].name)?, last_id(&accounts[1].name)?);
        let sides = [(own, 1_i64), (other, -1)];
        let mut before = Vec::new();
        for (account, _) in sides {
            before.push(stands(&connection, code, account).await?);
        }
        let run = async |sql: &str, values: Vec<Sql>| {
            let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
            connection.execute_raw(statement).await
        };
        let creator = format!("users/{}", owner.user);
        let mut from = 1;
        while from <= self.postings {
            let until = self.postings.min(from + CHUNK - 1);
            let values = vec![
                code.into(),
                own.into(),
                other.into(),
                first.micros().into(),
                from.into(),
                until.into(),
                APART.into(),
                creator.clone().into(),
            ];
            run(TRANSFERS, values).await?;
            for ((account, sign), (settled, sequence)) in sides.iter().zip(&before) {
                let values = vec![
                    code.into(),
                    (*account).into(),
                    first.micros().into(),
                    from.into(),
                    until.into(),
                    APART.into(),
                    (*sequence).into(),
                    (*settled).into(),
                    (*sign).into(),
                ];
                run(POSTINGS, values).await?;
            }
            from = until + 1;
        }
        let last = after(first, self.postings);
        for ((account, sign), (settled, sequence)) in sides.iter().zip(&before) {
            let values = vec![
                code.into(),
                (*account).into(),
                (settled + sign * net(self.postings)).into(),
                (sequence + self.postings).into(),
                last.micros().into(),
            ];
            run(BALANCE, values).await?;
        }
        connection.close().await?;
        community.node.clock.set(last.plus_seconds(1));
        let request = ComputeTrialBalanceRequest {
            parent: community.name.clone(),
        };
        let lines = community.secretary.call(request).await?.lines;
        let sum: i64 = lines.iter().map(|line| line.balance).sum();
        ensure!(sum == 0, "the books do not balance: {lines:?}");
        Ok((first, before.first().context("an account")?.0))
    }
}

/// What so many payments have brought to the account.
fn net(payments: i64) -> i64 {
    3 * ((payments + 1) / 2) - payments / 2
}

/// When so many were posted.
fn after(first: Timestamp, payments: i64) -> Timestamp {
    Timestamp::from_micros(first.micros() + payments * APART)
}

/// Places all over the account, in no order.
fn spread(index: usize, postings: i64) -> i64 {
    let index = i64::try_from(index).unwrap_or_default();
    index.wrapping_mul(7_919_333).rem_euclid(postings) + 1
}

async fn stands(connection: &DatabaseConnection, community: &str, account: Uuid) -> Result<(i64, i64)> {
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, NOW, [community.into(), account.into()]);
    let row = connection.query_one_raw(statement).await?.context("no balance")?;
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
}

/// The account of an organization.
async fn account(community: &Community, owner: &Voter) -> Result<Account> {
    let request = ListAccountsRequest {
        parent: community.name.clone(),
        ..Default::default()
    };
    let accounts = owner.actor.call(request).await?.accounts;
    accounts.into_iter().next().context("no account")
}

/// Tokens of pages all over the statement; the first page has an empty one.
async fn pages(owner: &Voter, name: &str) -> Result<Vec<String>> {
    let mut tokens = vec![String::new()];
    loop {
        let request = ListPostingsRequest {
            parent: name.to_owned(),
            page_size: 1000,
            page_token: tokens.last().cloned().unwrap_or_default(),
        };
        let token = owner.actor.call(request).await?.next_page_token;
        if token.is_empty() {
            return Ok(tokens);
        }
        tokens.push(token);
    }
}
