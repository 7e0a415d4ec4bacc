//! The whole story told to a collector: every trace is whole, and nobody's name or telephone number is in any of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use yihe_demo::{Narrator, tell};
use yihe_server::telemetry::{Export, LogFormat, begin};
use yihe_telemetry::Sampling;
use yihe_testkit::{Collector, Nats, SeenSpan, TestNode, TestNodeOptions, register, whole};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_that_happens_in_the_story_no_name_and_no_number_is_told() -> Result<()> {
    let (collector, nats) = (Collector::start().await?, Nats::start()?);
    let export = Export {
        collector: Some(collector.url()),
        sampling: Sampling {
            ratio: 1.0,
            follow_callers: false,
        },
        ..Export::default()
    };
    let telemetry = begin(LogFormat::Json, "warn,yihe=debug", &export)?;
    let node = TestNode::start(TestNodeOptions {
        bus: Some(nats.url()),
        spread: true,
        ..TestNodeOptions::default()
    })
    .await?;
    tell(&node, &mut Narrator::silent()).await?;
    node.stop().await?;
    telemetry.end(Duration::from_secs(20)).await;

    let everything = collector.everything();
    // persons and organizations of the story have Chinese names; what the program says of itself is English
    if let Some(place) = everything.find(|character| ('\u{4e00}'..='\u{9fff}').contains(&character)) {
        let before = everything[..place].chars().rev().take(300).collect::<Vec<_>>();
        let after: String = everything[place..].chars().take(40).collect();
        bail!(
            "a name was told: {}{after}",
            before.into_iter().rev().collect::<String>()
        );
    }
    let words: BTreeSet<&str> = everything
        .split(|character: char| !character.is_ascii_alphanumeric())
        .collect();
    let register = register::csv(1_200, 278);
    let mut numbers = 0;
    for phone in register.lines().skip(1).filter_map(|row| row.split(',').nth(8)) {
        ensure!(
            phone.is_empty() || !words.contains(phone),
            "a telephone number was told: {phone}"
        );
        numbers += usize::from(!phone.is_empty());
    }
    ensure!(numbers > 1_000, "only {numbers} numbers were looked for");
    ensure!(!everything.contains("correct horse battery"), "a password was told");

    let mut traces: BTreeMap<String, Vec<SeenSpan>> = BTreeMap::new();
    for span in collector.spans() {
        traces.entry(span.trace.clone()).or_default().push(span);
    }
    ensure!(traces.len() > 500, "only {} traces were told", traces.len());
    for trace in traces.values() {
        whole(trace)?;
    }
    let kinds: BTreeSet<&str> = traces.values().flatten().map(|span| span.kind.as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["Client", "Consumer", "Producer", "Server"]));
    let metrics = collector.metrics();
    for name in ["yihe.rpc.refusals", "yihe.tally.duration", "rpc.server.call.duration"] {
        ensure!(metrics.contains(name), "{name} is not among {metrics:?}");
    }
    Ok(())
}
