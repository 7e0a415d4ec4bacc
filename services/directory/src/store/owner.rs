//! Owners of registers, who signs in as them, and the codes by which they come to.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use subtle::ConstantTimeEq;
use yihe_kernel::{CommunityId, OwnerId, Timestamp, UnitId, UserId};
use yihe_proto::directory::v1::OwnerType;
use yihe_store::Failure;

use crate::domain::names::{CompoundName, OwnerName};
use crate::domain::owner::{Claim, Owner};
use crate::domain::register::PlannedOwner;
use crate::store::entity::{owner_claim, register_owner, register_share, register_unit};
use crate::store::register::ROWS_A_STATEMENT;
use crate::store::{Writing, after_id, code, instant, one};

fn read(row: &register_owner::Model) -> Result<Owner, Failure> {
    let unknown = |_| DbErr::Custom(format!("unknown type of owner {}", row.owner_type));
    Ok(Owner {
        community: code(&row.community)?,
        compound: row.compound.into(),
        id: row.id.into(),
        owner_type: OwnerType::try_from(row.owner_type).map_err(unknown)?,
        in_register: row.until.is_none(),
        user: row.user.map(UserId::from),
        linked_at: instant(row.linked_at),
    })
}

/// One owner, also one that the present revision no longer has.
pub async fn find<C: ConnectionTrait>(connection: &C, name: &OwnerName) -> Result<Option<Owner>, Failure> {
    let key = (name.community.to_string(), name.compound.uuid(), name.owner.uuid());
    let found = register_owner::Entity::find_by_id(key).one(connection).await?;
    found.as_ref().map(read).transpose()
}

/// Owners of the present revision, in the order they were first registered; all of them without a limit.
pub async fn list<C: ConnectionTrait>(
    connection: &C,
    compound: &CompoundName,
    after: Option<&str>,
    limit: Option<u64>,
) -> Result<Vec<Owner>, Failure> {
    use register_owner::Column;
    let mut query = register_owner::Entity::find()
        .filter(Column::Community.eq(compound.community.as_str()))
        .filter(Column::Compound.eq(compound.compound.uuid()))
        .filter(Column::Until.is_null());
    if let Some(after) = after_id(after)? {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.order_by_asc(Column::Id).limit(limit).all(connection).await?;
    rows.iter().map(read).collect()
}

/// Who signs in as each of these owners now.
pub async fn users<C: ConnectionTrait>(
    connection: &C,
    compound: &CompoundName,
    owners: &[OwnerId],
) -> Result<HashMap<OwnerId, UserId>, Failure> {
    use register_owner::Column;
    let mut users = HashMap::new();
    for owners in owners.chunks(10_000) {
        let rows = register_owner::Entity::find()
            .filter(Column::Community.eq(compound.community.as_str()))
            .filter(Column::Compound.eq(compound.compound.uuid()))
            .filter(Column::Id.is_in(owners.iter().map(|id| id.uuid())))
            .filter(Column::User.is_not_null())
            .all(connection)
            .await?;
        let linked = rows
            .into_iter()
            .filter_map(|row| Some((OwnerId::from(row.id), UserId::from(row.user?))));
        users.extend(linked);
    }
    Ok(users)
}

/// The owners that a person signs in as, in all communities.
pub async fn of_user<C: ConnectionTrait>(connection: &C, user: UserId) -> Result<Vec<Owner>, Failure> {
    use register_owner::Column;
    let query = register_owner::Entity::find().filter(Column::User.eq(user.uuid()));
    let query = query.order_by_asc(Column::Community).order_by_asc(Column::Id);
    query.all(connection).await?.iter().map(read).collect()
}

/// A community's owners who sign in.
pub async fn linked<C: ConnectionTrait>(connection: &C, community: &CommunityId) -> Result<Vec<Owner>, Failure> {
    use register_owner::Column;
    let query = register_owner::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::User.is_not_null());
    let query = query.order_by_asc(Column::Compound).order_by_asc(Column::Id);
    query.all(connection).await?.iter().map(read).collect()
}

