//! Logs of the process, to standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::SystemTime;
use tracing_subscriber::util::SubscriberInitExt;

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
    /// `YIHE_LOG_FORMAT` is neither.
    #[error("YIHE_LOG_FORMAT is `{0}`; it must be `human` or `json`")]
    Format(String),
    /// The filter cannot be read.
    #[error("the log filter `{filter}` cannot be read: {cause}")]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong with it.
        cause: tracing_subscriber::filter::ParseError,
    },
    /// Something else logs already.
    #[error("logging has begun already")]
    Begun,
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

/// Begins logging as `YIHE_LOG_FORMAT` (`human` or `json`, default `human`) and `YIHE_LOG` (a filter such as
/// `info,yihe_gateway=debug`) say.
///
/// # Errors
/// A variable cannot be read, or logging has begun.
pub fn init(default_filter: &str) -> Result<(), LogError> {
    let format = match std::env::var("YIHE_LOG_FORMAT") {
        Ok(text) => text.parse()?,
        Err(_) => LogFormat::default(),
    };
    let filter = std::env::var("YIHE_LOG").unwrap_or_else(|_| default_filter.to_owned());
    init_with(format, &filter)
}

/// Begins logging.
///
/// # Errors
/// The filter cannot be read, or logging has begun.
pub fn init_with(format: LogFormat, filter: &str) -> Result<(), LogError> {
    let parsed = EnvFilter::try_new(filter).map_err(|cause| LogError::Filter {
        filter: filter.to_owned(),
        cause,
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(parsed)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_timer(SystemTime);
    let begun = match format {
        LogFormat::Human => builder.finish().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init(),
    };
    begun.map_err(|_| LogError::Begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_setting_is_named() {
        assert!("xml".parse::<LogFormat>().unwrap_err().to_string().contains("`xml`"));
        let refusal = init_with(LogFormat::Json, "yihe=loud").unwrap_err();
        assert!(refusal.to_string().contains("yihe=loud"), "{refusal}");
    }
}
