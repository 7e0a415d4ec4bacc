//! The count of an owners' assembly of 100,000 owners, by area and by heads, beside the same count in SQL on SQLite in
//! memory. Both have to come to the same numbers.

mod compound;
mod sql;

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use yihe_tally::{BodyKind, MatterClass, Presence, packs, tally_units};

use crate::figures::{Report, median, quotient, ratio};
use compound::Compound;

const OWNERS: u64 = 100_000;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Counts to measure of each
    #[arg(long, default_value_t = 15)]
    rounds: usize,
}

pub fn run(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(arguments, report))
}

async fn measure(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    let Compound { units, ballots } = Compound::of(OWNERS);
    report.line(&format!(
        "{OWNERS} owners, {} units, {} ballots",
        units.len(),
        ballots.len()
    ));
    let peer = sql::Peer::load(&units, &ballots).await.context("filling SQLite")?;
    let pack = packs::in_force(BodyKind::OwnersAssembly, &"CN".parse()?, "2026-03-01".parse()?)?;
    let rules = pack.rules_for(MatterClass::OwnersSpecial)?;

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=arguments.rounds {
        let begun = Instant::now();
        let outcome = tally_units(rules, &units, &ballots, &[], &Presence::Written)?;
        let we_took = begun.elapsed();

        let begun = Instant::now();
        let sums = peer.count().await?;
        let peer_took = begun.elapsed();

        let counts = &outcome.counts;
        ensure!(
            counts.members.heads == OWNERS,
            "{} heads were counted",
            counts.members.heads
        );
        let weights = [counts.members, counts.participating, counts.yes];
        ensure!(
            weights.map(|weight| (weight.heads, weight.area)) == sums,
            "{weights:?} are not {sums:?}"
        );
        report.line(&format!(
            "round {round}: yihe {} µs, SQLite {} µs, {}",
            we_took.as_micros(),
            peer_took.as_micros(),
            outcome.verdict
        ));
        ours.push(we_took);
        theirs.push(peer_took);
    }
    let (ours, theirs) = (median(&ours)?, median(&theirs)?);
    Ok(json!({
        "bench": "tally",
        "rounds": arguments.rounds,
        "owners": OWNERS,
        "units": units.len(),
        "ballots": ballots.len(),
        "ms": quotient(ours.as_secs_f64(), 0.001),
        "sqlite_ms": quotient(theirs.as_secs_f64(), 0.001),
        "ratio": ratio(ours, theirs),
    }))
}
