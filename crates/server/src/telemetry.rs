//! What a process tells of itself: log lines to standard error; logs, spans and counts to a collector where one is named.

mod decisions;
mod export;
mod json;
mod rpc;
mod scrape;

use std::io::IsTerminal;
use std::time::Duration;

use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use tracing_subscriber::filter::{FilterExt, ParseError, filter_fn};
use tracing_subscriber::fmt::time::SystemTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

pub use decisions::CountedDecisions;
pub use export::{Export, ExportError};
pub use rpc::RpcWatch;
pub(crate) use rpc::{called, calling};
pub use scrape::scrape;

use export::Exporters;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For a person at a terminal.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Logging cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The format is neither.
    #[error("the log format is `{0}`; it must be `human` or `json`")]
    Format(String),
    /// The filter cannot be read.
    #[error("the log filter `{filter}` cannot be read: {cause}")]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong with it.
        cause: ParseError,
    },
    /// Something else logs already.
    #[error("logging has begun already")]
    Begun,
    /// What is to be exported cannot be.
    #[error(transparent)]
    Export(#[from] ExportError),
}

impl std::str::FromStr for LogFormat {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            other => Err(LogError::Format(other.to_owned())),
        }
    }
}

/// What is being exported; to be ended before the process does.
#[derive(Debug)]
pub struct Telemetry(Exporters);

/// Begins to log what passes a filter such as `info,yihe_gateway=debug`, and to export as asked; once in a process. Exporting needs
/// a runtime that goes on.
///
/// # Errors
/// The filter cannot be read, the collector's address cannot be used, or logging has begun.
pub fn begin(format: LogFormat, filter: &str, export: &Export) -> Result<Telemetry, LogError> {
    let lines = lines(format, parsed(filter)?);
    let exporters = Exporters::build(export)?;
    let exported = match exporters.logs() {
        Some(logs) => Some(OpenTelemetryTracingBridge::new(logs).with_filter(parsed(filter)?.and(filter_fn(is_ours)))),
        None => None,
    };
    let subscriber = tracing_subscriber::registry().with(lines).with(exported);
    subscriber.try_init().map_err(|_| LogError::Begun)?;
    exporters.announce(export.sampling);
    Ok(Telemetry(exporters))
}

impl Telemetry {
    /// What a scrape of this process is answered from, where [`Export::scraped`] asked for it.
    #[must_use]
    pub const fn registry(&self) -> Option<&prometheus::Registry> {
        self.0.registry()
    }

    /// Hands over what was not yet exported, and ends. What is not taken within the bound is lost.
    pub async fn end(self, bound: Duration) {
        self.0.end(bound).await;
    }
}

fn parsed(filter: &str) -> Result<EnvFilter, LogError> {
    EnvFilter::try_new(filter).map_err(|cause| LogError::Filter {
        filter: filter.to_owned(),
        cause,
    })
}

/// The exporters' own lines are not exported: each export would make the next.
fn is_ours(line: &tracing::Metadata<'_>) -> bool {
    line.target().starts_with("yihe")
}

fn lines(format: LogFormat, filter: EnvFilter) -> Box<dyn Layer<Registry> + Send + Sync> {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_timer(SystemTime);
    match format {
        LogFormat::Human => lines.with_filter(filter).boxed(),
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).map_event_format(json::WithTrace);
            lines.with_filter(filter).boxed()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_setting_is_named() {
        assert!("xml".parse::<LogFormat>().unwrap_err().to_string().contains("`xml`"));
        let refusal = begin(LogFormat::Json, "yihe=loud", &Export::default()).unwrap_err();
        assert!(refusal.to_string().contains("yihe=loud"), "{refusal}");
    }
}
