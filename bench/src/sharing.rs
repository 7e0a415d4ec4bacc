//! Sharing: transfers through the gateway, durable, beside the same statements through the same driver in a bare loop; and how soon
//! an account with a million postings tells its balance and a page of its statement.
//!
//! The node runs in this process; callers reach its gateway over TCP, each on a connection of its own. The bare loops work on a copy
//! of the same data file, so both change the same rows of the same tables.

mod payment;
mod raw;
mod statement;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::figures::{Report, median_rate, quotient};
use crate::room::Community;
use crate::sharing::payment::{Holders, Spread};
use crate::vote::disk;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Rounds; each measures every rate once
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Transfers of one client in a round
    #[arg(long, default_value_t = 768)]
    alone: usize,
    /// Transfers of 8 and of 32 clients in a round
    #[arg(long, default_value_t = 4096)]
    together: usize,
    /// Postings of the account whose balance and statement are asked for
    #[arg(long, default_value_t = 1_000_000)]
    postings: i64,
    /// How often each is asked for
    #[arg(long, default_value_t = 3000)]
    reads: usize,
}

/// How many wait for their answers at once at most, and how many share a commit of the bare loop.
const MANY: usize = 32;
const SOME: usize = 8;

pub fn run(arguments: &Arguments, report: &Report) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(arguments, report))
}

async fn measure(arguments: &Arguments, report: &Report) -> Result<Value> {
    report.line("preparing a community");
    let community = Community::set_up().await.context("preparing")?;
    let mut told = Map::new();
    told.insert("bench".into(), json!("sharing"));
    told.insert("rounds".into(), json!(arguments.rounds));
    told.insert("fsync_us".into(), json!(disk::fsync_us(community.folder.path())?));
    transfers(&community, arguments, report)
        .await
        .context("transfers")?
        .tell(&mut told)?;
    let reading = statement::Reading {
        postings: arguments.postings,
        reads: arguments.reads,
    };
    reading
        .measure(&community, report, &mut told)
        .await
        .context("statements")?;
    community.node.stop().await?;
    Ok(Value::Object(told))
}

/// The rates of all rounds.
#[derive(Default)]
struct Rates {
    one: Vec<f64>,
    some: Vec<f64>,
    some_contended: Vec<f64>,
    many: Vec<f64>,
    many_contended: Vec<f64>,
    raw: Vec<f64>,
    raw_batched: Vec<f64>,
}

async fn transfers(community: &Community, arguments: &Arguments, report: &Report) -> Result<Rates> {
    let holders = Holders::open(community, MANY).await.context("preparing")?;
    let copy = community.copy_of("ledger").await.context("copying the data file")?;
    let mut rates = Rates::default();
    for round in 1..=arguments.rounds {
        let alone = holders.payments(arguments.alone, 1, Spread::Pairs);
        rates.raw.push(raw::payments(&copy, &alone, 1).await?);
        rates.one.push(holders.pay(alone, 1).await?);
        let together = holders.payments(arguments.together, MANY, Spread::Pairs);
        rates.raw_batched.push(raw::payments(&copy, &together, MANY).await?);
        rates.many.push(holders.pay(together, MANY).await?);
        let same = holders.payments(arguments.together, MANY, Spread::SameTwo);
        rates.many_contended.push(holders.pay(same, MANY).await?);
        let some = holders.payments(arguments.together, SOME, Spread::Pairs);
        rates.some.push(holders.pay(some, SOME).await?);
        let some = holders.payments(arguments.together, SOME, Spread::SameTwo);
        rates.some_contended.push(holders.pay(some, SOME).await?);
        report.line(&format!("transfers, round {round}: {}", rates.round(round - 1)));
    }
    Ok(rates)
}

impl Rates {
    fn round(&self, index: usize) -> String {
        let of = |rates: &[f64]| rates.get(index).copied().unwrap_or_default();
        format!(
            "one client {} /s beside raw {} /s; {MANY} clients {} /s, contended {} /s, beside raw batched {} /s; {SOME} clients {} /s, \
             contended {} /s",
            of(&self.one),
            of(&self.raw),
            of(&self.many),
            of(&self.many_contended),
            of(&self.raw_batched),
            of(&self.some),
            of(&self.some_contended),
        )
    }

    fn tell(&self, told: &mut Map<String, Value>) -> Result<()> {
        let figures = [
            ("transfer_1", &self.one),
            ("transfer_8", &self.some),
            ("transfer_8_contended", &self.some_contended),
            ("transfer_32", &self.many),
            ("transfer_32_contended", &self.many_contended),
            ("raw_tps", &self.raw),
            ("raw_batched_tps", &self.raw_batched),
        ];
        for (key, rates) in figures {
            told.insert(key.into(), json!(median_rate(rates)?));
        }
        let over = |a: &[f64], b: &[f64]| anyhow::Ok(json!(quotient(median_rate(a)?, median_rate(b)?)));
        told.insert("transfer_1_over_raw_tps".into(), over(&self.one, &self.raw)?);
        told.insert(
            "transfer_32_over_raw_batched_tps".into(),
            over(&self.many, &self.raw_batched)?,
        );
        Ok(())
    }
}
