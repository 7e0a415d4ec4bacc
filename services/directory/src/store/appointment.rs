//! Appointments.

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use yihe_kernel::{CommunityId, OrganizationId, Timestamp, UserId};
use yihe_proto::directory::v1::Post;
use yihe_store::Failure;

use crate::domain::appointment::Appointment;
use crate::domain::names::AppointmentId;
use crate::domain::post as domain;
use crate::store::entity::appointment::{ActiveModel, Column, Entity, Model};
use crate::store::filter::{Columns, Sight};
use crate::store::{Writing, after_id, code, instant, kind, micros, one, post};

/// What filter plans can ask of appointments.
pub struct AppointmentColumns;

impl Columns for AppointmentColumns {
    fn owned_by(&self, organization: OrganizationId) -> Option<SimpleExpr> {
        Some(Column::Organization.eq(organization.uuid()))
    }

    fn about(&self, person: UserId) -> Option<SimpleExpr> {
        Some(Column::User.eq(person.uuid()))
    }
}

impl TryFrom<Model> for Appointment {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        Ok(Self {
            community: code(&row.community)?,
            id: row.id.into(),
            user: row.user.into(),
            organization: row.organization.into(),
            kind: kind(row.kind)?,
            post: post(row.post)?,
            start_at: Timestamp::from_micros(row.start_at),
            end_at: instant(row.end_at),
            ended_at: instant(row.ended_at),
            version: row.version,
        })
    }
}

/// One appointment.
pub async fn find<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    id: AppointmentId,
) -> Result<Option<Appointment>, Failure> {
    Entity::find_by_id((community.to_string(), id.uuid()))
        .one(connection)
        .await?
        .map(Appointment::try_from)
        .transpose()
}

/// Rows whose term has an instant left; `ended_at` is never in the future.
fn unfinished(now: Timestamp) -> Condition {
    let open = Condition::any()
        .add(Column::EndAt.is_null())
        .add(Column::EndAt.gt(now.micros()));
    Condition::all().add(Column::EndedAt.is_null()).add(open)
}

/// An organization's appointments whose term has an instant left.
pub async fn of_organization<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Vec<Appointment>, Failure> {
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.eq(organization.uuid()))
        .filter(unfinished(now));
    query
        .order_by_asc(Column::Id)
        .all(connection)
        .await?
        .into_iter()
        .map(Appointment::try_from)
        .collect()
}

/// Who heads each of these organizations now.
pub async fn heads<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    organizations: impl IntoIterator<Item = OrganizationId>,
    now: Timestamp,
) -> Result<Vec<Appointment>, Failure> {
    let ids = organizations.into_iter().map(OrganizationId::uuid);
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.is_in(ids))
        .filter(unfinished(now));
    let found = query.order_by_asc(Column::Id).all(connection).await?;
    let held: Vec<_> = found.into_iter().map(Appointment::try_from).collect::<Result<_, _>>()?;
    Ok(held
        .into_iter()
        .filter(|held| domain::heads(held.post) && held.term().contains(now))
        .collect())
}

/// A community's appointments whose term has an instant left.
pub async fn of_community<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    now: Timestamp,
) -> Result<Vec<Appointment>, Failure> {
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(unfinished(now));
    query
        .order_by_asc(Column::Id)
        .all(connection)
        .await?
        .into_iter()
        .map(Appointment::try_from)
        .collect()
}

/// A person's appointments whose term has an instant left, in all communities.
pub async fn of_user<C: ConnectionTrait>(
    connection: &C,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<Appointment>, Failure> {
    let query = Entity::find()
        .filter(Column::User.eq(user.uuid()))
        .filter(unfinished(now));
    let query = query.order_by_asc(Column::Community).order_by_asc(Column::Id);
    query
        .all(connection)
        .await?
        .into_iter()
        .map(Appointment::try_from)
        .collect()
}

/// Whether anybody ever held the post in the organization.
pub async fn was_ever_held<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    organization: OrganizationId,
    post: Post,
) -> Result<bool, Failure> {
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.eq(organization.uuid()))
        .filter(Column::Post.eq(i32::from(post)));
    Ok(query.one(connection).await?.is_some())
}

/// Appointments that the caller may see, in the order they were made.
pub async fn list<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    sight: &Sight,
    only: Option<OrganizationId>,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Appointment>, Failure> {
    let mut query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(sight.sql(&AppointmentColumns));
    if let Some(only) = only {
        query = query.filter(Column::Organization.eq(only.uuid()));
    }
    if let Some(after) = after_id(after)? {
        query = query.filter(Column::Id.gt(after));
    }
    query
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(connection)
        .await?
        .into_iter()
        .map(Appointment::try_from)
        .collect()
}

fn row(appointment: &Appointment) -> ActiveModel {
    ActiveModel {
        community: ActiveValue::Set(appointment.community.to_string()),
        id: ActiveValue::Set(appointment.id.uuid()),
        user: ActiveValue::Set(appointment.user.uuid()),
        organization: ActiveValue::Set(appointment.organization.uuid()),
        kind: ActiveValue::Set(appointment.kind.into()),
        post: ActiveValue::Set(appointment.post.into()),
        start_at: ActiveValue::Set(appointment.start_at.micros()),
        end_at: ActiveValue::Set(micros(appointment.end_at)),
        ended_at: ActiveValue::Set(micros(appointment.ended_at)),
        version: ActiveValue::Set(appointment.version),
    }
}

/// Adds an appointment.
pub async fn insert(writing: &Writing<'_>, appointment: &Appointment) -> Result<(), Failure> {
    Entity::insert(row(appointment))
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Writes the next version of an appointment.
pub async fn update(writing: &Writing<'_>, appointment: &Appointment) -> Result<(), Failure> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            community: ActiveValue::NotSet,
            id: ActiveValue::NotSet,
            ..row(appointment)
        })
        .filter(Column::Community.eq(appointment.community.as_str()))
        .filter(Column::Id.eq(appointment.id.uuid()))
        .filter(Column::Version.eq(appointment.version - 1))
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "appointment")
}
