//! Appointments in the committees of regions.

use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use yihe_kernel::{RegionCode, Timestamp, UserId};
use yihe_store::Failure;

use crate::domain::names::AppointmentId;
use crate::domain::region_post::RegionAppointment;
use crate::store::entity::region_appointment::{ActiveModel, Column, Entity, Model};
use crate::store::{Writing, after_id, code, instant, kind, micros, one, post};

impl TryFrom<Model> for RegionAppointment {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        Ok(Self {
            region: code(&row.region)?,
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

async fn read<C: ConnectionTrait>(connection: &C, query: Select<Entity>) -> Result<Vec<RegionAppointment>, Failure> {
    let rows = query.order_by_asc(Column::Id).all(connection).await?;
    rows.into_iter().map(RegionAppointment::try_from).collect()
}

/// One appointment.
pub async fn find<C: ConnectionTrait>(
    connection: &C,
    region: &RegionCode,
    id: AppointmentId,
) -> Result<Option<RegionAppointment>, Failure> {
    Entity::find_by_id((region.to_string(), id.uuid()))
        .one(connection)
        .await?
        .map(RegionAppointment::try_from)
        .transpose()
}

/// The SQL of "the term has an instant left"; `ended_at` is never in the future.
fn unfinished(now: Timestamp) -> Condition {
    let open = Condition::any()
        .add(Column::EndAt.is_null())
        .add(Column::EndAt.gt(now.micros()));
    Condition::all().add(Column::EndedAt.is_null()).add(open)
}

/// Appointments in a region's committee whose term has an instant left.
pub async fn of_region<C: ConnectionTrait>(
    connection: &C,
    region: &RegionCode,
    now: Timestamp,
) -> Result<Vec<RegionAppointment>, Failure> {
    let query = Entity::find()
        .filter(Column::Region.eq(region.as_str()))
        .filter(unfinished(now));
    read(connection, query).await
}

/// A person's appointments whose term has an instant left, in all regions.
pub async fn of_user<C: ConnectionTrait>(
    connection: &C,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<RegionAppointment>, Failure> {
    let query = Entity::find()
        .filter(Column::User.eq(user.uuid()))
        .filter(unfinished(now));
    read(connection, query.order_by_asc(Column::Region)).await
}

/// All appointments in a region's committee, in the order they were made.
pub async fn list<C: ConnectionTrait>(
    connection: &C,
    region: &RegionCode,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<RegionAppointment>, Failure> {
    let mut query = Entity::find().filter(Column::Region.eq(region.as_str()));
    if let Some(after) = after_id(after)? {
        query = query.filter(Column::Id.gt(after));
    }
    read(connection, query.limit(limit)).await
}

fn row(appointment: &RegionAppointment) -> ActiveModel {
    ActiveModel {
        region: ActiveValue::Set(appointment.region.to_string()),
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
pub async fn insert(writing: &Writing<'_>, appointment: &RegionAppointment) -> Result<(), Failure> {
    Entity::insert(row(appointment))
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Writes the next version of an appointment.
pub async fn update(writing: &Writing<'_>, appointment: &RegionAppointment) -> Result<(), Failure> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            region: ActiveValue::NotSet,
            id: ActiveValue::NotSet,
            ..row(appointment)
        })
        .filter(Column::Region.eq(appointment.region.as_str()))
        .filter(Column::Id.eq(appointment.id.uuid()))
        .filter(Column::Version.eq(appointment.version - 1))
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "appointment in a region")
}
