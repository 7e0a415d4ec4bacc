//! The same count as one query.

use anyhow::{Context, Result};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, QueryResult, Statement, Value,
};
use yihe_tally::{RegisterUnit, UnitBallot};

const TABLES: [&str; 2] = [
    "CREATE TABLE unit (id TEXT PRIMARY KEY, head TEXT NOT NULL, area INTEGER NOT NULL, nominee TEXT) WITHOUT ROWID",
    "CREATE TABLE ballot (unit TEXT, cast_by TEXT, choice TEXT NOT NULL, PRIMARY KEY (unit, cast_by)) WITHOUT ROWID",
];

const COUNT: &str = "\
    WITH by_unit AS ( \
        SELECT u.head, u.area, min(b.choice) AS least, max(b.choice) AS most \
        FROM unit u LEFT JOIN ballot b ON b.unit = u.id AND (u.nominee IS NULL OR b.cast_by = u.nominee) \
        GROUP BY u.id \
    ), by_head AS ( \
        SELECT sum(area) AS area, min(least) AS least, max(most) AS most, max(coalesce(least <> most, 0)) AS disagree \
        FROM by_unit GROUP BY head \
    ) \
    SELECT count(*) AS heads, sum(area) AS area, \
        sum(least IS NOT NULL AND NOT disagree) AS cast_heads, \
        sum(CASE WHEN least IS NOT NULL AND NOT disagree THEN area ELSE 0 END) AS cast_area, \
        sum(NOT disagree AND least = 'YES' AND most = 'YES') AS yes_heads, \
        sum(CASE WHEN NOT disagree AND least = 'YES' AND most = 'YES' THEN area ELSE 0 END) AS yes_area \
    FROM by_head";

const ROWS_AT_ONCE: usize = 500;

pub struct Peer {
    connection: DatabaseConnection,
}

impl Peer {
    /// Fills a database in memory; not measured.
    pub async fn load(units: &[RegisterUnit], ballots: &[UnitBallot]) -> Result<Self> {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1).sqlx_logging(false);
        let connection = Database::connect(options).await?;
        let peer = Self { connection };
        for table in TABLES {
            peer.execute(table, Vec::new()).await?;
        }
        for units in units.chunks(ROWS_AT_ONCE) {
            let mut values: Vec<Value> = Vec::new();
            for unit in units {
                let nominee = unit.nominee.as_ref().map(|nominee| nominee.as_str().to_owned());
                values.push(unit.id.clone().into());
                values.push(unit.head.as_str().to_owned().into());
                values.push(i64::try_from(unit.area)?.into());
                values.push(nominee.into());
            }
            let rows = vec!["(?, ?, ?, ?)"; units.len()].join(", ");
            peer.execute(&format!("INSERT INTO unit VALUES {rows}"), values).await?;
        }
        for ballots in ballots.chunks(ROWS_AT_ONCE) {
            let mut values: Vec<Value> = Vec::new();
            for ballot in ballots {
                values.push(ballot.unit.clone().into());
                values.push(ballot.cast_by.as_str().to_owned().into());
                values.push(ballot.choice.code().into());
            }
            let rows = vec!["(?, ?, ?)"; ballots.len()].join(", ");
            peer.execute(&format!("INSERT INTO ballot VALUES {rows}"), values)
                .await?;
        }
        Ok(peer)
    }

    /// Heads and area of all, of those who take part, and of those in favour.
    pub async fn count(&self) -> Result<[(u64, u64); 3]> {
        let query = Statement::from_string(DbBackend::Sqlite, COUNT);
        let row = self.connection.query_one_raw(query).await?.context("no sums")?;
        Ok([
            pair(&row, "heads", "area")?,
            pair(&row, "cast_heads", "cast_area")?,
            pair(&row, "yes_heads", "yes_area")?,
        ])
    }

    async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<()> {
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        self.connection.execute_raw(statement).await?;
        Ok(())
    }
}

fn pair(row: &QueryResult, heads: &str, area: &str) -> Result<(u64, u64)> {
    let number = |column: &str| -> Result<u64> { Ok(u64::try_from(row.try_get::<i64>("", column)?)?) };
    Ok((number(heads)?, number(area)?))
}
