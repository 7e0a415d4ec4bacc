//! Whether a database and this program fit together.

use std::sync::Arc;

use kernel::{Error, Result, SharedClock, reasons};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use yihe_kernel as kernel;

use crate::config::{Backend, StoreConfig};
use crate::failure::Failure;
use crate::frozen::connect;
use crate::migrations::Migrations;
use crate::open::{failed, postgres_pool};

/// The oldest PostgreSQL, as the server tells its number.
const OLDEST: i32 = 150_000;

/// How the tables of a place stand to those of this program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Migrations that have not run yet.
    pub pending: Vec<String>,
    /// Migrations that have run and that this program does not know.
    pub unknown: Vec<String>,
}

/// What can be said of a place without changing it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// Version of the server; absent for a file.
    pub server: Option<String>,
    /// Microseconds by which the database's clock is ahead of this machine's; absent for a file.
    pub clock_ahead: Option<i64>,
    /// Its tables.
    pub standing: Standing,
}

/// Looks at the place of a service's data. What is not there yet is not made.
///
/// # Errors
/// `UNAVAILABLE` with what to do; `STORAGE_BROKEN` naming the file.
pub async fn examine(config: &StoreConfig, migrations: Migrations, clock: &SharedClock) -> Result<Examined> {
    let place = config.backend.place();
    let looked = async {
        let connection = match &config.backend {
            Backend::Sqlite { file } if !file.exists() => {
                let standing = compare(&[], migrations);
                return Ok(Examined {
                    standing,
                    ..Examined::default()
                });
            }
            Backend::Sqlite { file } => connect(file).await?,
            Backend::Postgres { url, schema } => postgres_pool(config, url, schema).await?,
        };
        let mut examined = Examined::default();
        if let Backend::Postgres { .. } = &config.backend {
            examined.server = Some(server(&connection, &place).await?);
            examined.clock_ahead = clock_ahead(&connection, clock).await?;
        }
        examined.standing = standing(&connection, migrations).await?;
        connection.close().await?;
        Ok::<_, Failure>(examined)
    };
    looked.await.map_err(|failure| failed(failure, &config.backend))
}

/// The server's version; an old one is refused.
pub(crate) async fn server(connection: &impl ConnectionTrait, place: &str) -> Result<String, Failure> {
    let sql = "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS name";
    let row = one(connection, sql).await?;
    let number: String = row.try_get("", "number")?;
    let name: String = row.try_get("", "name")?;
    if number.parse().unwrap_or(0) < OLDEST {
        let oldest = OLDEST / 10_000;
        let detail = format!("{place} is kept by PostgreSQL {name}: upgrade the server to {oldest} or later");
        return Err(Error::new(&reasons::UNAVAILABLE).with("detail", detail).into());
    }
    Ok(name)
}

/// Microseconds by which the database's clock is ahead; absent for a file.
pub(crate) async fn clock_ahead(connection: &impl ConnectionTrait, clock: &SharedClock) -> Result<Option<i64>, DbErr> {
    if connection.get_database_backend() == DbBackend::Sqlite {
        return Ok(None);
    }
    let before = clock.now();
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8 AS there";
    let there: i64 = one(connection, sql).await?.try_get("", "there")?;
    // it was read somewhere between
    let between = before.micros() + clock.now().micros_since(before) / 2;
    Ok(Some(there - between))
}

pub(crate) async fn standing(connection: &impl ConnectionTrait, migrations: Migrations) -> Result<Standing, DbErr> {
    let backend = connection.get_database_backend();
    let is_there = match backend {
        DbBackend::Sqlite => "SELECT name AS t FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
        _ => "SELECT to_regclass('seaql_migrations')::text AS t",
    };
    let found = connection
        .query_one_raw(Statement::from_string(backend, is_there))
        .await?;
    let found = found
        .map(|row| row.try_get::<Option<String>>("", "t"))
        .transpose()?
        .flatten();
    if found.is_none() {
        return Ok(compare(&[], migrations));
    }
    let sql = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = connection.query_all_raw(Statement::from_string(backend, sql)).await?;
    let ran: Result<Vec<String>, DbErr> = rows.iter().map(|row| row.try_get("", "version")).collect();
    Ok(compare(&ran?, migrations))
}

fn compare(ran: &[String], migrations: Migrations) -> Standing {
    let known: Vec<String> = migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    let without = |these: &[String], those: &[String]| {
        let missing = these.iter().filter(|migration| !those.contains(migration));
        missing.cloned().collect()
    };
    Standing {
        pending: without(&known, ran),
        unknown: without(ran, &known),
    }
}

impl Standing {
    /// Refuses tables that this program does not know, and those that are to be brought up to date by somebody else.
    pub(crate) fn accept(&self, place: &str, migrate: bool) -> Result<(), Failure> {
        let detail = match (self.unknown.first(), self.pending.first()) {
            (Some(newer), _) => format!(
                "{place} is newer than this program: it has {newer}, which yihe {} does not know; run the version that made it",
                env!("CARGO_PKG_VERSION")
            ),
            (None, Some(older)) if !migrate => {
                format!("{place} lacks {older}, and database.migrate is off: run `yihe migrate` as its owner first")
            }
            _ => return Ok(()),
        };
        Err(Error::new(&reasons::UNAVAILABLE).with("detail", detail).into())
    }
}

/// Lets a role read and write the rows of a service's tables, and nothing else.
///
/// # Errors
/// `UNAVAILABLE` with what the database says: no such role, for one.
pub async fn grant(config: &StoreConfig, role: &str) -> Result<()> {
    let Backend::Postgres { url, schema } = &config.backend else {
        let detail = "files have no roles: the owner of the folder may do everything";
        return Err(Error::new(&reasons::UNAVAILABLE).with("detail", detail));
    };
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let (schema_name, role) = (quoted(schema), quoted(role));
    let granted = async {
        let connection = postgres_pool(config, url, schema).await?;
        for statement in [
            format!("REVOKE ALL ON SCHEMA {schema_name} FROM PUBLIC"),
            format!("GRANT USAGE ON SCHEMA {schema_name} TO {role}"),
            format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema_name} TO {role}"),
            format!("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema_name} TO {role}"),
            // which migrations have run is told by who runs them
            format!("REVOKE INSERT, UPDATE, DELETE ON {schema_name}.seaql_migrations FROM {role}"),
        ] {
            connection.execute_unprepared(&statement).await?;
        }
        connection.close().await?;
        Ok::<_, Failure>(())
    };
    granted.await.map_err(|failure| failed(failure, &config.backend))
}

async fn one(connection: &impl ConnectionTrait, sql: &str) -> Result<sea_orm::QueryResult, DbErr> {
    let row = connection
        .query_one_raw(Statement::from_string(connection.get_database_backend(), sql))
        .await?;
    row.ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))
}

impl crate::Store {
    /// Microseconds by which the database's clock is ahead of the store's; absent where there is but one. Also tells whether the
    /// database answers.
    ///
    /// # Errors
    /// The database's.
    pub async fn clock_ahead(&self) -> Result<Option<i64>, Failure> {
        let reader = self.reader();
        if reader.get_database_backend() == DbBackend::Sqlite {
            one(reader, "SELECT 1 AS one").await?;
            return Ok(None);
        }
        Ok(clock_ahead(reader, &Arc::clone(self.clock())).await?)
    }
}
