//! Communities and the sequence of their authority.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use yihe_kernel::{CommunityId, CommunityName, Error, RegionCode, Timestamp};
use yihe_store::Failure;

use crate::domain::community::Community;
use crate::reasons;
use crate::store::entity::community::{ActiveModel, Column, Entity, Model};
use crate::store::{Writing, code, one};

fn read(row: Model) -> Result<Community, Failure> {
    Ok(Community {
        id: code(&row.code)?,
        region: code(&row.region)?,
        display_name: row.display_name,
        party_committee: row.party_committee.into(),
        authority_sequence: u64::try_from(row.authority_sequence).unwrap_or(0),
        time_zone: row.time_zone,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// One community.
pub async fn find<C: ConnectionTrait>(connection: &C, id: &CommunityId) -> Result<Option<Community>, Failure> {
    Entity::find_by_id(id.as_str())
        .one(connection)
        .await?
        .map(read)
        .transpose()
}

/// One community that must be active.
pub async fn require<C: ConnectionTrait>(connection: &C, id: &CommunityId) -> Result<Community, Failure> {
    find(connection, id).await?.ok_or_else(|| unknown(id))
}

/// One community that must be active, held against every other command that checks before it writes in it.
pub async fn lock(writing: &Writing<'_>, id: &CommunityId) -> Result<Community, Failure> {
    let row = Entity::find_by_id(id.as_str())
        .lock_exclusive()
        .one(writing.tx())
        .await?;
    row.map(read).transpose()?.ok_or_else(|| unknown(id))
}

fn unknown(id: &CommunityId) -> Failure {
    Error::new(&reasons::COMMUNITY_NOT_FOUND)
        .with("name", CommunityName { community: id.clone() })
        .into()
}

/// Communities by code.
pub async fn list<C: ConnectionTrait>(
    connection: &C,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Community>, Failure> {
    let mut query = Entity::find();
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

/// The communities on these divisions, by code.
pub async fn on<C: ConnectionTrait>(connection: &C, divisions: &[RegionCode]) -> Result<Vec<CommunityId>, Failure> {
    let mut found = Vec::new();
    // SQLite takes 32,766 values a statement
    for divisions in divisions.chunks(10_000) {
        let rows: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Code)
            .filter(Column::Region.is_in(divisions.iter().map(RegionCode::as_str)))
            .into_tuple()
            .all(connection)
            .await?;
        for row in rows {
            found.push(code(&row)?);
        }
    }
    found.sort();
    Ok(found)
}

/// Every community's authority sequence.
pub async fn sequences<C: ConnectionTrait>(connection: &C) -> Result<Vec<(CommunityId, u64)>, Failure> {
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::Code)
        .column(Column::AuthoritySequence)
        .into_tuple()
        .all(connection)
        .await?;
    rows.into_iter()
        .map(|(id, sequence)| Ok((code(&id)?, u64::try_from(sequence).unwrap_or(0))))
        .collect()
}

/// Adds a community.
pub async fn insert(writing: &Writing<'_>, community: &Community) -> Result<(), Failure> {
    let row = ActiveModel {
        code: ActiveValue::Set(community.id.to_string()),
        region: ActiveValue::Set(community.region.to_string()),
        display_name: ActiveValue::Set(community.display_name.clone()),
        party_committee: ActiveValue::Set(community.party_committee.uuid()),
        authority_sequence: ActiveValue::Set(i64::try_from(community.authority_sequence).unwrap_or(i64::MAX)),
        time_zone: ActiveValue::Set(community.time_zone.clone()),
        created_at: ActiveValue::Set(community.created_at.micros()),
    };
    Entity::insert(row).exec_without_returning(writing.tx()).await?;
    Ok(())
}

/// Notes a change that bears on authority; returns the new sequence.
pub async fn authority_changed(writing: &Writing<'_>, id: &CommunityId) -> Result<u64, Failure> {
    advance(writing.tx(), id).await
}

/// The same for the importer, which is no caller's command.
pub async fn advance<C: ConnectionTrait>(tx: &C, id: &CommunityId) -> Result<u64, Failure> {
    let next = Expr::col(Column::AuthoritySequence).add(1);
    let updated = Entity::update_many()
        .col_expr(Column::AuthoritySequence, next)
        .filter(Column::Code.eq(id.as_str()))
        .exec(tx)
        .await?;
    one(updated.rows_affected, "authority sequence")?;
    Ok(require(tx, id).await?.authority_sequence)
}
