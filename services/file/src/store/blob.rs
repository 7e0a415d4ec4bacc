//! Claims on bytes. A blob is free of doubt while a file needs it; otherwise it is reserved until an instant, after which the
//! sweep dooms it, removes the bytes, and forgets it.

use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, Timestamp};
use yihe_store::{Failure, Tx};

use super::entity::{blob, file};
use crate::domain::{Blob, Digest};

/// Reserves a place for bytes until an instant; false while the bytes that lie there are being removed.
pub async fn reserve(tx: &Tx, _by: &Authorized, blob: &Blob, until: Timestamp) -> Result<bool, Failure> {
    let row = blob::ActiveModel {
        community: Set(blob.community.to_string()),
        sha256: Set(blob.digest.to_string()),
        reserved_until_at: Set(Some(until.micros())),
        doomed_at: Set(None),
    };
    let key = [blob::Column::Community, blob::Column::Sha256];
    let inserted = blob::Entity::insert(row)
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    if inserted == 1 {
        return Ok(true);
    }
    // bytes that a file needs have no instant, and must not get one
    let set = blob::ActiveModel {
        reserved_until_at: Set(Some(until.micros())),
        ..Default::default()
    };
    let guard = Condition::all().add(blob::Column::ReservedUntilAt.is_not_null());
    update(tx, blob, set, guard).await?;
    let found = blob::Entity::find_by_id((blob.community.to_string(), blob.digest.to_string()))
        .one(tx)
        .await?;
    Ok(found.is_some_and(|found| found.doomed_at.is_none()))
}

/// Says that a file needs the bytes; false where they are being removed, or gone.
pub async fn claim(tx: &Tx, _by: &Authorized, blob: &Blob) -> Result<bool, Failure> {
    let set = blob::ActiveModel {
        reserved_until_at: Set(None),
        ..Default::default()
    };
    update(tx, blob, set, Condition::all()).await
}

/// Says that a file needs the bytes no more; others may.
pub async fn release(tx: &Tx, _by: &Authorized, blob: &Blob, now: Timestamp) -> Result<(), Failure> {
    let set = blob::ActiveModel {
        reserved_until_at: Set(Some(now.micros())),
        ..Default::default()
    };
    update(tx, blob, set, is_needed().not()).await?;
    Ok(())
}

/// Blobs whose reservation is over, and those that were doomed and whose bytes may be there still.
pub async fn lapsed(conn: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Blob>, Failure> {
    let lapsed = Condition::any()
        .add(blob::Column::ReservedUntilAt.lte(now.micros()))
        .add(blob::Column::DoomedAt.is_not_null());
    let rows = blob::Entity::find().filter(lapsed).limit(limit).all(conn).await?;
    rows.into_iter().map(Blob::try_from).collect()
}

/// Decides that bytes are to be removed; false where somebody needs them after all.
pub async fn doom(tx: &Tx, _by: &Authorized, blob: &Blob, now: Timestamp) -> Result<bool, Failure> {
    let set = blob::ActiveModel {
        doomed_at: Set(Some(now.micros())),
        ..Default::default()
    };
    let lapsed = blob::Column::ReservedUntilAt.lte(now.micros());
    let guard = Condition::all().add(lapsed).add(is_needed().not());
    if update(tx, blob, set, guard).await? {
        return Ok(true);
    }
    let found = blob::Entity::find_by_id((blob.community.to_string(), blob.digest.to_string()))
        .one(tx)
        .await?;
    Ok(found.is_some_and(|found| found.doomed_at.is_some()))
}

/// Forgets a blob whose bytes are removed.
pub async fn forget(tx: &Tx, _by: &Authorized, blob: &Blob) -> Result<(), Failure> {
    blob::Entity::delete_many()
        .filter(blob::Column::Community.eq(blob.community.as_str()))
        .filter(blob::Column::Sha256.eq(blob.digest.to_string()))
        .filter(blob::Column::DoomedAt.is_not_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether a file with bytes has this blob's digest.
fn is_needed() -> Condition {
    use sea_orm::ExprTrait;

    let mut files = Query::select();
    files
        .expr(Expr::value(1))
        .from(file::Entity)
        .and_where(Expr::col((file::Entity, file::Column::Community)).equals((blob::Entity, blob::Column::Community)))
        .and_where(Expr::col((file::Entity, file::Column::Sha256)).equals((blob::Entity, blob::Column::Sha256)))
        .and_where(Expr::col((file::Entity, file::Column::RemovedAt)).is_null());
    Condition::all().add(Expr::exists(files))
}

async fn update(tx: &Tx, blob: &Blob, set: blob::ActiveModel, guard: Condition) -> Result<bool, Failure> {
    let updated = blob::Entity::update_many()
        .set(set)
        .filter(blob::Column::Community.eq(blob.community.as_str()))
        .filter(blob::Column::Sha256.eq(blob.digest.to_string()))
        .filter(blob::Column::DoomedAt.is_null())
        .filter(guard)
        .exec(tx)
        .await?;
    Ok(updated.rows_affected == 1)
}

impl TryFrom<blob::Model> for Blob {
    type Error = Failure;

    fn try_from(row: blob::Model) -> Result<Self, Failure> {
        let broken = |column, text: &str| Error::internal(format!("column {column} holds `{text}`"));
        let community: CommunityId = row.community.parse().map_err(|_| broken("community", &row.community))?;
        let digest = Digest::from_hex(&row.sha256).ok_or_else(|| broken("sha256", &row.sha256))?;
        Ok(Self { community, digest })
    }
}
