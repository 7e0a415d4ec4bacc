use std::path::PathBuf;
use std::time::Duration;

/// Where one service keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// One SQLite file, made if it does not exist; WAL, `synchronous=FULL`, one writer and several readers.
    Sqlite {
        /// The file.
        file: PathBuf,
    },
    /// One schema of a PostgreSQL database, made if it does not exist.
    Postgres {
        /// `postgres://user@host/database`.
        url: String,
        /// The schema.
        schema: String,
    },
}

impl Backend {
    /// What to call the place in a message to an operator.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Sqlite { file } => file.display().to_string(),
            Self::Postgres { schema, .. } => format!("PostgreSQL schema {schema}"),
        }
    }
}

/// How one service's store is opened.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The place.
    pub backend: Backend,
    /// Connections for reading.
    pub readers: u32,
    /// Connections in all (PostgreSQL).
    pub connections: u32,
    /// How long a transaction waits for a connection (PostgreSQL).
    pub acquire_timeout: Duration,
    /// How long one statement may take (PostgreSQL); absent for the server's own bound.
    pub statement_timeout: Option<Duration>,
    /// Whether tables are brought up to date; otherwise a place that is not is refused.
    pub migrate: bool,
    /// Transactions that share one commit at most (SQLite); 1 switches sharing off.
    pub group: usize,
    /// Key of the hashes in the retry tables and of page tokens.
    pub secret: [u8; 32],
}

impl StoreConfig {
    /// A store with the usual settings.
    #[must_use]
    pub fn new(backend: Backend, secret: [u8; 32]) -> Self {
        Self {
            backend,
            readers: 4,
            connections: 8,
            acquire_timeout: Duration::from_secs(10),
            statement_timeout: None,
            migrate: true,
            group: 64,
            secret,
        }
    }
}