/// The units of the present revision that each of these owners owns or has a share of.
pub async fn units<C: ConnectionTrait>(
    connection: &C,
    compound: &CompoundName,
    owners: &[OwnerId],
) -> Result<HashMap<OwnerId, Vec<UnitId>>, Failure> {
    use {register_share as share, register_unit as unit};
    let shares = share::Entity::find()
        .filter(share::Column::Community.eq(compound.community.as_str()))
        .filter(share::Column::Compound.eq(compound.compound.uuid()))
        .filter(share::Column::Owner.is_in(owners.iter().map(|id| id.uuid())))
        .order_by_asc(share::Column::Unit)
        .all(connection)
        .await?;
    let mut standing = HashMap::new();
    let mut ids: Vec<_> = shares.iter().map(|share| share.unit).collect();
    ids.dedup();
    for ids in ids.chunks(10_000) {
        let rows: Vec<(uuid::Uuid, i64)> = unit::Entity::find()
            .select_only()
            .column(unit::Column::Id)
            .column(unit::Column::Since)
            .filter(unit::Column::Community.eq(compound.community.as_str()))
            .filter(unit::Column::Compound.eq(compound.compound.uuid()))
            .filter(unit::Column::Until.is_null())
            .filter(unit::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(connection)
            .await?;
        standing.extend(rows);
    }
    let mut units: HashMap<OwnerId, Vec<UnitId>> = HashMap::new();
    for share in shares {
        if standing.get(&share.unit) == Some(&share.since) {
            units.entry(share.owner.into()).or_default().push(share.unit.into());
        }
    }
    Ok(units)
}

/// Adds owners that stand from a revision on.
pub async fn insert(
    writing: &Writing<'_>,
    compound: &CompoundName,
    owners: &[&PlannedOwner],
    revision: i64,
) -> Result<(), Failure> {
    let row = |owner: &&PlannedOwner| register_owner::ActiveModel {
        community: ActiveValue::Set(compound.community.to_string()),
        compound: ActiveValue::Set(compound.compound.uuid()),
        id: ActiveValue::Set(owner.id.uuid()),
        owner_type: ActiveValue::Set(owner.draft.owner_type.into()),
        since: ActiveValue::Set(revision),
        until: ActiveValue::Set(None),
        user: ActiveValue::Set(None),
        linked_at: ActiveValue::Set(None),
    };
    for owners in owners.chunks(ROWS_A_STATEMENT) {
        register_owner::Entity::insert_many(owners.iter().map(row))
            .exec_without_returning(writing.tx())
            .await?;
    }
    Ok(())
}

fn of(name: &OwnerName) -> Condition {
    use register_owner::Column;
    Condition::all()
        .add(Column::Community.eq(name.community.as_str()))
        .add(Column::Compound.eq(name.compound.uuid()))
        .add(Column::Id.eq(name.owner.uuid()))
}

/// Writes what an owner is.
pub async fn set_type(writing: &Writing<'_>, name: &OwnerName, owner_type: OwnerType) -> Result<(), Failure> {
    let updated = register_owner::Entity::update_many()
        .col_expr(register_owner::Column::OwnerType, Expr::value(i32::from(owner_type)))
        .filter(of(name))
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "owner")
}

/// Writes who signs in as an owner from now on.
pub async fn link(writing: &Writing<'_>, name: &OwnerName, user: Option<UserId>) -> Result<(), Failure> {
    use register_owner::Column;
    let linked_at = user.map(|_| writing.now.micros());
    let updated = register_owner::Entity::update_many()
        .col_expr(Column::User, Expr::value(user.map(UserId::uuid)))
        .col_expr(Column::LinkedAt, Expr::value(linked_at))
        .filter(of(name))
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "owner")
}

/// Ends owners that a revision no longer has, and with them their links and codes.
pub async fn end(
    writing: &Writing<'_>,
    compound: &CompoundName,
    owners: &[OwnerId],
    revision: i64,
) -> Result<(), Failure> {
    use register_owner::Column;
    for owners in owners.chunks(10_000) {
        let ids = || owners.iter().map(|id| id.uuid());
        register_owner::Entity::update_many()
            .col_expr(Column::Until, Expr::value(revision))
            .col_expr(Column::User, Expr::value(None::<uuid::Uuid>))
            .col_expr(Column::LinkedAt, Expr::value(None::<i64>))
            .filter(Column::Community.eq(compound.community.as_str()))
            .filter(Column::Compound.eq(compound.compound.uuid()))
            .filter(Column::Id.is_in(ids()))
            .exec(writing.tx())
            .await?;
        owner_claim::Entity::delete_many()
            .filter(owner_claim::Column::Community.eq(compound.community.as_str()))
            .filter(owner_claim::Column::Compound.eq(compound.compound.uuid()))
            .filter(owner_claim::Column::Owner.is_in(ids()))
            .exec(writing.tx())
            .await?;
    }
    Ok(())
}

/// The claim whose code has this hash, if the code can be used.
pub async fn claim<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    code_hash: &[u8],
    now: Timestamp,
) -> Result<Option<Claim>, Failure> {
    use owner_claim::Column;
    let query = owner_claim::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::CodeHash.eq(code_hash.to_vec()));
    let found = query.one(connection).await?;
    let good = found.filter(|row| row.code_hash.as_slice().ct_eq(code_hash).into() && now.micros() < row.expires_at);
    let read = |row: owner_claim::Model| -> Result<Claim, Failure> {
        let owner = OwnerName {
            community: code(&row.community)?,
            compound: row.compound.into(),
            owner: row.owner.into(),
        };
        Ok(Claim {
            owner,
            code_hash: row.code_hash,
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    };
    good.map(read).transpose()
}

/// Writes an owner's claim in place of an earlier one.
pub async fn put_claim(writing: &Writing<'_>, claim: &Claim) -> Result<(), Failure> {
    use owner_claim::Column;
    let row = owner_claim::ActiveModel {
        community: ActiveValue::Set(claim.owner.community.to_string()),
        compound: ActiveValue::Set(claim.owner.compound.uuid()),
        owner: ActiveValue::Set(claim.owner.owner.uuid()),
        code_hash: ActiveValue::Set(claim.code_hash.clone()),
        expires_at: ActiveValue::Set(claim.expires_at.micros()),
    };
    let key = [Column::Community, Column::Compound, Column::Owner];
    owner_claim::Entity::insert(row)
        .on_conflict(
            OnConflict::columns(key)
                .update_columns([Column::CodeHash, Column::ExpiresAt])
                .to_owned(),
        )
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Takes a claim away: its code is used up.
pub async fn take_claim(writing: &Writing<'_>, claim: &Claim) -> Result<(), Failure> {
    use owner_claim::Column;
    let deleted = owner_claim::Entity::delete_many()
        .filter(Column::Community.eq(claim.owner.community.as_str()))
        .filter(Column::Compound.eq(claim.owner.compound.uuid()))
        .filter(Column::Owner.eq(claim.owner.owner.uuid()))
        .filter(Column::CodeHash.eq(claim.code_hash.clone()))
        .exec(writing.tx())
        .await?;
    one(deleted.rows_affected, "claim")
}
