//! Divisions.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_kernel::RegionCode;
use yihe_store::Failure;

use crate::domain::region::Region;
use crate::store::code;
use crate::store::entity::region::{Column, Entity, Model};

// no tree of divisions is deeper than its five levels; more would be a cycle
const DEEPEST: usize = 8;

fn read(row: Model) -> Result<Region, Failure> {
    let parent = row.parent.as_deref().map(code).transpose()?;
    Ok(Region {
        code: code(&row.code)?,
        parent,
        display_name: row.display_name,
    })
}

/// One division.
pub async fn find<C: ConnectionTrait>(connection: &C, code: &RegionCode) -> Result<Option<Region>, Failure> {
    Entity::find_by_id(code.as_str())
        .one(connection)
        .await?
        .map(read)
        .transpose()
}

/// The divisions directly below one, or the provinces, by code.
pub async fn children<C: ConnectionTrait>(
    connection: &C,
    parent: Option<&RegionCode>,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Region>, Failure> {
    let mut query = Entity::find().filter(match parent {
        Some(parent) => Column::Parent.eq(parent.as_str()),
        None => Column::Parent.is_null(),
    });
    if let Some(after) = after {
        query = query.filter(Column::Code.gt(after));
    }
    query
        .order_by_asc(Column::Code)
        .limit(limit)
        .all(connection)
        .await?
        .into_iter()
        .map(read)
        .collect()
}

/// Codes of the divisions directly below any of these.
pub async fn directly_below<C: ConnectionTrait>(
    connection: &C,
    parents: &[RegionCode],
) -> Result<Vec<RegionCode>, Failure> {
    let mut found = Vec::new();
    // SQLite takes 32,766 values a statement
    for parents in parents.chunks(10_000) {
        let rows: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Code)
            .filter(Column::Parent.is_in(parents.iter().map(RegionCode::as_str)))
            .into_tuple()
            .all(connection)
            .await?;
        for row in rows {
            found.push(code(&row)?);
        }
    }
    Ok(found)
}

/// A division's code and those of its recorded ancestors, up to the province.
pub async fn lineage<C: ConnectionTrait>(connection: &C, code: &RegionCode) -> Result<Vec<RegionCode>, Failure> {
    let mut lineage = vec![code.clone()];
    let mut next = Some(code.clone());
    while let Some(code) = next.take() {
        let parent = find(connection, &code).await?.and_then(|region| region.parent);
        if let Some(parent) = parent.filter(|_| lineage.len() < DEEPEST) {
            lineage.push(parent.clone());
            next = Some(parent);
        }
    }
    Ok(lineage)
}
