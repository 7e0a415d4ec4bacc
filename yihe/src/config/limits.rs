use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// Limits that each gateway keeps, for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewayLimits {
    /// Requests a second that one caller may make.
    pub requests_per_second: u32,
    /// Requests a second in one community, of all its callers together.
    pub community_requests_per_second: u32,
    /// Streams that are open in one community at once, of all its callers together.
    pub community_streams: u32,
}

impl Default for GatewayLimits {
    fn default() -> Self {
        let config = yihe_gateway::GatewayConfig::default();
        Self {
            requests_per_second: config.requests_per_second,
            community_requests_per_second: config.community_requests_per_second,
            community_streams: config.community_streams,
        }
    }
}

/// Settings of the file service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FileSettings {
    /// Largest file, in bytes.
    pub max_file_bytes: NonZeroU32,
    /// Days for which the content of a retired file is kept at least.
    pub keep_retired_days: NonZeroU32,
    /// Mebibytes that the files of one community may take.
    pub community_mebibytes: NonZeroU32,
}

impl Default for FileSettings {
    fn default() -> Self {
        let config = yihe_file::Config::default();
        let positive = |number: i64| u32::try_from(number).ok().and_then(NonZeroU32::new);
        Self {
            max_file_bytes: positive(config.max_file_bytes).unwrap_or(NonZeroU32::MAX),
            keep_retired_days: positive(config.keep_retired_days).unwrap_or(NonZeroU32::MIN),
            community_mebibytes: positive(config.community_bytes >> 20).unwrap_or(NonZeroU32::MAX),
        }
    }
}
