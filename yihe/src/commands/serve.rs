use std::sync::Arc;

use anyhow::{Context, Result};
use yihe_kernel::SystemClock;
use yihe_server::telemetry;

use crate::commands::config_check::accept;
use crate::config::{BadKey, Config};
use crate::node::{Node, NodeOptions};

/// Runs a node until SIGTERM or Ctrl-C, then drains and stops.
///
/// # Errors
/// The configuration is bad, a data file or address cannot be used, or the node does not drain in time.
pub fn serve(loaded: Result<Config, Vec<BadKey>>) -> Result<()> {
    let config = accept(loaded)?;
    telemetry::init(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let node = Node::start(
            config,
            NodeOptions {
                clock: Arc::new(SystemClock),
            },
        )
        .await?;
        for (name, address) in node.listeners() {
            println!("{name} on {address}");
        }
        told_to_stop().await?;
        tracing::info!("draining");
        node.stop().await
    })
}

async fn told_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM")?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
