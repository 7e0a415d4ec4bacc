//! Ballots through the gateway, durable, beside the same statements through the same driver in a bare loop.
//!
//! The node runs in this process on an adjustable clock (notice periods cannot be waited for); callers reach its gateway over
//! TCP. The bare loop works on a copy of the same data file, so both change the same rows of the same tables.

pub mod disk;
pub mod raw;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;
use yihe_proto::meeting::v1::{CastBallotRequest, Choice};
use yihe_testkit::Actor;

use crate::figures::{Report, median_rate, percentile, quotient, rate};
use crate::room::{BallotToCast, Rooms};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Rounds; each measures every figure once
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Ballots of one client in a round
    #[arg(long, default_value_t = 768)]
    alone: usize,
    /// Ballots of 32 clients in a round
    #[arg(long, default_value_t = 4096)]
    together: usize,
}

const CLIENTS: usize = 32;

pub fn run(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(arguments, report))
}

async fn measure(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    let wanted = arguments.rounds * (arguments.alone + arguments.together);
    report.line(&format!("preparing {wanted} ballots"));
    let mut rooms = Rooms::prepare(wanted).await.context("preparing")?;
    let copy = rooms.copy().await.context("copying the data file")?;
    let fsync_us = disk::fsync_us(rooms.folder())?;

    let mut figures = Figures::default();
    for round in 1..=arguments.rounds {
        let alone = rooms.take(arguments.alone);
        let together = rooms.take(arguments.together);
        figures.raw.push(raw::unbatched(&copy, &alone).await?);
        let (one, _) = through_the_gateway(alone, 1).await?;
        figures.one.push(one);
        figures.raw_batched.push(raw::batched(&copy, &together, CLIENTS).await?);
        let (many, mut latencies) = through_the_gateway(together, CLIENTS).await?;
        figures.many.push(many);
        figures.latencies.append(&mut latencies);
        report.line(&format!(
            "round {round}: one client {} /s beside raw {} /s; {CLIENTS} clients {} /s beside raw batched {} /s",
            figures.one[round - 1],
            figures.raw[round - 1],
            figures.many[round - 1],
            figures.raw_batched[round - 1]
        ));
    }
    rooms.stop().await?;
    figures.tell(arguments.rounds, fsync_us)
}

#[derive(Default)]
struct Figures {
    one: Vec<f64>,
    many: Vec<f64>,
    raw: Vec<f64>,
    raw_batched: Vec<f64>,
    latencies: Vec<Duration>,
}

impl Figures {
    fn tell(&self, rounds: usize, fsync_us: u128) -> Result<serde_json::Value> {
        let (rps_1, rps_32) = (median_rate(&self.one)?, median_rate(&self.many)?);
        let (raw_tps, raw_batched_tps) = (median_rate(&self.raw)?, median_rate(&self.raw_batched)?);
        let p99 = percentile(&self.latencies, 99)?;
        Ok(json!({
            "bench": "vote",
            "rounds": rounds,
            "rps_1": rps_1,
            "rps_32": rps_32,
            "raw_tps": raw_tps,
            "raw_batched_tps": raw_batched_tps,
            "p99_ms": quotient(p99.as_secs_f64(), 0.001),
            "fsync_us": fsync_us,
            "rps_1_over_raw_tps": quotient(rps_1, raw_tps),
            "rps_32_over_rps_1": quotient(rps_32, rps_1),
            "rps_32_over_raw_batched_tps": quotient(rps_32, raw_batched_tps),
        }))
    }
}

/// Casts ballots by so many callers at once, each waiting for its answer before the next. Returns ballots a second and latencies.
async fn through_the_gateway(ballots: Vec<BallotToCast>, callers: usize) -> Result<(f64, Vec<Duration>)> {
    let count = ballots.len();
    let ballots = Arc::new(ballots);
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (ballots, next) = (Arc::clone(&ballots), Arc::clone(&next));
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while let Some(ballot) = ballots.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let asked = Instant::now();
                    cast(&ballot.voter, ballot).await?;
                    latencies.push(asked.elapsed());
                }
                anyhow::Ok(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::with_capacity(count);
    for task in tasks {
        latencies.append(&mut task.await??);
    }
    Ok((rate(count, begun.elapsed()), latencies))
}

async fn cast(voter: &Actor, ballot: &BallotToCast) -> Result<()> {
    let request = CastBallotRequest {
        parent: ballot.vote.clone(),
        choice: Choice::Yes.into(),
        request_id: ballot.request_id.to_string(),
        ..Default::default()
    };
    voter.call(request).await.context("casting")?;
    Ok(())
}
