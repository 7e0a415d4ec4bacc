//! Invitations.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use subtle::ConstantTimeEq;
use yihe_kernel::{CommunityId, OrganizationId, Timestamp};
use yihe_proto::directory::v1::Post;
use yihe_store::Failure;

use crate::domain::invitation::Invitation;
use crate::domain::names::{AppointmentId, InvitationId};
use crate::store::entity::invitation::{ActiveModel, Column, Entity, Model};
use crate::store::{Writing, code, instant, micros, one, post};

fn read(row: Model) -> Result<Invitation, Failure> {
    Ok(Invitation {
        community: code(&row.community)?,
        id: row.id.into(),
        organization: row.organization.into(),
        post: post(row.post)?,
        person: row.person.into(),
        start_at: instant(row.start_at),
        end_at: instant(row.end_at),
        code_hash: row.code_hash,
        expires_at: instant(row.expires_at),
        accepted_at: instant(row.accepted_at),
        appointment: row.appointment.map(AppointmentId::from),
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// One invitation.
pub async fn find<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    id: InvitationId,
) -> Result<Option<Invitation>, Failure> {
    Entity::find_by_id((community.to_string(), id.uuid()))
        .one(connection)
        .await?
        .map(read)
        .transpose()
}

/// The invitation whose code has this hash, if the code can be used.
pub async fn open_with_code<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    code_hash: &[u8],
    now: Timestamp,
) -> Result<Option<Invitation>, Failure> {
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::CodeHash.eq(code_hash.to_vec()));
    let found = query.one(connection).await?.map(read).transpose()?;
    Ok(found.filter(|invitation| {
        let same: bool = invitation
            .code_hash
            .as_deref()
            .is_some_and(|known| known.ct_eq(code_hash).into());
        same && invitation.is_open(now)
    }))
}

/// Whether somebody is invited to the post and may still come.
pub async fn is_open_for<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    organization: OrganizationId,
    post: Post,
    now: Timestamp,
) -> Result<bool, Failure> {
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.eq(organization.uuid()))
        .filter(Column::Post.eq(i32::from(post)))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::ExpiresAt.gt(now.micros()));
    Ok(query.one(connection).await?.is_some())
}

fn row(invitation: &Invitation) -> ActiveModel {
    ActiveModel {
        community: ActiveValue::Set(invitation.community.to_string()),
        id: ActiveValue::Set(invitation.id.uuid()),
        organization: ActiveValue::Set(invitation.organization.uuid()),
        post: ActiveValue::Set(invitation.post.into()),
        person: ActiveValue::Set(invitation.person.uuid()),
        start_at: ActiveValue::Set(micros(invitation.start_at)),
        end_at: ActiveValue::Set(micros(invitation.end_at)),
        code_hash: ActiveValue::Set(invitation.code_hash.clone()),
        expires_at: ActiveValue::Set(micros(invitation.expires_at)),
        accepted_at: ActiveValue::Set(micros(invitation.accepted_at)),
        appointment: ActiveValue::Set(invitation.appointment.map(AppointmentId::uuid)),
        created_at: ActiveValue::Set(invitation.created_at.micros()),
    }
}

/// Adds an invitation.
pub async fn insert(writing: &Writing<'_>, invitation: &Invitation) -> Result<(), Failure> {
    Entity::insert(row(invitation))
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Writes an invitation that was read in this transaction and not accepted.
pub async fn update(writing: &Writing<'_>, invitation: &Invitation) -> Result<(), Failure> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            community: ActiveValue::NotSet,
            id: ActiveValue::NotSet,
            ..row(invitation)
        })
        .filter(Column::Community.eq(invitation.community.as_str()))
        .filter(Column::Id.eq(invitation.id.uuid()))
        .filter(Column::AcceptedAt.is_null())
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "invitation")
}

/// Makes the open invitations to one post lapse now.
pub async fn close_post(
    writing: &Writing<'_>,
    community: &CommunityId,
    organization: OrganizationId,
    post: Post,
) -> Result<(), Failure> {
    let now = writing.now.micros();
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(now))
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.eq(organization.uuid()))
        .filter(Column::Post.eq(i32::from(post)))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(writing.tx())
        .await?;
    Ok(())
}

/// Makes an organization's open invitations lapse now; a code that was not given out yet never will be.
pub async fn close(
    writing: &Writing<'_>,
    community: &CommunityId,
    organization: OrganizationId,
) -> Result<(), Failure> {
    let now = writing.now.micros();
    let open = Condition::any()
        .add(Column::ExpiresAt.is_null())
        .add(Column::ExpiresAt.gt(now));
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(now))
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.eq(organization.uuid()))
        .filter(Column::AcceptedAt.is_null())
        .filter(open)
        .exec(writing.tx())
        .await?;
    Ok(())
}
