//! How long a release node takes from an empty data folder to ready, and what it keeps in memory when idle.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::figures::{Report, median, node_binary};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Starts to measure
    #[arg(long, default_value_t = 7)]
    runs: usize,
    /// Seconds of idleness before memory is read
    #[arg(long, default_value_t = 3)]
    idle: u64,
}

pub fn run(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut ready = Vec::new();
    let mut resident = Vec::new();
    for run in 1..=arguments.runs {
        let (ready_ms, rss_kb) = runtime.block_on(once(arguments.idle))?;
        report.line(&format!("run {run}: ready in {ready_ms} ms, {rss_kb} kB resident"));
        ready.push(ready_ms);
        resident.push(rss_kb);
    }
    Ok(json!({
        "bench": "start",
        "runs": arguments.runs,
        "ready_ms": median(&ready)?,
        "rss_mb": median(&resident)?.div_ceil(1024),
    }))
}

async fn once(idle: u64) -> Result<(u128, u64)> {
    let folder = tempfile::tempdir()?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let begun = Instant::now();
    let mut node = Command::new(node_binary()?)
        .args(["serve", "--log", "warn", "--listen", &address.to_string(), "--data-dir"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .context("the node does not start")?;
    let ready = until_ready(&mut node, address, begun).await;
    tokio::time::sleep(Duration::from_secs(idle)).await;
    let resident = resident_kb(node.id());
    let _ = Command::new("kill").arg(node.id().to_string()).status();
    node.wait()?;
    Ok((ready?.as_millis(), resident?))
}

/// Waits until a node says that it is ready. Returns how long after `begun`.
pub async fn until_ready(node: &mut Child, address: SocketAddr, begun: Instant) -> Result<Duration> {
    while begun.elapsed() < Duration::from_secs(30) {
        if let Some(status) = node.try_wait()? {
            bail!("the node ended with {status}");
        }
        let endpoint = tonic::transport::Channel::from_shared(format!("http://{address}"))?;
        if let Ok(channel) = endpoint.connect().await {
            let mut health = HealthClient::new(channel);
            let answer = health.check(HealthCheckRequest { service: String::new() }).await;
            if answer.is_ok_and(|answer| answer.get_ref().status() == ServingStatus::Serving) {
                return Ok(begun.elapsed());
            }
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    bail!("the node was not ready within 30 s")
}

fn resident_kb(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    line.split_whitespace()
        .next()
        .context("no VmRSS")?
        .parse()
        .context("VmRSS")
}
