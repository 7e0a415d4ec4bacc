use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::ratification;
use super::row;
use super::visible::Sight;
use crate::domain::{BodyKind, MatterClass, Ratification, RatificationState, Route, Settlement};
use crate::names::{
    AgendaItemId, BodyId, MeetingId, MeetingName, MotionId, RatificationId, RatificationName, ResolutionId, VoteId,
};
use crate::reasons;

/// One ratification.
pub async fn find(conn: &impl ConnectionTrait, name: &RatificationName) -> Result<Option<Ratification>, Failure> {
    let key = (name.community.to_string(), name.ratification.uuid());
    let row = ratification::Entity::find_by_id(key).one(conn).await?;
    row.map(Ratification::try_from).transpose()
}

/// One ratification that must be there.
pub async fn get(conn: &impl ConnectionTrait, name: &RatificationName) -> Result<Ratification, Failure> {
    Ok(find(conn, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// The ratifications of a community that `sight` lets through, newest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Ratification>, Failure> {
    let mut query = ratification::Entity::find()
        .filter(ratification::Column::Community.eq(community.as_str()))
        .filter(sight.of_ratifications());
    if let Some(after) = row::after_id(page)? {
        query = query.filter(ratification::Column::Id.lt(after));
    }
    let rows = query
        .order_by_desc(ratification::Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Ratification::try_from).collect()
}

/// Adds a ratification.
pub async fn insert(tx: &Tx, _by: &Authorized, ratification: &Ratification) -> Result<(), Failure> {
    let row = ratification::ActiveModel {
        community: Set(ratification.name.community.to_string()),
        id: Set(ratification.name.ratification.uuid()),
        meeting: Set(ratification.motion.meeting.uuid()),
        motion: Set(ratification.motion.motion.uuid()),
        body: Set(ratification.body.uuid()),
        body_kind: Set(ratification.body_kind.code().to_owned()),
        title: Set(ratification.title.clone()),
        text: Set(ratification.text.clone()),
        matter_class: Set(ratification.matter_class.code().to_owned()),
        created_at: Set(ratification.created_at.micros()),
        ..changeable(ratification)
    };
    ratification::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores the new state of a ratification that was in `seen`.
pub async fn save(
    tx: &Tx,
    _by: &Authorized,
    ratification: &Ratification,
    seen: RatificationState,
) -> Result<(), Failure> {
    let saved = ratification::Entity::update_many()
        .set(changeable(ratification))
        .filter(ratification::Column::Community.eq(ratification.name.community.as_str()))
        .filter(ratification::Column::Id.eq(ratification.name.ratification.uuid()))
        .filter(ratification::Column::State.eq(seen.code()))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::RATIFICATION_STATE)
        .with("name", &ratification.name)
        .with("state", "changed meanwhile")
        .into())
}

fn changeable(ratification: &Ratification) -> ratification::ActiveModel {
    let (route, settlement) = (ratification.route.as_ref(), ratification.settlement.as_ref());
    ratification::ActiveModel {
        state: Set(ratification.state.code().to_owned()),
        routed_meeting: Set(route.map(|route| route.item.meeting.uuid())),
        routed_item: Set(route.map(|route| route.item.agenda_item.uuid())),
        routed_motion: Set(route.map(|route| route.motion.motion.uuid())),
        routed_at: Set(route.map(|route| route.at.micros())),
        vote: Set(settlement.map(|settlement| settlement.vote.vote.uuid())),
        resolution: Set(settlement
            .and_then(|settlement| settlement.resolution)
            .map(ResolutionId::uuid)),
        settled_at: Set(settlement.map(|settlement| settlement.at.micros())),
        ..Default::default()
    }
}

impl TryFrom<ratification::Model> for Ratification {
    type Error = Failure;

    fn try_from(row: ratification::Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        let meeting = |id: uuid::Uuid| MeetingName {
            community: community.clone(),
            meeting: MeetingId::from(id),
        };
        let routed = row.routed_meeting.map(meeting);
        let route = match (&routed, row.routed_item, row.routed_motion, row.routed_at) {
            (Some(to), Some(item), Some(motion), Some(at)) => Some(Route {
                item: to.agenda_item(AgendaItemId::from(item)),
                motion: to.motion(MotionId::from(motion)),
                at: Timestamp::from_micros(at),
            }),
            _ => None,
        };
        let settlement = match (&routed, row.vote, row.settled_at) {
            (Some(to), Some(vote), Some(at)) => Some(Settlement {
                vote: to.vote(VoteId::from(vote)),
                resolution: row.resolution.map(ResolutionId::from),
                at: Timestamp::from_micros(at),
            }),
            _ => None,
        };
        Ok(Self {
            motion: meeting(row.meeting).motion(MotionId::from(row.motion)),
            name: RatificationName {
                community: community.clone(),
                ratification: RatificationId::from(row.id),
            },
            body: BodyId::from(row.body),
            body_kind: row
                .body_kind
                .parse::<BodyKind>()
                .map_err(|_| row::broken("body_kind", &row.body_kind))?,
            title: row.title,
            text: row.text,
            matter_class: row
                .matter_class
                .parse::<MatterClass>()
                .map_err(|_| row::broken("matter_class", &row.matter_class))?,
            state: row::read(RatificationState::from_code(&row.state), "state", &row.state)?,
            created_at: Timestamp::from_micros(row.created_at),
            route,
            settlement,
        })
    }
}
