//! SQLite files copied while others write, all as they are at one instant.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kernel::{Error, Result, reasons};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, QueryResult, Statement};
use tokio::time::{Instant, sleep};
use yihe_kernel as kernel;

use crate::failure::{Failure, Trouble, trouble};

/// A writer that commits without rest leaves its lock for microseconds.
const TRY_EVERY: Duration = Duration::from_micros(300);

/// SQLite files in which nobody commits until this is thawed or dropped. What is there now is what a crash would leave.
pub struct Frozen {
    held: Vec<Held>,
}

struct Held {
    connection: DatabaseConnection,
    file: PathBuf,
    /// POSIX forgets all of a process's locks on a file when it closes any handle of it: these stay open as long as the locks count.
    _read: Vec<File>,
}

impl Frozen {
    /// Takes the write lock of each file, one after the other, and holds them all.
    ///
    /// # Errors
    /// `UNAVAILABLE` where a file is not free within `patience`; `STORAGE_BROKEN` where it is no database.
    pub async fn freeze(files: &[PathBuf], patience: Duration) -> Result<Self> {
        let until = Instant::now() + patience;
        let mut held = Vec::new();
        for file in files {
            let connection = connect(file).await.map_err(|error| failed(file, error))?;
            while let Err(error) = connection.execute_unprepared("BEGIN IMMEDIATE").await {
                if trouble(&error) != Trouble::Retry {
                    return Err(failed(file, error));
                }
                if Instant::now() > until {
                    let detail = format!("{} is written to without rest: try again later", file.display());
                    return Err(Error::new(&reasons::UNAVAILABLE).with("detail", detail));
                }
                sleep(TRY_EVERY).await;
            }
            held.push(Held {
                connection,
                file: file.clone(),
                _read: Vec::new(),
            });
        }
        Ok(Self { held })
    }

    /// Copies every file, with what is committed and not yet in it, into a folder.
    ///
    /// # Errors
    /// A file cannot be read or its copy not be written.
    pub fn copy_into(&mut self, folder: &Path) -> io::Result<()> {
        for held in &mut self.held {
            let name = held.file.file_name().unwrap_or_default();
            for suffix in ["", "-wal"] {
                let (mut from, mut to) = (held.file.clone().into_os_string(), folder.join(name).into_os_string());
                from.push(suffix);
                to.push(suffix);
                let source = match File::open(&from) {
                    Ok(source) => source,
                    Err(error) if suffix == "-wal" && error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                };
                let copied = io::copy(&mut &source, &mut File::create_new(&to)?);
                held._read.push(source);
                copied?;
            }
        }
        Ok(())
    }

    /// Lets others write again.
    ///
    /// # Errors
    /// The database's.
    pub async fn thaw(self) -> Result<()> {
        for held in self.held {
            let ended = held.connection.execute_unprepared("ROLLBACK").await;
            ended.map_err(|error| failed(&held.file, error))?;
            let closed = held.connection.close().await;
            closed.map_err(|error| failed(&held.file, error))?;
        }
        Ok(())
    }
}

/// A SQLite file that nobody else uses, such as a copy.
pub struct Copy {
    connection: DatabaseConnection,
    file: PathBuf,
}

impl Copy {
    /// Opens it.
    ///
    /// # Errors
    /// `STORAGE_BROKEN` where it is no database.
    pub async fn open(file: &Path) -> Result<Self> {
        Ok(Self {
            connection: connect(file).await.map_err(|error| failed(file, error))?,
            file: file.to_owned(),
        })
    }

    /// Makes one file of it and its log, and looks at every page.
    ///
    /// # Errors
    /// `STORAGE_BROKEN` where it is damaged.
    pub async fn settle(&self) -> Result<()> {
        self.texts("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        self.texts("PRAGMA journal_mode = DELETE").await?;
        let found = self.texts("PRAGMA integrity_check").await?;
        if found.iter().flatten().eq(["ok"]) {
            return Ok(());
        }
        Err(Error::new(&reasons::STORAGE_BROKEN)
            .with("file", self.file.display())
            .caused_by(found.concat().join("; ")))
    }

    /// The migrations that have run, in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn migrations(&self) -> Result<Vec<String>> {
        let rows = self
            .texts("SELECT version FROM seaql_migrations ORDER BY version")
            .await?;
        Ok(rows.concat())
    }

    /// The texts in the rows of a query; what is no text counts as none.
    ///
    /// # Errors
    /// The database's.
    pub async fn texts(&self, sql: &str) -> Result<Vec<Vec<String>>> {
        let statement = Statement::from_string(self.connection.get_database_backend(), sql);
        let rows = self.connection.query_all_raw(statement).await;
        let rows = rows.map_err(|error| failed(&self.file, error))?;
        Ok(rows.iter().map(texts_of).collect())
    }

    /// Closes it, so that nothing lies beside it any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(self) -> Result<()> {
        let closed = self.connection.close().await;
        closed.map_err(|error| failed(&self.file, error))
    }
}

fn texts_of(row: &QueryResult) -> Vec<String> {
    (0..row.column_names().len())
        .filter_map(|place| row.try_get_by_index(place).ok())
        .collect()
}

pub(crate) async fn connect(file: &Path) -> std::result::Result<DatabaseConnection, DbErr> {
    let file = file.to_owned();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |_| {
            sea_orm::sqlx::sqlite::SqliteConnectOptions::new()
                .filename(&file)
                .create_if_missing(false)
                .busy_timeout(Duration::ZERO)
        });
    Database::connect(options).await
}

fn failed(file: &Path, error: DbErr) -> Error {
    Failure::from(error).at(&file.display().to_string())
}
