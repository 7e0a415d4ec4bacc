//! Party committees of regions, and the numbers of what changes the regions' authority.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use yihe_kernel::{Error, RegionCode, RegionName, Timestamp};
use yihe_store::Failure;

use crate::domain::region_committee::{RegionCommittee, is_administered};
use crate::reasons;
use crate::store::entity::region_authority as authority;
use crate::store::entity::region_committee::{ActiveModel, Column, Entity, Model};
use crate::store::{Writing, code, membership, region};

// SQLite takes 32,766 values a statement
const MOST_ROWS: usize = 10_000;

async fn read<C: ConnectionTrait>(connection: &C, row: Model) -> Result<RegionCommittee, Failure> {
    let organization = membership::find_organization(connection, row.organization.into()).await?;
    let lost = || {
        Error::internal(format!(
            "the organization of the committee of {} is missing",
            row.region
        ))
    };
    Ok(RegionCommittee {
        region: code(&row.region)?,
        organization: organization.ok_or_else(lost)?,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// A region's own committee.
pub async fn find<C: ConnectionTrait>(connection: &C, id: &RegionCode) -> Result<Option<RegionCommittee>, Failure> {
    match Entity::find_by_id(id.as_str()).one(connection).await? {
        Some(row) => read(connection, row).await.map(Some),
        None => Ok(None),
    }
}

/// A region's own committee, which must be there.
pub async fn require<C: ConnectionTrait>(connection: &C, id: &RegionCode) -> Result<RegionCommittee, Failure> {
    find(connection, id).await?.ok_or_else(|| missing(id))
}

/// A region's own committee, held against every other command that checks before it writes in it.
pub async fn lock(writing: &Writing<'_>, id: &RegionCode) -> Result<RegionCommittee, Failure> {
    let row = Entity::find_by_id(id.as_str())
        .lock_exclusive()
        .one(writing.tx())
        .await?;
    read(writing.tx(), row.ok_or_else(|| missing(id))?).await
}

fn missing(id: &RegionCode) -> Failure {
    let name = RegionName { region: id.clone() };
    Error::new(&reasons::REGION_COMMITTEE_MISSING).with("name", name).into()
}

/// The first of a lineage that has a committee: the one that administers.
pub async fn nearest<C: ConnectionTrait>(
    connection: &C,
    lineage: &[RegionCode],
) -> Result<Option<RegionCommittee>, Failure> {
    let rows = Entity::find()
        .filter(Column::Region.is_in(lineage.iter().map(RegionCode::as_str)))
        .all(connection)
        .await?;
    let place = |row: &Model| lineage.iter().position(|region| region.as_str() == row.region);
    match rows.into_iter().min_by_key(|row| place(row).unwrap_or(usize::MAX)) {
        Some(row) => read(connection, row).await.map(Some),
        None => Ok(None),
    }
}

/// Adds a committee.
pub async fn insert(writing: &Writing<'_>, committee: &RegionCommittee) -> Result<(), Failure> {
    let row = ActiveModel {
        region: ActiveValue::Set(committee.region.to_string()),
        organization: ActiveValue::Set(committee.organization.id.uuid()),
        created_at: ActiveValue::Set(committee.created_at.micros()),
    };
    Entity::insert(row).exec_without_returning(writing.tx()).await?;
    Ok(())
}

/// The sequences of all regions that have one.
pub async fn sequences<C: ConnectionTrait>(connection: &C) -> Result<Vec<(RegionCode, u64)>, Failure> {
    let query = authority::Entity::find().order_by_asc(authority::Column::Region);
    let rows = query.all(connection).await?;
    rows.into_iter()
        .map(|row| Ok((code(&row.region)?, u64::try_from(row.sequence).unwrap_or(0))))
        .collect()
}

/// A region's sequence; 0 where no committee has ever administered it.
pub async fn sequence<C: ConnectionTrait>(connection: &C, id: &RegionCode) -> Result<u64, Failure> {
    let row = authority::Entity::find_by_id(id.as_str()).one(connection).await?;
    Ok(row.map_or(0, |row| u64::try_from(row.sequence).unwrap_or(0)))
}

/// Notes a change that bears on the authority of a region with a committee, and of those below that it administers; returns
/// the region's new sequence.
pub async fn authority_changed(writing: &Writing<'_>, id: &RegionCode) -> Result<u64, Failure> {
    let below = below(writing.tx(), id).await?;
    advance(writing.tx(), &below.administered).await?;
    sequence(writing.tx(), id).await
}

/// Counts the sequences of these regions on.
pub async fn advance<C: ConnectionTrait>(tx: &C, regions: &[RegionCode]) -> Result<(), Failure> {
    let next = Expr::col((authority::Entity, authority::Column::Sequence)).add(1);
    let counted = OnConflict::column(authority::Column::Region)
        .value(authority::Column::Sequence, next)
        .to_owned();
    for regions in regions.chunks(MOST_ROWS) {
        authority::Entity::insert_many(regions.iter().map(first))
            .on_conflict(counted.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn first(region: &RegionCode) -> authority::ActiveModel {
    authority::ActiveModel {
        region: ActiveValue::Set(region.to_string()),
        sequence: ActiveValue::Set(1),
    }
}

/// What lies below a region, down to the next committees.
#[derive(Debug, Default)]
pub struct Below {
    /// The region itself, and those below without a committee of their own.
    pub administered: Vec<RegionCode>,
    /// Those directly below that have one.
    pub committees: Vec<RegionCode>,
    /// Divisions of communities.
    pub divisions: Vec<RegionCode>,
}

/// What lies below a region by the recorded tree.
pub async fn below<C: ConnectionTrait>(connection: &C, id: &RegionCode) -> Result<Below, Failure> {
    let mut found = Below {
        administered: vec![id.clone()],
        ..Below::default()
    };
    let mut above = vec![id.clone()];
    while !above.is_empty() {
        let (regions, divisions): (Vec<_>, Vec<_>) = region::directly_below(connection, &above)
            .await?
            .into_iter()
            .partition(is_administered);
        let own = with_committee(connection, &regions).await?;
        above = regions.into_iter().filter(|region| !own.contains(region)).collect();
        found.administered.extend_from_slice(&above);
        found.committees.extend(own);
        found.divisions.extend(divisions);
    }
    Ok(found)
}

async fn with_committee<C: ConnectionTrait>(
    connection: &C,
    regions: &[RegionCode],
) -> Result<Vec<RegionCode>, Failure> {
    let mut found = Vec::new();
    for regions in regions.chunks(MOST_ROWS) {
        let rows: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Region)
            .filter(Column::Region.is_in(regions.iter().map(RegionCode::as_str)))
            .into_tuple()
            .all(connection)
            .await?;
        for row in rows {
            found.push(code(&row)?);
        }
    }
    Ok(found)
}

/// Where the regions with a sequence stand in the tree.
pub async fn lineages<C: ConnectionTrait>(connection: &C) -> Result<Vec<(RegionCode, Vec<RegionCode>)>, Failure> {
    let mut lineages = Vec::new();
    for (id, _) in sequences(connection).await? {
        let lineage = region::lineage(connection, &id).await?;
        lineages.push((id, lineage));
    }
    Ok(lineages)
}

/// Counts on the regions that another tree moved, and begins to count those that came below a committee. `before` is what
/// [`lineages`] told of the old tree.
pub async fn tree_changed<C: ConnectionTrait>(tx: &C, before: &[(RegionCode, Vec<RegionCode>)]) -> Result<(), Failure> {
    let mut moved = Vec::new();
    for (id, old) in before {
        if region::lineage(tx, id).await? != *old {
            moved.push(id.clone());
        }
    }
    let rows: Vec<String> = Entity::find()
        .select_only()
        .column(Column::Region)
        .into_tuple()
        .all(tx)
        .await?;
    for row in rows {
        let below = below(tx, &code(&row)?).await?;
        let new = below
            .administered
            .into_iter()
            .filter(|id| before.binary_search_by(|(known, _)| known.cmp(id)).is_err());
        moved.extend(new);
    }
    advance(tx, &moved).await
}
