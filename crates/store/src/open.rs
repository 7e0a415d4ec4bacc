use std::path::Path;
use std::time::Duration;

use kernel::{Error, Result};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTraitSelf;
use yihe_kernel as kernel;

use crate::config::{Backend, StoreConfig};
use crate::failure::Failure;
use crate::migrations::{Migrations, Migrator};

pub(crate) struct Pools {
    pub write: DatabaseConnection,
    pub read: DatabaseConnection,
}

pub(crate) async fn open(config: &StoreConfig, migrations: Migrations) -> Result<Pools> {
    let place = config.backend.place();
    let pools = match &config.backend {
        Backend::Sqlite { file } => sqlite(file, config.readers, migrations).await,
        Backend::Postgres { url, schema } => postgres(url, schema, config.connections, migrations).await,
    };
    pools.map_err(|error| match Failure::from(error).at(&place) {
        error if error.is(&kernel::reasons::INTERNAL) => Error::new(&kernel::reasons::UNAVAILABLE)
            .with("detail", format!("{place} cannot be opened: {}", cause(&error)))
            .caused_by(error),
        error => error,
    })
}

/// The innermost cause: what the operator can do something about.
fn cause(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

async fn sqlite(file: &Path, readers: u32, migrations: Migrations) -> Result<Pools, DbErr> {
    let connect = |readers: Option<u32>| {
        let mut options = ConnectOptions::new("sqlite::memory:");
        let file = file.to_owned();
        options
            .max_connections(readers.unwrap_or(1))
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(move |_| {
                use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
                let options = SqliteConnectOptions::new()
                    .filename(&file)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(5))
                    .foreign_keys(true);
                if readers.is_some() {
                    options.pragma("query_only", "ON")
                } else {
                    options
                }
            });
        Database::connect(options)
    };
    let write = connect(None).await?;
    migrate(&write, migrations, None).await?;
    Ok(Pools {
        read: connect(Some(readers)).await?,
        write,
    })
}

async fn postgres(url: &str, schema: &str, connections: u32, migrations: Migrations) -> Result<Pools, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .set_schema_search_path(schema.to_owned());
    let pool = Database::connect(options).await?;
    migrate(&pool, migrations, Some(schema)).await?;
    Ok(Pools {
        write: pool.clone(),
        read: pool,
    })
}

/// Several processes may start at once: the first one in migrates, the others find it done.
#[expect(clippy::disallowed_methods, reason = "migrations run before the store exists")]
async fn migrate(pool: &DatabaseConnection, migrations: Migrations, schema: Option<&str>) -> Result<(), DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = pool.begin_with_options(options).await?;
    if let Some(schema) = schema {
        let lock = "SELECT pg_advisory_xact_lock(hashtext($1))";
        let backend = transaction.get_database_backend();
        transaction
            .query_one_raw(Statement::from_sql_and_values(backend, lock, [schema.into()]))
            .await?;
        transaction
            .execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", schema.replace('"', "")))
            .await?;
    }
    Migrator(migrations).up(&transaction, None).await?;
    transaction.commit().await
}
