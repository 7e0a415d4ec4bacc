use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::ServiceName;

/// Where services keep their data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// A PostgreSQL database, of which each service has a schema of its own; absent means SQLite files in the data folder.
    pub url: Option<DatabaseUrl>,
    /// Databases of single services, by name, where they differ from `url`: another server, or a role of the service's own.
    pub urls: BTreeMap<ServiceName, DatabaseUrl>,
    /// Connections that one service opens at most.
    pub connections: NonZeroU32,
    /// Milliseconds for which a transaction waits for one of them.
    pub acquire_timeout_ms: NonZeroU32,
    /// Milliseconds that one statement may take.
    pub statement_timeout_ms: NonZeroU32,
    /// Whether a start brings tables up to date. Off where services have roles that may not: then `yihe migrate` does it.
    pub migrate: bool,
    /// Seconds by which this machine's clock may differ from the database's; beyond, the node is not ready.
    pub clock_tolerance_seconds: NonZeroU32,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        let one = NonZeroU32::MIN;
        Self {
            url: None,
            urls: BTreeMap::new(),
            connections: one.saturating_add(7),
            acquire_timeout_ms: one.saturating_add(9_999),
            statement_timeout_ms: one.saturating_add(29_999),
            migrate: true,
            clock_tolerance_seconds: one.saturating_add(9),
        }
    }
}

impl DatabaseSettings {
    /// The database of a service; absent means a SQLite file.
    #[must_use]
    pub fn of(&self, service: ServiceName) -> Option<&DatabaseUrl> {
        self.urls.get(&service).or(self.url.as_ref())
    }
}

/// `postgres://user:password@host/database`. Says nothing of itself where it is logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Whether a text can be one.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        let scheme = ["postgres://", "postgresql://"];
        scheme
            .iter()
            .any(|scheme| text.len() > scheme.len() && text.starts_with(scheme))
    }

    /// As the driver reads it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for DatabaseUrl {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseUrl(…)")
    }
}
