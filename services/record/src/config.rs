//! Settings of this service.

/// What webhooks may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Webhooks {
    /// Whether they may lead to `http://` on this machine.
    pub allow_http: bool,
    /// Whether they may lead into private networks.
    pub allow_private: bool,
    /// One that failed for so many days is disabled.
    pub disable_after_days: i64,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            allow_http: false,
            allow_private: false,
            disable_after_days: 5,
        }
    }
}
