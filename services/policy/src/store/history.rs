use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_kernel::{Error, Result, Timestamp, reasons};
use yihe_store::Failure;

use super::entity::made_revision::{Column, Entity, Model};
use super::{number, sequence};
use crate::domain::place::{ChangeId, ChangeName, Place, RevisionName};

/// A revision of a place's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision {
    pub name: RevisionName,
    pub change: ChangeName,
    pub begun: i32,
    pub ended: i32,
    pub made_at: Timestamp,
}

fn read(place: &Place, row: &Model) -> Result<Revision, Failure> {
    Ok(Revision {
        name: RevisionName {
            place: place.clone(),
            number: sequence(row.number)?,
        },
        change: ChangeName {
            place: place.clone(),
            change: ChangeId::from(row.change),
        },
        begun: row.begun,
        ended: row.ended,
        made_at: Timestamp::from_micros(row.made_at),
    })
}

/// One revision.
pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    place: &Place,
    revision: u64,
) -> Result<Option<Revision>, Failure> {
    // no greater number was ever given
    let Ok(key) = number(revision) else { return Ok(None) };
    let row = Entity::find_by_id((place.code().to_owned(), key))
        .one(connection)
        .await?;
    row.map(|row| read(place, &row)).transpose()
}

/// The revisions of a place, the newest first.
pub(crate) async fn list<C: ConnectionTrait>(
    connection: &C,
    place: &Place,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Revision>, Failure> {
    let mut query = Entity::find().filter(Column::Domain.eq(place.code()));
    if let Some(after) = after {
        let after: i64 = after.parse().map_err(|_| Error::new(&reasons::PAGE_TOKEN_INVALID))?;
        query = query.filter(Column::Number.lt(after));
    }
    let rows = query.order_by_desc(Column::Number).limit(limit).all(connection).await?;
    rows.iter().map(|row| read(place, row)).collect()
}
