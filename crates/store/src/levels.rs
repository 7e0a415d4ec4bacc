//! How full things are, for whoever watches over a process.

use std::time::Duration;

use sea_orm::{ColumnTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::failure::Failure;
use crate::outbox::Outbox;
use crate::store::Store;
use crate::tables::{dead_letter, outbox};

/// What waits to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// How many events.
    pub depth: u64,
    /// How long the oldest has waited; zero where none waits.
    pub lag: Duration,
}

/// Connections to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// In use.
    pub used: u64,
    /// Open and not in use.
    pub idle: u64,
    /// That may be opened.
    pub max: u64,
}

impl Outbox {
    /// What waits to be published.
    ///
    /// # Errors
    /// The database's.
    pub async fn backlog(&self) -> Result<Backlog, Failure> {
        let waiting = || outbox::Entity::find().filter(outbox::Column::Position.is_null());
        let reader = self.store().reader();
        let depth = waiting().count(reader).await?;
        let oldest = waiting().order_by_asc(outbox::Column::Sequence).one(reader).await?;
        let now = self.store().clock().now().micros();
        let lag = oldest.and_then(|oldest| u64::try_from(now.saturating_sub(oldest.occurred_at)).ok());
        Ok(Backlog {
            depth,
            lag: Duration::from_micros(lag.unwrap_or_default()),
        })
    }
}

impl Store {
    /// How many events consumers of this store have put aside.
    ///
    /// # Errors
    /// The database's.
    pub async fn count_dead_letters(&self) -> Result<u64, Failure> {
        Ok(dead_letter::Entity::find().count(self.reader()).await?)
    }

    /// Connections to the database; absent for files.
    #[must_use]
    pub fn connections(&self) -> Option<Connections> {
        let pool = &self.reader().pool;
        if pool.get_database_backend() != DbBackend::Postgres {
            return None;
        }
        let pool = pool.get_postgres_connection_pool();
        let idle = u64::try_from(pool.num_idle()).unwrap_or_default();
        Some(Connections {
            used: u64::from(pool.size()).saturating_sub(idle),
            idle,
            max: u64::from(pool.options().get_max_connections()),
        })
    }
}
