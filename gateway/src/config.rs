use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of the gateway; each has a usable default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewayConfig {
    /// Largest request message, in bytes.
    pub max_message_bytes: u32,
    /// How long a caller may take to send its message, in milliseconds.
    pub first_message_ms: u32,
    /// Deadline of a unary call whose caller sets none, in milliseconds.
    pub default_deadline_ms: u32,
    /// Longest deadline of a unary call, in milliseconds.
    pub max_deadline_ms: u32,
    /// Calls a second of one caller, in the long run. An unknown caller counts by address.
    pub requests_per_second: u32,
    /// How many seconds' worth of calls a caller may make at once after a pause.
    pub burst_seconds: u32,
    /// Calls of one caller in progress, streams included.
    pub concurrent_calls: u32,
    /// Calls a second in one community, of all its callers together, in the long run.
    pub community_requests_per_second: u32,
    /// Streams that are open in one community at once, of all its callers together.
    pub community_streams: u32,
    /// How long a stream goes on at most before it is decided anew, in milliseconds; it is at once when a rule, a post or a
    /// term changes.
    pub recheck_ms: u32,
    /// Callers whose verified tokens are remembered.
    pub remembered_tokens: u32,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            max_message_bytes: 4 << 20,
            first_message_ms: 10_000,
            default_deadline_ms: 15_000,
            max_deadline_ms: 120_000,
            requests_per_second: 2_000,
            burst_seconds: 2,
            concurrent_calls: 1_000,
            community_requests_per_second: 5_000,
            community_streams: 5_000,
            recheck_ms: 1_000,
            remembered_tokens: 100_000,
        }
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("gateway.{key} is {value}: {detail}")]
pub struct BadSetting {
    /// The key.
    pub key: &'static str,
    /// Its value.
    pub value: u32,
    /// What it must be.
    pub detail: &'static str,
}

impl GatewayConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first that cannot be, named.
    pub fn validate(&self) -> Result<(), BadSetting> {
        let least = [
            ("max_message_bytes", self.max_message_bytes, 1024, "at least 1024"),
            ("first_message_ms", self.first_message_ms, 1, "at least 1"),
            ("default_deadline_ms", self.default_deadline_ms, 1, "at least 1"),
            (
                "max_deadline_ms",
                self.max_deadline_ms,
                self.default_deadline_ms,
                "at least default_deadline_ms",
            ),
            ("requests_per_second", self.requests_per_second, 1, "at least 1"),
            ("burst_seconds", self.burst_seconds, 1, "at least 1"),
            ("concurrent_calls", self.concurrent_calls, 1, "at least 1"),
            (
                "community_requests_per_second",
                self.community_requests_per_second,
                1,
                "at least 1",
            ),
            ("community_streams", self.community_streams, 1, "at least 1"),
            ("recheck_ms", self.recheck_ms, 10, "at least 10"),
            ("remembered_tokens", self.remembered_tokens, 1, "at least 1"),
        ];
        match least.into_iter().find(|(_, value, least, _)| value < least) {
            Some((key, value, _, detail)) => Err(BadSetting { key, value, detail }),
            None => Ok(()),
        }
    }

    pub(crate) fn first_message(&self) -> Duration {
        millis(self.first_message_ms)
    }

    pub(crate) fn default_deadline(&self) -> Duration {
        millis(self.default_deadline_ms)
    }

    pub(crate) fn max_deadline(&self) -> Duration {
        millis(self.max_deadline_ms)
    }

    pub(crate) fn recheck(&self) -> Duration {
        millis(self.recheck_ms)
    }
}

fn millis(value: u32) -> Duration {
    Duration::from_millis(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_be_and_a_bad_key_is_named() {
        GatewayConfig::default().validate().unwrap();
        let refusal = GatewayConfig {
            max_deadline_ms: 1,
            ..GatewayConfig::default()
        }
        .validate()
        .unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "gateway.max_deadline_ms is 1: at least default_deadline_ms"
        );
    }
}
