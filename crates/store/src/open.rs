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
use crate::failure::{Failure, Trouble, trouble};
use crate::migrations::{Migrations, Migrator};
use crate::schema::{server, standing};

pub(crate) struct Pools {
    pub write: DatabaseConnection,
    pub read: DatabaseConnection,
}

pub(crate) async fn open(config: &StoreConfig, migrations: Migrations) -> Result<Pools> {
    let pools = match &config.backend {
        Backend::Sqlite { file } => sqlite(file, config, migrations).await,
        Backend::Postgres { url, schema } => postgres(url, schema, config, migrations).await,
    };
    pools.map_err(|failure| failed(failure, &config.backend))
}

/// Names the place, and what can be done.
pub(crate) fn failed(failure: Failure, backend: &Backend) -> Error {
    let place = backend.place();
    let advice = match backend {
        Backend::Sqlite { .. } => "",
        Backend::Postgres { .. } => "; start the server or correct database.url",
    };
    let away = matches!(&failure, Failure::Database(error) if trouble(error) == Trouble::Away);
    match failure.at(&place) {
        error if away || error.is(&kernel::reasons::INTERNAL) => Error::new(&kernel::reasons::UNAVAILABLE)
            .with("detail", format!("{place} cannot be opened: {}{advice}", cause(&error)))
            .caused_by(error),
        error => error,
    }
}

/// The innermost cause: what the operator can do something about.
fn cause(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

async fn sqlite(file: &Path, config: &StoreConfig, migrations: Migrations) -> Result<Pools, Failure> {
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
    migrate(&write, migrations, config, None).await?;
    Ok(Pools {
        read: connect(Some(config.readers)).await?,
        write,
    })
}

async fn postgres(url: &str, schema: &str, config: &StoreConfig, migrations: Migrations) -> Result<Pools, Failure> {
    let pool = postgres_pool(config, url, schema).await?;
    server(&pool, &config.backend.place()).await?;
    migrate(&pool, migrations, config, Some(schema)).await?;
    Ok(Pools {
        write: pool.clone(),
        read: pool,
    })
}

pub(crate) async fn postgres_pool(config: &StoreConfig, url: &str, schema: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(config.connections)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .set_schema_search_path(schema.to_owned());
    if let Some(longest) = config.statement_timeout {
        options.statement_timeout(longest);
    }
    Database::connect(options).await
}

/// Several processes may start at once: the first one in migrates, the others find it done.
#[expect(clippy::disallowed_methods, reason = "migrations run before the store exists")]
async fn migrate(
    pool: &DatabaseConnection,
    migrations: Migrations,
    config: &StoreConfig,
    schema: Option<&str>,
) -> Result<(), Failure> {
    let place = config.backend.place();
    if !config.migrate {
        // whoever may not change tables may not lock and make them either
        return standing(pool, migrations).await?.accept(&place, false);
    }
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = pool.begin_with_options(options).await?;
    if let Some(schema) = schema {
        // a large table takes its time
        transaction
            .execute_unprepared("SET LOCAL statement_timeout = 0")
            .await?;
        let lock = "SELECT pg_advisory_xact_lock(hashtext($1))";
        let backend = transaction.get_database_backend();
        transaction
            .query_one_raw(Statement::from_sql_and_values(backend, lock, [schema.into()]))
            .await?;
        transaction
            .execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", schema.replace('"', "")))
            .await?;
    }
    standing(&transaction, migrations).await?.accept(&place, true)?;
    Migrator(migrations).up(&transaction, None).await?;
    Ok(transaction.commit().await?)
}
