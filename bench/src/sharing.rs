//! Sharing: transfers and bookings through the gateway, durable, beside the same statements through the same driver in bare loops;
//! how soon an account with a million postings tells its balance and a page of its statement; free and busy of a whole
//! community; needs against offers.
//!
//! The node runs in this process; callers reach its gateway over TCP, each on a connection of its own. The bare loops work on copies
//! of the same data files, so that both change the same rows of the same tables; they take turns, a part of each round after another.

mod bare;
mod booking;
mod free_busy;
mod load;
mod matching;
mod payment;
mod raw_booking;
mod raw_payment;
mod statement;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::figures::Report;
use crate::room::Community;
use crate::vote::disk;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Rounds; each measures every rate once
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Transfers, and bookings, of one client in a round
    #[arg(long, default_value_t = 768)]
    alone: usize,
    /// Transfers, and bookings, of 8 and of 32 clients in a round
    #[arg(long, default_value_t = 4096)]
    together: usize,
    /// Postings of the account whose balance and statement are asked for
    #[arg(long, default_value_t = 1_000_000)]
    postings: i64,
    /// Bookings among which free and busy are looked for
    #[arg(long, default_value_t = 100_000)]
    bookings: i64,
    /// How often each is asked for
    #[arg(long, default_value_t = 1000)]
    reads: usize,
}

pub fn run(arguments: &Arguments, report: &Report) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(arguments, report))
}

async fn measure(arguments: &Arguments, report: &Report) -> Result<Value> {
    report.line("preparing a community");
    let community = Community::set_up().await.context("preparing")?;
    let callers = load::Callers::connect(&community.node).await?;
    let mut told = Map::new();
    told.insert("bench".into(), json!("sharing"));
    told.insert("rounds".into(), json!(arguments.rounds));
    told.insert("fsync_us".into(), json!(disk::fsync_us(community.folder.path())?));
    let transfers = payment::measure(&community, &callers, arguments, report).await;
    transfers.context("transfers")?.tell("transfer", "raw", &mut told)?;
    let reading = statement::Reading {
        postings: arguments.postings,
        reads: arguments.reads,
    };
    let read = reading.measure(&community, report, &mut told).await;
    read.context("statements")?;
    let asking = free_busy::Asking {
        bookings: arguments.bookings,
        reads: arguments.reads,
    };
    let asked = asking.measure(&community, report, &mut told).await;
    asked.context("free and busy")?;
    matching::measure(arguments.rounds, report, &mut told).context("matching")?;
    let bookings = booking::measure(&community, &callers, arguments, report).await;
    bookings
        .context("bookings")?
        .tell("booking", "raw_booking", &mut told)?;
    community.node.stop().await?;
    Ok(Value::Object(told))
}
