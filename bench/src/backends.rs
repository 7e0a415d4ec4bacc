//! The shape of a city: bookings on PostgreSQL beside what PostgreSQL commits alone, events over JetStream, many communities, telemetry.
//!
//! Nodes are processes of their own, one at a time or two in turn; their callers are this process. Everything shares the machine. Quotas
//! are out of the way. What is compared takes turns in parts, and medians of neighbours' quotients are reported.

mod bars;
mod booking;
mod events;
mod growth;
mod pgbench;
mod process;
mod street;
mod telemetry;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use yihe_testkit::Postgres;

use crate::figures::Report;

const SOME: usize = 8;
const MANY: usize = 32;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Bookings,
    Events,
    Telemetry,
    Communities,
}

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What is measured; all where nothing is named
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Parts of what is compared, in turn
    #[arg(long, default_value_t = 7)]
    parts: usize,
    /// Seconds that one part of bookings or readings takes
    #[arg(long, default_value_t = 2)]
    part_seconds: u32,
    /// Connections of each service to PostgreSQL
    #[arg(long, default_value_t = 32)]
    connections: u32,
    /// Events a second whose way is timed
    #[arg(long, default_value_t = 1_000)]
    event_rate: u32,
    /// Seconds for which events are told at that rate, and as fast as it goes
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Communities of the node that has few
    #[arg(long, default_value_t = 10)]
    few: usize,
    /// Communities of the node that has many
    #[arg(long, default_value_t = 10_000)]
    communities: usize,
    /// Requests of one kind in one part, in communities all over
    #[arg(long, default_value_t = 300)]
    requests: usize,
    /// The part of calls that is traced where telemetry is on
    #[arg(long, default_value_t = 0.1)]
    sampling: f64,
}

impl Arguments {
    fn part(&self) -> Duration {
        Duration::from_secs(self.part_seconds.max(1).into())
    }
}

pub fn run(arguments: &Arguments, report: &Report) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(arguments, report))
}

async fn measure(arguments: &Arguments, report: &Report) -> Result<Value> {
    let begun = Instant::now();
    let mut told = Map::new();
    told.insert("bench".into(), json!("backends"));
    let wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    // a server for each: what one has left in its tables and caches is no other's
    if wanted(Part::Bookings) {
        let server = Postgres::start_for_many()?;
        let booked = booking::measure(&server, arguments, report, &mut told).await;
        booked.context("bookings")?;
    }
    if wanted(Part::Events) {
        let server = Postgres::start_for_many()?;
        let heard = events::measure(&server, arguments, report, &mut told).await;
        heard.context("events")?;
    }
    if wanted(Part::Telemetry) {
        let server = Postgres::start_for_many()?;
        let cost = telemetry::measure(&server, arguments, report, &mut told).await;
        cost.context("telemetry")?;
    }
    if wanted(Part::Communities) {
        let server = Postgres::start_for_many()?;
        let grown = growth::measure(&server, arguments, report, &mut told).await;
        grown.context("many communities")?;
    }
    told.insert("seconds".into(), json!(begun.elapsed().as_secs()));
    let bars = bars::judge(&told);
    told.insert("bars".into(), bars);
    Ok(Value::Object(told))
}
