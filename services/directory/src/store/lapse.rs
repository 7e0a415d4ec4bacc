//! Posts whose terms may lapse, and what was said of that.

use std::collections::HashSet;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use yihe_kernel::{CommunityId, RegionCode, Timestamp};
use yihe_proto::directory::v1::{OrganizationKind, Post};
use yihe_store::Failure;

use crate::domain::appointment::Appointment;
use crate::domain::lapse::Held;
use crate::domain::region_post::RegionAppointment;
use crate::store::entity::{appointment as posts, lapse_warning as warnings, region_appointment as region_posts};
use crate::store::{Writing, appointment, community, region_appointment, region_committee};

// SQLite takes 32,766 values a statement
const MOST_VALUES: usize = 10_000;

/// All posts of a community whose term has an instant left.
pub async fn of_community<C: ConnectionTrait>(
    connection: &C,
    id: &CommunityId,
    now: Timestamp,
) -> Result<Vec<Held>, Failure> {
    let held = appointment::of_community(connection, id, now).await?;
    Ok(held.iter().map(Held::from).collect())
}

/// All posts in a region's own committee whose term has an instant left.
pub async fn of_region<C: ConnectionTrait>(
    connection: &C,
    id: &RegionCode,
    now: Timestamp,
) -> Result<Vec<Held>, Failure> {
    let held = region_appointment::of_region(connection, id, now).await?;
    Ok(held.iter().map(Held::from).collect())
}

/// The posts of the secretaries directly below a region: of communities and of regions with a committee.
pub async fn secretaries_below<C: ConnectionTrait>(
    connection: &C,
    id: &RegionCode,
    now: Timestamp,
) -> Result<Vec<Held>, Failure> {
    let below = region_committee::below(connection, id).await?;
    let mut held = Vec::new();
    let communities = community::on(connection, &below.divisions).await?;
    let left = Condition::any()
        .add(posts::Column::EndAt.is_null())
        .add(posts::Column::EndAt.gt(now.micros()));
    for communities in communities.chunks(MOST_VALUES) {
        let rows = posts::Entity::find()
            .filter(posts::Column::Community.is_in(communities.iter().map(CommunityId::as_str)))
            .filter(posts::Column::Kind.eq(i32::from(OrganizationKind::PartyCommittee)))
            .filter(posts::Column::Post.eq(i32::from(Post::Secretary)))
            .filter(posts::Column::EndedAt.is_null())
            .filter(left.clone())
            .all(connection)
            .await?;
        for row in rows {
            held.push(Held::from(&Appointment::try_from(row)?));
        }
    }
    let left = Condition::any()
        .add(region_posts::Column::EndAt.is_null())
        .add(region_posts::Column::EndAt.gt(now.micros()));
    for regions in below.committees.chunks(MOST_VALUES) {
        let rows = region_posts::Entity::find()
            .filter(region_posts::Column::Region.is_in(regions.iter().map(RegionCode::as_str)))
            .filter(region_posts::Column::Post.eq(i32::from(Post::Secretary)))
            .filter(region_posts::Column::EndedAt.is_null())
            .filter(left.clone())
            .all(connection)
            .await?;
        for row in rows {
            held.push(Held::from(&RegionAppointment::try_from(row)?));
        }
    }
    Ok(held)
}

/// Posts everywhere whose term ends after `begin` and no later than `end`.
pub async fn ending<C: ConnectionTrait>(
    connection: &C,
    begin: Timestamp,
    end: Timestamp,
) -> Result<Vec<Held>, Failure> {
    let rows = posts::Entity::find()
        .filter(posts::Column::EndAt.gt(begin.micros()))
        .filter(posts::Column::EndAt.lte(end.micros()))
        .filter(posts::Column::EndedAt.is_null())
        .all(connection)
        .await?;
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        held.push(Held::from(&Appointment::try_from(row)?));
    }
    let rows = region_posts::Entity::find()
        .filter(region_posts::Column::EndAt.gt(begin.micros()))
        .filter(region_posts::Column::EndAt.lte(end.micros()))
        .filter(region_posts::Column::EndedAt.is_null())
        .all(connection)
        .await?;
    for row in rows {
        held.push(Held::from(&RegionAppointment::try_from(row)?));
    }
    Ok(held)
}

/// What a warning is known by.
pub type Key = (String, Uuid, i64, i32);

/// The key of a post's warning so many days before its end.
pub fn key(held: &Held, days: i32) -> Key {
    let end = held.term.end().map_or(0, Timestamp::micros);
    (held.place.to_string(), held.id.uuid(), end, days)
}

/// The warnings that were given of such terms.
pub async fn told<C: ConnectionTrait>(
    connection: &C,
    begin: Timestamp,
    end: Timestamp,
) -> Result<HashSet<Key>, Failure> {
    let rows = warnings::Entity::find()
        .filter(warnings::Column::EndAt.gt(begin.micros()))
        .filter(warnings::Column::EndAt.lte(end.micros()))
        .all(connection)
        .await?;
    let key = |row: warnings::Model| (row.place, row.appointment, row.end_at, row.days);
    Ok(rows.into_iter().map(key).collect())
}

/// Notes that a warning is given; `false` where it was given before.
pub async fn note(writing: &Writing<'_>, held: &Held, end: Timestamp, days: i32) -> Result<bool, Failure> {
    let row = warnings::ActiveModel {
        place: ActiveValue::Set(held.place.to_string()),
        appointment: ActiveValue::Set(held.id.uuid()),
        end_at: ActiveValue::Set(end.micros()),
        days: ActiveValue::Set(days),
        told_at: ActiveValue::Set(writing.now.micros()),
    };
    let inserted = warnings::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([
                warnings::Column::Place,
                warnings::Column::Appointment,
                warnings::Column::EndAt,
                warnings::Column::Days,
            ])
            .do_nothing()
            .to_owned(),
        )
        .exec_without_returning(writing.tx())
        .await?;
    Ok(inserted == 1)
}
