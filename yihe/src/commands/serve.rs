use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use yihe_kernel::SystemClock;
use yihe_server::telemetry::{self, Export, LogFormat, Telemetry};
use yihe_telemetry::Sampling;

use crate::commands::config_check::accept;
use crate::config::{BadKey, Config, LogLines, ServiceName};
use crate::node::{Node, NodeOptions};

/// For so long the collector may take the last telemetry before the process ends.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Runs a node until SIGTERM or Ctrl-C, then drains, hands over what it has yet to tell, and stops.
///
/// # Errors
/// The configuration is bad, a data file or address cannot be used, or the node does not drain in time.
pub fn serve(loaded: Result<Config, Vec<BadKey>>) -> Result<()> {
    let config = accept(loaded)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let format = match config.log_format {
            LogLines::Human => LogFormat::Human,
            LogLines::Json => LogFormat::Json,
        };
        let telemetry = telemetry::begin(format, &config.log, &export(&config))?;
        let ended = run(config, &telemetry).await;
        telemetry.end(LAST_WORDS).await;
        ended
    });
    // an exporter that still waits for its collector is not waited for
    runtime.shutdown_background();
    ended
}

async fn run(config: Config, telemetry: &Telemetry) -> Result<()> {
    // dropped at the end, which stops the scrapes
    let _scrapes = scrapes(&config, telemetry).await?;
    let node = Node::start(
        config,
        NodeOptions {
            clock: Arc::new(SystemClock),
            watch_clock: true,
        },
    )
    .await?;
    for (name, address) in node.listeners() {
        println!("{name} on {address}");
    }
    told_to_stop().await?;
    tracing::info!("draining");
    node.stop().await
}

fn export(config: &Config) -> Export {
    let settings = &config.telemetry;
    let name = match (&settings.service_name, config.service.as_slice()) {
        (Some(name), _) => name.clone(),
        (None, [alone]) => format!("yihe-{}", ServiceName::as_str(*alone)),
        (None, _) => "yihe".to_owned(),
    };
    Export {
        collector: settings.endpoint.clone(),
        sampling: Sampling {
            ratio: settings.sampling_ratio.get(),
            follow_callers: settings.follow_callers,
        },
        service_name: name,
        scraped: settings.metrics_listen.is_some(),
    }
}

/// Lets counts be fetched until what is returned is dropped.
async fn scrapes(config: &Config, telemetry: &Telemetry) -> Result<Option<oneshot::Sender<()>>> {
    let (Some(wanted), Some(registry)) = (config.telemetry.metrics_listen, telemetry.registry()) else {
        return Ok(None);
    };
    let listener = TcpListener::bind(wanted)
        .await
        .with_context(|| format!("metrics cannot be told on {wanted}"))?;
    println!("metrics on {}", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel();
    let registry = registry.clone();
    tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        if let Err(error) = telemetry::scrape(listener, registry, stopped).await {
            tracing::error!(%error, "metrics are not told any more");
        }
    });
    Ok(Some(stop))
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
