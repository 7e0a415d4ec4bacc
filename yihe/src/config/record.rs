use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// Settings of the record service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordSettings {
    /// What webhooks may do.
    pub webhooks: WebhookSettings,
}

/// What webhooks may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookSettings {
    /// Whether they may lead to `http://` on this machine, for trying out.
    pub allow_http: bool,
    /// Whether they may lead into private networks.
    pub allow_private: bool,
    /// One that failed for so many days is disabled.
    pub disable_after_days: NonZeroU32,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        let webhooks = yihe_record::Webhooks::default();
        let days = u32::try_from(webhooks.disable_after_days)
            .ok()
            .and_then(NonZeroU32::new);
        Self {
            allow_http: webhooks.allow_http,
            allow_private: webhooks.allow_private,
            disable_after_days: days.unwrap_or(NonZeroU32::MIN),
        }
    }
}

impl From<WebhookSettings> for yihe_record::Webhooks {
    fn from(settings: WebhookSettings) -> Self {
        Self {
            allow_http: settings.allow_http,
            allow_private: settings.allow_private,
            disable_after_days: settings.disable_after_days.get().into(),
        }
    }
}
