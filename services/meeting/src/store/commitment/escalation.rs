use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_kernel::Timestamp;
use yihe_store::Failure;

use super::super::entity::commitment;
use super::super::row as columns;
use crate::names::{CommitmentId, CommitmentName};

/// Names of commitments of all communities that are to be taken a level up, longest due first.
pub async fn due(conn: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<CommitmentName>, Failure> {
    let rows: Vec<(String, uuid::Uuid)> = commitment::Entity::find()
        .select_only()
        .columns([commitment::Column::Community, commitment::Column::Id])
        .filter(commitment::Column::EscalatesAt.lte(now.micros()))
        .order_by_asc(commitment::Column::EscalatesAt)
        .order_by_asc(commitment::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    let named = rows.into_iter().map(|(community, id)| {
        Ok(CommitmentName {
            community: columns::community(&community)?,
            commitment: CommitmentId::from(id),
        })
    });
    named.collect()
}
