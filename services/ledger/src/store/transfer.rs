use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, FileId, Timestamp};
use yihe_store::{Failure, Tx};

use super::entity::{hold_end, transfer};
use super::row;
use crate::domain::{Hold, HoldEnd, Outcome, Serves, Transfer, TransferKind, Unit};
use crate::names::{AccountId, ClaimId, ProjectId, TransferId, TransferName};

/// One transfer and what became of it.
pub async fn find(conn: &impl ConnectionTrait, name: &TransferName) -> Result<Option<Hold>, Failure> {
    let key = (name.community.to_string(), name.transfer.uuid());
    let Some(row) = transfer::Entity::find_by_id(key.clone()).one(conn).await? else {
        return Ok(None);
    };
    let end = match row.expires_at {
        Some(_) => hold_end::Entity::find_by_id(key).one(conn).await?,
        None => None,
    };
    Ok(Some(Hold {
        transfer: row.try_into()?,
        end: end.map(HoldEnd::try_from).transpose()?,
    }))
}

/// The transfers made together, in their order, and what became of each.
pub async fn of_batch(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    batch: TransferId,
) -> Result<Vec<Hold>, Failure> {
    let rows = transfer::Entity::find()
        .filter(transfer::Column::Community.eq(community.as_str()))
        .filter(transfer::Column::Batch.eq(batch.uuid()))
        .order_by_asc(transfer::Column::Place)
        .all(conn)
        .await?;
    with_ends(conn, community, rows).await
}

/// Those of the transfers that are there, and what became of each, in no order.
pub async fn holds(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    transfers: Vec<Uuid>,
) -> Result<Vec<Hold>, Failure> {
    let rows = transfer::Entity::find()
        .filter(transfer::Column::Community.eq(community.as_str()))
        .filter(transfer::Column::Id.is_in(transfers))
        .all(conn)
        .await?;
    with_ends(conn, community, rows).await
}

async fn with_ends(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    rows: Vec<transfer::Model>,
) -> Result<Vec<Hold>, Failure> {
    let ids: Vec<Uuid> = rows
        .iter()
        .filter(|row| row.expires_at.is_some())
        .map(|row| row.id)
        .collect();
    let mut ends = Vec::new();
    if !ids.is_empty() {
        ends = hold_end::Entity::find()
            .filter(hold_end::Column::Community.eq(community.as_str()))
            .filter(hold_end::Column::Hold.is_in(ids))
            .all(conn)
            .await?;
    }
    rows.into_iter()
        .map(|row| {
            let end = ends.iter().find(|end| end.hold == row.id).cloned();
            Ok(Hold {
                transfer: row.try_into()?,
                end: end.map(HoldEnd::try_from).transpose()?,
            })
        })
        .collect()
}

/// The transfer that puts one right.
pub async fn correction_of(conn: &impl ConnectionTrait, name: &TransferName) -> Result<Option<TransferId>, Failure> {
    let row = transfer::Entity::find()
        .filter(transfer::Column::Community.eq(name.community.as_str()))
        .filter(transfer::Column::Corrects.eq(name.transfer.uuid()))
        .one(conn)
        .await?;
    Ok(row.map(|row| row.id.into()))
}

/// Adds transfers.
pub async fn insert(tx: &Tx, _by: &Authorized, transfers: &[Transfer]) -> Result<(), Failure> {
    let rows = transfers.iter().map(|transfer| transfer::ActiveModel {
        community: Set(transfer.name.community.to_string()),
        id: Set(transfer.name.transfer.uuid()),
        batch: Set(transfer.batch.uuid()),
        place: Set(transfer.place),
        debit: Set(transfer.debit.uuid()),
        credit: Set(transfer.credit.uuid()),
        unit: Set(transfer.unit.code().to_owned()),
        amount: Set(transfer.amount),
        kind: Set(transfer.kind.code().to_owned()),
        memo: Set(transfer.memo.clone()),
        voucher: Set(transfer.voucher.map(FileId::uuid)),
        expires_at: Set(row::micros(transfer.expires_at)),
        corrects: Set(transfer.corrects.map(TransferId::uuid)),
        creator: Set(transfer.creator.clone()),
        made_at: Set(transfer.made_at.micros()),
        project: Set(transfer.serves.project.map(ProjectId::uuid)),
        claim: Set(transfer.serves.claim.map(ClaimId::uuid)),
    });
    transfer::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

impl TryFrom<transfer::Model> for Transfer {
    type Error = Failure;

    fn try_from(row: transfer::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: TransferName {
                community: row::community(&row.community)?,
                transfer: TransferId::from(row.id),
            },
            batch: row.batch.into(),
            place: row.place,
            debit: AccountId::from(row.debit),
            credit: AccountId::from(row.credit),
            unit: row::read(Unit::from_code(&row.unit), "unit", &row.unit)?,
            amount: row.amount,
            kind: row::read(TransferKind::from_code(&row.kind), "kind", &row.kind)?,
            memo: row.memo,
            voucher: row.voucher.map(FileId::from),
            expires_at: row::instant(row.expires_at),
            corrects: row.corrects.map(TransferId::from),
            serves: Serves {
                project: row.project.map(ProjectId::from),
                claim: row.claim.map(ClaimId::from),
            },
            creator: row.creator,
            made_at: Timestamp::from_micros(row.made_at),
        })
    }
}

impl TryFrom<hold_end::Model> for HoldEnd {
    type Error = Failure;

    fn try_from(row: hold_end::Model) -> Result<Self, Failure> {
        Ok(Self {
            outcome: row::read(Outcome::from_code(&row.outcome), "outcome", &row.outcome)?,
            posted: row.posted,
            ended_at: Timestamp::from_micros(row.ended_at),
        })
    }
}
