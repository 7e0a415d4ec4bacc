//! A meeting: how soon those who watch see what happened, and how soon its minutes are drawn up.

mod minutes;
mod watch;

use anyhow::Result;

use crate::figures::Report;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Rounds; each measures every figure once
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Watchers of the room
    #[arg(long, default_value_t = 500)]
    watchers: usize,
    /// Ballots cast in a second
    #[arg(long, default_value_t = 50)]
    ballots_per_second: u32,
}

pub fn run(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let watch = runtime.block_on(watch::measure(arguments, report))?;
    let minutes = runtime.block_on(minutes::measure(arguments, report))?;
    Ok(serde_json::json!({
        "bench": "meeting",
        "rounds": arguments.rounds,
        "watch_p99_ms": watch["watch_p99_ms"],
        "minutes_ms": minutes["minutes_ms"],
        "minutes": minutes,
        "watch": watch,
    }))
}
