//! Invitations to posts in the committees of regions.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use subtle::ConstantTimeEq;
use yihe_kernel::{RegionCode, Timestamp};
use yihe_proto::directory::v1::Post;
use yihe_store::Failure;

use crate::domain::names::AppointmentId;
use crate::domain::region_post::RegionInvitation;
use crate::store::entity::region_invitation::{ActiveModel, Column, Entity, Model};
use crate::store::{Writing, code, instant, micros, one, post};

fn read(row: Model) -> Result<RegionInvitation, Failure> {
    Ok(RegionInvitation {
        region: code(&row.region)?,
        id: row.id.into(),
        post: post(row.post)?,
        person: row.person.into(),
        start_at: instant(row.start_at),
        end_at: instant(row.end_at),
        code_hash: row.code_hash,
        expires_at: Timestamp::from_micros(row.expires_at),
        accepted_at: instant(row.accepted_at),
        appointment: row.appointment.map(AppointmentId::from),
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// The invitation whose code has this hash, if the code can be used.
pub async fn open_with_code<C: ConnectionTrait>(
    connection: &C,
    region: &RegionCode,
    code_hash: &[u8],
    now: Timestamp,
) -> Result<Option<RegionInvitation>, Failure> {
    let query = Entity::find()
        .filter(Column::Region.eq(region.as_str()))
        .filter(Column::CodeHash.eq(code_hash.to_vec()));
    let found = query.one(connection).await?.map(read).transpose()?;
    Ok(found.filter(|invitation| {
        let same: bool = invitation.code_hash.ct_eq(code_hash).into();
        same && invitation.is_open(now)
    }))
}

/// Whether somebody is invited to the post and may still come.
pub async fn is_open_for<C: ConnectionTrait>(
    connection: &C,
    region: &RegionCode,
    post: Post,
    now: Timestamp,
) -> Result<bool, Failure> {
    let query = Entity::find()
        .filter(Column::Region.eq(region.as_str()))
        .filter(Column::Post.eq(i32::from(post)))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::ExpiresAt.gt(now.micros()));
    Ok(query.one(connection).await?.is_some())
}

fn row(invitation: &RegionInvitation) -> ActiveModel {
    ActiveModel {
        region: ActiveValue::Set(invitation.region.to_string()),
        id: ActiveValue::Set(invitation.id.uuid()),
        post: ActiveValue::Set(invitation.post.into()),
        person: ActiveValue::Set(invitation.person.uuid()),
        start_at: ActiveValue::Set(micros(invitation.start_at)),
        end_at: ActiveValue::Set(micros(invitation.end_at)),
        code_hash: ActiveValue::Set(invitation.code_hash.clone()),
        expires_at: ActiveValue::Set(invitation.expires_at.micros()),
        accepted_at: ActiveValue::Set(micros(invitation.accepted_at)),
        appointment: ActiveValue::Set(invitation.appointment.map(AppointmentId::uuid)),
        created_at: ActiveValue::Set(invitation.created_at.micros()),
    }
}

/// Adds an invitation.
pub async fn insert(writing: &Writing<'_>, invitation: &RegionInvitation) -> Result<(), Failure> {
    Entity::insert(row(invitation))
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Writes an invitation that was read in this transaction and not accepted.
pub async fn update(writing: &Writing<'_>, invitation: &RegionInvitation) -> Result<(), Failure> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            region: ActiveValue::NotSet,
            id: ActiveValue::NotSet,
            ..row(invitation)
        })
        .filter(Column::Region.eq(invitation.region.as_str()))
        .filter(Column::Id.eq(invitation.id.uuid()))
        .filter(Column::AcceptedAt.is_null())
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "invitation in a region")
}

/// Makes the open invitations to a post lapse now.
pub async fn close(writing: &Writing<'_>, region: &RegionCode, post: Post) -> Result<(), Failure> {
    let now = writing.now.micros();
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(now))
        .filter(Column::Region.eq(region.as_str()))
        .filter(Column::Post.eq(i32::from(post)))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(writing.tx())
        .await?;
    Ok(())
}
