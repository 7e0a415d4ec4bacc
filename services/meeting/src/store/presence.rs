use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::presence;
use super::row;
use crate::domain::{Presence, Room, not_checked_in};
use crate::names::{InvitedPersonId, MandateId, MeetingName};

/// Those on the roster who came and went, in order, with the proxies of the meeting. Who is there by invitation is not among
/// them: it counts for nothing.
pub async fn room(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Room, Failure> {
    let rows = intervals(meeting)
        .filter(presence::Column::InvitedPerson.is_null())
        .all(conn)
        .await?;
    let intervals = rows.into_iter().map(Presence::try_from).collect::<Result<_, _>>()?;
    Ok(Room(intervals, super::proxy::all(conn, meeting).await?))
}

/// Those who came and went by invitation, in order.
pub async fn visitors(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Room, Failure> {
    let rows = intervals(meeting)
        .filter(presence::Column::InvitedPerson.is_not_null())
        .all(conn)
        .await?;
    let intervals = rows.into_iter().map(Presence::try_from).collect::<Result<_, _>>()?;
    Ok(Room(intervals, Vec::new()))
}

/// A page of who came and went, in order.
pub async fn list(conn: &impl ConnectionTrait, meeting: &MeetingName, page: &Page) -> Result<Vec<Presence>, Failure> {
    let mut query = intervals(meeting);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(presence::Column::Id.gt(after));
    }
    let rows = query.limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Presence::try_from).collect()
}

fn intervals(meeting: &MeetingName) -> sea_orm::Select<presence::Entity> {
    presence::Entity::find()
        .filter(presence::Column::Community.eq(meeting.community.as_str()))
        .filter(presence::Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(presence::Column::Id)
}

/// Begins an interval.
pub async fn insert(tx: &Tx, _by: &Authorized, meeting: &MeetingName, presence: &Presence) -> Result<(), Failure> {
    let row = presence::ActiveModel {
        community: Set(meeting.community.to_string()),
        meeting: Set(meeting.meeting.uuid()),
        id: Set(presence.id),
        member: Set(presence.member.uuid()),
        member_kind: Set(row::member_kind(presence.member)),
        compound: Set(row::member_compound(presence.member)),
        representative: Set(presence.representative.uuid()),
        started_at: Set(presence.started_at.micros()),
        ended_at: Set(row::micros(presence.ended_at)),
        recorded_by: Set(presence.recorded_by.map(UserId::uuid)),
        mandate: Set(presence.mandate.map(MandateId::uuid)),
        invited_person: Set(presence.invited.map(InvitedPersonId::uuid)),
    };
    presence::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Ends an interval.
pub async fn end(
    tx: &Tx,
    _by: &Authorized,
    meeting: &MeetingName,
    presence: &Presence,
    at: Timestamp,
) -> Result<(), Failure> {
    let ended = open(meeting, at)
        .filter(presence::Column::Id.eq(presence.id))
        .exec(tx)
        .await?;
    if ended.rows_affected == 1 {
        return Ok(());
    }
    Err(not_checked_in(&meeting.community, presence.member).into())
}

/// Ends all that last, because the meeting does.
pub async fn end_all(tx: &Tx, _by: &Authorized, meeting: &MeetingName, at: Timestamp) -> Result<(), Failure> {
    open(meeting, at).exec(tx).await?;
    Ok(())
}

fn open(meeting: &MeetingName, at: Timestamp) -> sea_orm::UpdateMany<presence::Entity> {
    presence::Entity::update_many()
        .set(presence::ActiveModel {
            ended_at: Set(Some(at.micros())),
            ..Default::default()
        })
        .filter(presence::Column::Community.eq(meeting.community.as_str()))
        .filter(presence::Column::Meeting.eq(meeting.meeting.uuid()))
        .filter(presence::Column::EndedAt.is_null())
}

impl TryFrom<presence::Model> for Presence {
    type Error = Failure;

    fn try_from(row: presence::Model) -> Result<Self, Failure> {
        Ok(Self {
            id: row.id,
            member: row::member(&row.member_kind, row.member, row.compound)?,
            representative: UserId::from(row.representative),
            started_at: Timestamp::from_micros(row.started_at),
            ended_at: row::instant(row.ended_at),
            recorded_by: row.recorded_by.map(UserId::from),
            mandate: row.mandate.map(MandateId::from),
            invited: row.invited_person.map(InvitedPersonId::from),
        })
    }
}
