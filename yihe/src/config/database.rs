use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// Where services keep their data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// A PostgreSQL database, of which each service has a schema of its own; absent means SQLite files in the data folder.
    pub url: Option<DatabaseUrl>,
    /// Connections that one service opens at most.
    pub connections: NonZeroU32,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: None,
            connections: NonZeroU32::MIN.saturating_add(7),
        }
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
