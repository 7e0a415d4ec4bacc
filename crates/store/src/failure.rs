use kernel::{Error, reasons};
use sea_orm::{DbErr, RuntimeErr, SqlxError};
use yihe_kernel as kernel;

/// Why a transaction or a read did not come out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The domain refused; nothing was written.
    #[error(transparent)]
    Refused(#[from] Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// What can be done about a database failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Run the transaction again.
    Retry,
    /// The disk is full.
    Full,
    /// The file is damaged or no database.
    Broken,
    /// A row that must be unique exists.
    Unique,
    /// The database does not answer, or went away under way: what was asked for may have happened.
    Away,
    /// Anything else.
    Other,
}

pub(crate) const FULL_MARK: &str = "disk full: ";
pub(crate) const BROKEN_MARK: &str = "damaged file: ";

const AWAY: &str = "the database does not answer";

pub(crate) fn trouble(error: &DbErr) -> Trouble {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return Trouble::Away;
    }
    let (DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
    else {
        return Trouble::Other;
    };
    let Some(database) = cause.as_database_error() else {
        return match cause.as_ref() {
            SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => {
                Trouble::Away
            }
            _ => Trouble::Other,
        };
    };
    if database.is_unique_violation() {
        return Trouble::Unique;
    }
    let code = database.code().unwrap_or_default();
    match code.as_ref() {
        "40001" | "40P01" => return Trouble::Retry,
        "53100" => return Trouble::Full,
        "XX001" | "XX002" => return Trouble::Broken,
        // it stops, crashes, starts, or has no room for one more connection
        "57P01" | "57P02" | "57P03" | "53300" => return Trouble::Away,
        code if code.starts_with("08") => return Trouble::Away,
        _ => {}
    }
    // SQLite reports extended codes; the primary one is the low byte
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(5) => Trouble::Retry,
        Ok(13) => Trouble::Full,
        Ok(11 | 26) => Trouble::Broken,
        _ => Trouble::Other,
    }
}

impl Failure {
    /// Whether a unique row existed already.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(error) if trouble(error) == Trouble::Unique)
    }

    /// Names the file in failures of the disk, which the operator must learn of in plain words.
    pub(crate) fn at(self, place: &str) -> Error {
        match self {
            Self::Refused(error) => error,
            Self::Database(error) => match trouble(&error) {
                Trouble::Full => Error::new(&reasons::STORAGE_FULL).with("file", place).caused_by(error),
                Trouble::Broken => Error::new(&reasons::STORAGE_BROKEN)
                    .with("file", place)
                    .caused_by(error),
                Trouble::Retry => Error::new(&reasons::UNAVAILABLE)
                    .with("detail", "the database is busy")
                    .caused_by(error),
                Trouble::Unique | Trouble::Away | Trouble::Other => Self::Database(error).into(),
            },
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error,
            Failure::Database(DbErr::Custom(text)) => {
                if let Some(file) = text.strip_prefix(FULL_MARK) {
                    Self::new(&reasons::STORAGE_FULL).with("file", file)
                } else if let Some(file) = text.strip_prefix(BROKEN_MARK) {
                    Self::new(&reasons::STORAGE_BROKEN).with("file", file)
                } else {
                    Self::internal(text)
                }
            }
            Failure::Database(error) if trouble(&error) == Trouble::Away => {
                Self::new(&reasons::UNAVAILABLE).with("detail", AWAY).caused_by(error)
            }
            Failure::Database(error) => Self::internal(error),
        }
    }
}

impl From<Failure> for tonic::Status {
    fn from(failure: Failure) -> Self {
        Error::from(failure).into()
    }
}
