use sea_orm::ConnectionTrait;
use yihe_kernel::CommunityId;
use yihe_store::Failure;

use super::row;
use crate::domain::{AccountKind, Unit};

/// One line of a trial balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What is counted.
    pub unit: Unit,
    /// The kind of the accounts.
    pub kind: AccountKind,
    /// How many there are.
    pub accounts: i64,
    /// What stands in them.
    pub balance: i64,
}

// one statement sees one state of the database, so that what moves meanwhile is in it on both sides or on none
const LINES: &str = "SELECT a.unit, a.kind, COUNT(DISTINCT a.id), CAST(SUM(b.settled) AS bigint) FROM account a \
     JOIN balance b ON b.community = a.community AND b.account = a.id WHERE a.community = $1 \
     GROUP BY a.unit, a.kind ORDER BY a.unit, a.kind";

/// What stands in all accounts of a community, by unit and kind.
pub async fn lines(conn: &impl ConnectionTrait, community: &CommunityId) -> Result<Vec<Line>, Failure> {
    let rows = row::all(conn, LINES, [community.as_str().into()]).await?;
    let line = |row: sea_orm::QueryResult| {
        let (unit, kind): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(Line {
            unit: row::read(Unit::from_code(&unit), "unit", &unit)?,
            kind: row::read(AccountKind::from_code(&kind), "kind", &kind)?,
            accounts: row.try_get_by_index(2)?,
            balance: row.try_get_by_index(3)?,
        })
    };
    rows.into_iter().map(line).collect()
}
