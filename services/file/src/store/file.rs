use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, FileId, FileName, OrganizationId, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::file;
use crate::domain::{Blob, Digest, File};

/// One file.
pub async fn find(conn: &impl ConnectionTrait, name: &FileName) -> Result<Option<File>, Failure> {
    let key = (name.community.to_string(), name.file.uuid());
    let row = file::Entity::find_by_id(key).one(conn).await?;
    row.map(File::try_from).transpose()
}

/// One file that must be there.
pub async fn get(conn: &impl ConnectionTrait, name: &FileName) -> Result<File, Failure> {
    Ok(find(conn, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// Those of the files that are there.
pub async fn find_all(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    files: &[FileId],
) -> Result<Vec<File>, Failure> {
    let rows = file::Entity::find()
        .filter(file::Column::Community.eq(community.as_str()))
        .filter(file::Column::Id.is_in(files.iter().map(|file| file.uuid())))
        .all(conn)
        .await?;
    rows.into_iter().map(File::try_from).collect()
}

/// The files of an object in the order they were uploaded.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    owner_object: &str,
    with_retired: bool,
    page: &Page,
) -> Result<Vec<File>, Failure> {
    let mut query = file::Entity::find()
        .filter(file::Column::Community.eq(community.as_str()))
        .filter(file::Column::OwnerObject.eq(owner_object));
    if !with_retired {
        query = query.filter(file::Column::RetiredAt.is_null());
    }
    if let Some(after) = &page.after {
        let after = Uuid::try_parse(after).map_err(|_| broken("page_token", after))?;
        query = query.filter(file::Column::Id.gt(after));
    }
    let rows = query
        .order_by_asc(file::Column::Id)
        .limit(page.limit + 1)
        .all(conn)
        .await?;
    rows.into_iter().map(File::try_from).collect()
}

/// What the files of a community take together, in bytes, each until its bytes are removed.
pub async fn taken(conn: &impl ConnectionTrait, community: &CommunityId) -> Result<i64, Failure> {
    // PostgreSQL adds bigints up to a numeric
    let sum = Expr::col(file::Column::SizeBytes).sum().cast_as("bigint");
    let taken: Option<Option<i64>> = file::Entity::find()
        .select_only()
        .column_as(sum, "taken")
        .filter(file::Column::Community.eq(community.as_str()))
        .filter(file::Column::RemovedAt.is_null())
        .into_tuple()
        .one(conn)
        .await?;
    Ok(taken.flatten().unwrap_or_default())
}

/// Whether a file of the community has these bytes.
pub async fn has_bytes(conn: &impl ConnectionTrait, blob: &Blob) -> Result<bool, Failure> {
    let id: Option<Uuid> = file::Entity::find()
        .select_only()
        .column(file::Column::Id)
        .filter(file::Column::Community.eq(blob.community.as_str()))
        .filter(file::Column::Sha256.eq(blob.digest.to_string()))
        .filter(file::Column::RemovedAt.is_null())
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(id.is_some())
}

/// Files retired at `before` or earlier whose bytes nobody needs at `now` any more.
pub async fn to_remove(
    conn: &impl ConnectionTrait,
    before: Timestamp,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<File>, Failure> {
    let rows = file::Entity::find()
        .filter(file::Column::RetiredAt.lte(before.micros()))
        .filter(file::Column::RemovedAt.is_null())
        .filter(unneeded(now))
        .order_by_asc(file::Column::RetiredAt)
        .limit(limit)
        .all(conn)
        .await?;
    rows.into_iter().map(File::try_from).collect()
}

/// Adds a file.
pub async fn insert(tx: &Tx, _by: &Authorized, file: &File) -> Result<(), Failure> {
    let row = file::ActiveModel {
        community: Set(file.name.community.to_string()),
        id: Set(file.name.file.uuid()),
        owner_object: Set(file.owner_object.clone()),
        file_name: Set(file.file_name.clone()),
        media_type: Set(file.media_type.clone()),
        size_bytes: Set(file.size_bytes),
        sha256: Set(file.digest.to_string()),
        uploaded_by: Set(file.uploaded_by.clone()),
        organization: Set(file.organization.map(OrganizationId::uuid)),
        created_at: Set(file.created_at.micros()),
        retired_at: Set(None),
        removed_at: Set(None),
        retain_until_at: Set(None),
    };
    file::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores that a file is retired; false where a retirement or a demand to keep it came in between.
pub async fn set_retired(tx: &Tx, _by: &Authorized, name: &FileName, now: Timestamp) -> Result<bool, Failure> {
    let set = file::ActiveModel {
        retired_at: Set(Some(now.micros())),
        ..Default::default()
    };
    let guard = unneeded(now).add(file::Column::RetiredAt.is_null());
    update(tx, name, set, guard).await
}

/// Stores until when a file is kept; false where its bytes were removed, or a later instant was demanded, in between.
pub async fn set_retained(tx: &Tx, _by: &Authorized, name: &FileName, until: Timestamp) -> Result<bool, Failure> {
    let set = file::ActiveModel {
        retain_until_at: Set(Some(until.micros())),
        ..Default::default()
    };
    let guard = unneeded(until).add(file::Column::RemovedAt.is_null());
    update(tx, name, set, guard).await
}

/// Stores that the bytes of a retired file are removed; false where they are needed after all.
pub async fn set_removed(tx: &Tx, _by: &Authorized, name: &FileName, now: Timestamp) -> Result<bool, Failure> {
    let set = file::ActiveModel {
        removed_at: Set(Some(now.micros())),
        ..Default::default()
    };
    let guard = unneeded(now)
        .add(file::Column::RetiredAt.is_not_null())
        .add(file::Column::RemovedAt.is_null());
    update(tx, name, set, guard).await
}

fn unneeded(now: Timestamp) -> Condition {
    let until = file::Column::RetainUntilAt;
    Condition::all().add(Condition::any().add(until.is_null()).add(until.lte(now.micros())))
}

async fn update(tx: &Tx, name: &FileName, set: file::ActiveModel, guard: Condition) -> Result<bool, Failure> {
    let updated = file::Entity::update_many()
        .set(set)
        .filter(file::Column::Community.eq(name.community.as_str()))
        .filter(file::Column::Id.eq(name.file.uuid()))
        .filter(guard)
        .exec(tx)
        .await?;
    Ok(updated.rows_affected == 1)
}

fn broken(column: &'static str, text: &str) -> Failure {
    Error::internal(format!("column {column} holds `{text}`")).into()
}

impl TryFrom<file::Model> for File {
    type Error = Failure;

    fn try_from(row: file::Model) -> Result<Self, Failure> {
        let community = row.community.parse().map_err(|_| broken("community", &row.community))?;
        Ok(Self {
            name: FileName {
                community,
                file: FileId::from(row.id),
            },
            owner_object: row.owner_object,
            file_name: row.file_name,
            media_type: row.media_type,
            size_bytes: row.size_bytes,
            digest: Digest::from_hex(&row.sha256).ok_or_else(|| broken("sha256", &row.sha256))?,
            uploaded_by: row.uploaded_by,
            organization: row.organization.map(OrganizationId::from),
            created_at: Timestamp::from_micros(row.created_at),
            retired_at: row.retired_at.map(Timestamp::from_micros),
            removed_at: row.removed_at.map(Timestamp::from_micros),
            retain_until: row.retain_until_at.map(Timestamp::from_micros),
        })
    }
}
