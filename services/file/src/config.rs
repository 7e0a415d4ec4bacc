use std::time::Duration;

/// Settings of the file service; each has a usable default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Largest file, in bytes.
    pub max_file_bytes: i64,
    /// Days for which the bytes of a retired file are kept at least.
    pub keep_retired_days: i64,
    /// What the files of one community may take together, in bytes; each counts, also two of the same content, until its bytes are
    /// removed.
    pub community_bytes: i64,
    /// How long an upload may bring nothing.
    pub stall: Duration,
    /// How long an upload may take; less than the hour for which its place is reserved.
    pub longest_upload: Duration,
    /// Between two sweeps.
    pub sweep_every: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_file_bytes: 64 << 20,
            keep_retired_days: 30,
            community_bytes: 100 << 30,
            stall: Duration::from_secs(30),
            longest_upload: Duration::from_secs(30 * 60),
            sweep_every: Duration::from_secs(60),
        }
    }
}
