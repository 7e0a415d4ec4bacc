use std::fmt;
use std::path::PathBuf;

/// Where the process that is killed keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Keys, and the data where there is no other database.
    pub folder: PathBuf,
    /// A schema of a PostgreSQL server; absent on SQLite.
    pub database: Option<Database>,
}

/// A schema of a PostgreSQL server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// `postgres://…`.
    pub url: String,
    /// Its name.
    pub schema: String,
}

impl Database {
    /// What [`fmt::Display`] made.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (schema, url) = text.split_once(' ')?;
        Some(Self {
            url: url.to_owned(),
            schema: schema.to_owned(),
        })
    }
}

impl fmt::Display for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.schema, self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_told_to_another_process() {
        let database = Database {
            url: "postgres://yihe@127.0.0.1:5432/postgres".to_owned(),
            schema: "killed_1".to_owned(),
        };
        assert_eq!(Database::parse(&database.to_string()), Some(database));
        assert_eq!(Database::parse(""), None);
    }
}
