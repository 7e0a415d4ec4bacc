//! Decisions of the index beside casbin-rs and Cedar over the same rules; and how soon the gateway decides by what has changed.

mod visible;

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use yihe_engines::{Latency, World, far_read, index, loading, oracle, peers, swapping};

use crate::figures::{Report, quotient};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Decisions of the index at each size
    #[arg(long, default_value_t = 200_000)]
    decisions: usize,
    /// Rules of the largest world of the index
    #[arg(long, default_value_t = 1_000_000)]
    rules: usize,
    /// Rules of the largest world of the peers
    #[arg(long, default_value_t = 100_000)]
    peer_rules: usize,
    /// Decisions of each peer over all rules of the largest world
    #[arg(long, default_value_t = 15)]
    peer_decisions: usize,
    /// Generated requests on which the index is held against casbin
    #[arg(long, default_value_t = 100_000)]
    cases: u64,
    /// Changes of each kind that are waited for at the gateway
    #[arg(long, default_value_t = 300)]
    changes: usize,
}

/// The size by which the index is compared with its peers.
const COMPARED: usize = 100_000;

pub fn run(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    let mut figures = Vec::new();
    for rules in [1_000, 10_000, COMPARED, 1_000_000] {
        if rules > arguments.rules {
            break;
        }
        let figure = index(World::of_rules(rules), arguments.decisions)?;
        report.line(&format!(
            "index, {rules} rules: p50 {} ns, p99 {} ns; built in {} ms; {} bytes a rule resident, {} by its own account",
            figure.latency.p50_ns,
            figure.latency.p99_ns,
            figure.build.as_millis(),
            figure.resident / rules,
            figure.weight / rules,
        ));
        figures.push(figure);
    }
    let mut reads = Vec::with_capacity(figures.len());
    for figure in &figures {
        let read = far_read(figure.resident)?;
        report.line(&format!(
            "one read of memory that the read before it tells, {} MB: {} ns",
            figure.resident >> 20,
            read.as_nanos()
        ));
        reads.push(read);
    }
    let world = World::of_rules(COMPARED.min(arguments.rules));
    let load = loading(world, 2_000)?.latency;
    report.line(&format!(
        "loading one community: p50 {} µs, p99 {} µs",
        load.p50_ns / 1000,
        load.p99_ns / 1000
    ));
    let mut threads = Vec::new();
    for readers in [1, 2] {
        let figure = swapping(world, readers, arguments.decisions, Duration::from_secs(3))?;
        report.line(&format!(
            "{readers} readers while swapping {} times a second: {} decisions a second, p99 {} ns, at rest {} ns",
            figure.swaps_per_second, figure.per_second, figure.latency.p99_ns, figure.at_rest.p99_ns
        ));
        threads.push(figure);
    }
    let mut peer = None;
    for rules in [1_000, 10_000, 100_000] {
        if rules > arguments.peer_rules {
            break;
        }
        let over_all = arguments.peer_decisions * (100_000 / rules).min(10);
        let figure = peers(&World::of_rules(rules), over_all, 300)?;
        report.line(&format!(
            "{rules} rules: casbin {}, its role graph first {}, one community {}; Cedar {}, one community {}",
            told(Some(figure.casbin)),
            told(Some(figure.casbin_roles_first)),
            told(Some(figure.casbin_one)),
            told(figure.cedar),
            told(figure.cedar_one),
        ));
        peer = Some(figure);
    }
    let (cases, disagreements) = oracle(arguments.cases)?;
    report.line(&format!("oracle: {cases} cases, {disagreements} disagreements"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let visible = runtime.block_on(visible::measure(arguments.changes, report))?;
    let at = |rules: usize| figures.iter().find(|figure| figure.rules == rules);
    let compared = at(COMPARED).or(figures.last());
    let p50 = |figure: Option<&yihe_engines::IndexFigures>| figure.map(|figure| figure.latency.p50_ns);
    let growth = p50(figures.first()).zip(p50(figures.last()));
    let peer_p50 = |latency: Option<Latency>| latency.map(|latency| latency.p50_ns);
    Ok(json!({
        "bench": "authz",
        "index_p50_ns": p50(compared),
        "index_p99_ns": compared.map(|figure| figure.latency.p99_ns),
        "index_largest_p50_ns": p50(figures.last()),
        "index_largest_p99_ns": figures.last().map(|figure| figure.latency.p99_ns),
        "casbin_p50_ns": peer_p50(peer.map(|peer| peer.casbin)),
        "casbin_roles_first_p50_ns": peer_p50(peer.map(|peer| peer.casbin_roles_first)),
        "casbin_one_p50_ns": peer_p50(peer.map(|peer| peer.casbin_one)),
        "cedar_p50_ns": peer_p50(peer.and_then(|peer| peer.cedar)),
        "cedar_one_p50_ns": peer_p50(peer.and_then(|peer| peer.cedar_one)),
        "growth": growth.map(|(first, last)| quotient(nanos(last), nanos(first))),
        "far_read_ns": reads.last().map(Duration::as_nanos),
        "bytes_per_rule": figures.last().map(|figure| figure.resident / figure.rules),
        "weight_per_rule": figures.last().map(|figure| figure.weight / figure.rules),
        "build_ms": figures.last().map(|figure| figure.build.as_millis()),
        "load_p99_us": load.p99_ns / 1000,
        "per_second_1": threads[0].per_second,
        "per_second_2": threads[1].per_second,
        "swapping_p99_ns": threads[0].latency.p99_ns,
        "at_rest_p99_ns": threads[0].at_rest.p99_ns,
        "oracle_cases": cases,
        "oracle_disagreements": disagreements,
        "visible_p99_ms": quotient(visible.as_secs_f64(), 0.001),
    }))
}

fn nanos(count: u64) -> f64 {
    Duration::from_nanos(count).as_secs_f64()
}

fn told(latency: Option<Latency>) -> String {
    latency.map_or_else(
        || "not measured".to_owned(),
        |latency| format!("{} µs", latency.p50_ns / 1000),
    )
}
