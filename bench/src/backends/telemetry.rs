//! What it costs to tell a collector: two nodes that differ in nothing else, a part of each after the other.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use yihe_testkit::{Collector, Postgres};

use super::process::{Given, Process};
use super::street::{Act, Street};
use super::{Arguments, MANY};
use crate::figures::{Report, lower, median_rate, quotient};

pub async fn measure(
    server: &Postgres,
    arguments: &Arguments,
    report: &Report,
    told: &mut Map<String, Value>,
) -> Result<()> {
    let collector = Collector::start().await?;
    let silent = Given {
        database: "silent",
        connections: arguments.connections,
        ..Given::default()
    };
    let url = collector.url();
    let telling = Given {
        database: "telling",
        telemetry: Some((&url, arguments.sampling)),
        ..silent
    };
    let silent = Process::start(server, silent).await?;
    let telling = Process::start(server, telling).await?;
    let off = Street::set_up(&silent, MANY).await.context("preparing")?;
    let on = Street::set_up(&telling, MANY).await.context("preparing")?;
    let mut costs = Vec::new();
    for (act, what) in [(Act::Book, "booking"), (Act::Read, "reading")] {
        let (mut without, mut with, mut quotients) = (Vec::new(), Vec::new(), Vec::new());
        off.act(act, MANY, arguments.part()).await?;
        on.act(act, MANY, arguments.part()).await?;
        for part in 1..=arguments.parts {
            // whoever comes first in a part comes second in the next
            let (silent, telling) = if part % 2 == 0 {
                let silent = off.act(act, MANY, arguments.part()).await?;
                (silent, on.act(act, MANY, arguments.part()).await?)
            } else {
                let telling = on.act(act, MANY, arguments.part()).await?;
                (off.act(act, MANY, arguments.part()).await?, telling)
            };
            report.line(&format!("telemetry, {what}: {telling} /s on, {silent} /s off"));
            without.push(silent);
            with.push(telling);
            quotients.push(quotient(telling, silent));
        }
        let cost = median_rate(&quotients)?;
        told.insert(format!("telemetry_{what}"), json!(cost));
        told.insert(format!("telemetry_{what}_on"), json!(median_rate(&with)?));
        told.insert(format!("telemetry_{what}_off"), json!(median_rate(&without)?));
        costs.push(cost);
    }
    ensure!(!collector.metrics().is_empty(), "the collector was told nothing");
    told.insert("sampling_ratio".to_owned(), json!(arguments.sampling));
    told.insert("telemetry_cost".to_owned(), json!(lower(&costs)?));
    Ok(())
}
