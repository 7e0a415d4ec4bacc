use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::resolution;
use super::row;
use super::visible::Sight;
use crate::domain::{MatterClass, Resolution};
use crate::names::{BodyId, MeetingId, MeetingName, MotionId, ResolutionId, ResolutionName, VoteId};

/// One resolution.
pub async fn find(conn: &impl ConnectionTrait, name: &ResolutionName) -> Result<Option<Resolution>, Failure> {
    let key = (name.community.to_string(), name.resolution.uuid());
    let row = resolution::Entity::find_by_id(key).one(conn).await?;
    row.map(Resolution::try_from).transpose()
}

/// The resolutions of a community that `sight` lets through, newest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Resolution>, Failure> {
    let mut query = resolution::Entity::find()
        .filter(resolution::Column::Community.eq(community.as_str()))
        .filter(sight.of_resolutions());
    if let Some(after) = row::after_id(page)? {
        query = query.filter(resolution::Column::Id.lt(after));
    }
    let rows = query
        .order_by_desc(resolution::Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Resolution::try_from).collect()
}

const NEXT: &str = "INSERT INTO resolution_counter (community, year, last) VALUES ($1, $2, 1) \
     ON CONFLICT (community, year) DO UPDATE SET last = resolution_counter.last + 1 RETURNING last";

/// The next number of a community's year; two meetings that adopt at once wait for one another, and no number is skipped.
pub async fn next_serial(tx: &Tx, community: &CommunityId, year: i32) -> Result<i32, Failure> {
    let values = [community.as_str().into(), year.into()];
    let row = tx
        .query_one_raw(Statement::from_sql_and_values(tx.get_database_backend(), NEXT, values))
        .await?;
    let row = row.ok_or_else(|| Error::internal("no resolution number was given"))?;
    Ok(row.try_get_by_index(0)?)
}

/// Adds a resolution.
pub async fn insert(tx: &Tx, _by: &Authorized, resolution: &Resolution) -> Result<(), Failure> {
    let row = resolution::ActiveModel {
        community: Set(resolution.name.community.to_string()),
        id: Set(resolution.name.resolution.uuid()),
        year: Set(resolution.year),
        serial: Set(resolution.serial),
        body: Set(resolution.body.uuid()),
        meeting: Set(resolution.motion.meeting.uuid()),
        motion: Set(resolution.motion.motion.uuid()),
        vote: Set(resolution.vote.vote.uuid()),
        text: Set(resolution.text.clone()),
        title: Set(resolution.title.clone()),
        matter_class: Set(resolution.matter_class.code().to_owned()),
        adopted_at: Set(resolution.adopted_at.micros()),
    };
    resolution::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

impl TryFrom<resolution::Model> for Resolution {
    type Error = Failure;

    fn try_from(row: resolution::Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        let meeting = MeetingName {
            community: community.clone(),
            meeting: MeetingId::from(row.meeting),
        };
        Ok(Self {
            name: ResolutionName {
                community,
                resolution: ResolutionId::from(row.id),
            },
            year: row.year,
            serial: row.serial,
            body: BodyId::from(row.body),
            motion: meeting.motion(MotionId::from(row.motion)),
            vote: meeting.vote(VoteId::from(row.vote)),
            text: row.text,
            title: row.title,
            matter_class: row
                .matter_class
                .parse::<MatterClass>()
                .map_err(|_| row::broken("matter_class", &row.matter_class))?,
            adopted_at: Timestamp::from_micros(row.adopted_at),
        })
    }
}
