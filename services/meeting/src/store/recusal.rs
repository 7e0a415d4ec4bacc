use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::recusal::{ActiveModel, Column, Entity, Model};
use super::row;
use crate::domain::{Member, Recusal, RecusalState};
use crate::names::{AgendaItemId, AgendaItemName, MeetingId, MeetingName, RecusalId, RecusalName};
use crate::reasons;

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(Column::Id)
}

/// One recusal.
pub async fn find(conn: &impl ConnectionTrait, name: &RecusalName) -> Result<Option<Recusal>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.recusal.uuid());
    let row = Entity::find_by_id(key).one(conn).await?;
    row.map(Recusal::try_from).transpose()
}

/// One recusal that must be there.
pub async fn get(conn: &impl ConnectionTrait, name: &RecusalName) -> Result<Recusal, Failure> {
    Ok(find(conn, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// The recusals from an item, in the order they were declared and moved.
pub async fn of_item(conn: &impl ConnectionTrait, item: &AgendaItemName) -> Result<Vec<Recusal>, Failure> {
    let rows = of_meeting(&item.meeting())
        .filter(Column::AgendaItem.eq(item.agenda_item.uuid()))
        .all(conn)
        .await?;
    rows.into_iter().map(Recusal::try_from).collect()
}

/// All recusals of a meeting, in the order they were declared and moved.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Recusal>, Failure> {
    let rows = of_meeting(meeting).all(conn).await?;
    rows.into_iter().map(Recusal::try_from).collect()
}

/// A page of them, or of those from one item.
pub async fn list(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    item: Option<AgendaItemId>,
    page: &Page,
) -> Result<Vec<Recusal>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(item) = item {
        query = query.filter(Column::AgendaItem.eq(item.uuid()));
    }
    if let Some(after) = row::after_id(page)? {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Recusal::try_from).collect()
}

/// Adds a recusal. The meeting must be held.
pub async fn insert(tx: &Tx, _by: &Authorized, recusal: &Recusal) -> Result<(), Failure> {
    let mover = recusal.mover.as_ref().map(|(mover, _)| *mover);
    let row = ActiveModel {
        community: Set(recusal.name.community.to_string()),
        meeting: Set(recusal.name.meeting.uuid()),
        id: Set(recusal.name.recusal.uuid()),
        agenda_item: Set(recusal.agenda_item.uuid()),
        member: Set(recusal.member.uuid()),
        member_kind: Set(row::member_kind(recusal.member)),
        compound: Set(row::member_compound(recusal.member)),
        member_display_name: Set(recusal.member_display_name.clone()),
        mover: Set(mover.map(Member::uuid)),
        mover_kind: Set(mover.map(row::member_kind)),
        mover_compound: Set(mover.and_then(row::member_compound)),
        mover_display_name: Set(recusal
            .mover
            .as_ref()
            .map(|(_, display_name)| display_name.clone())
            .unwrap_or_default()),
        reason: Set(recusal.reason.clone()),
        created_at: Set(recusal.created_at.micros()),
        recorded_by: Set(recusal.recorded_by.map(UserId::uuid)),
        ..changeable(recusal)?
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores the new state of a recusal that was in `seen`. The meeting must be held.
pub async fn save(tx: &Tx, _by: &Authorized, recusal: &Recusal, seen: RecusalState) -> Result<(), Failure> {
    let saved = Entity::update_many()
        .set(changeable(recusal)?)
        .filter(Column::Community.eq(recusal.name.community.as_str()))
        .filter(Column::Meeting.eq(recusal.name.meeting.uuid()))
        .filter(Column::Id.eq(recusal.name.recusal.uuid()))
        .filter(Column::State.eq(seen.code()))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::RECUSAL_STATE)
        .with("name", &recusal.name)
        .with("state", "changed meanwhile")
        .into())
}

fn changeable(recusal: &Recusal) -> Result<ActiveModel, Failure> {
    Ok(ActiveModel {
        state: Set(recusal.state.code().to_owned()),
        ended_at: Set(row::micros(recusal.ended_at)),
        show_of_hands: Set(row::json(recusal.show_of_hands.as_ref())?),
        ..Default::default()
    })
}

impl TryFrom<Model> for Recusal {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        let mover = match (row.mover_kind, row.mover) {
            (Some(kind), Some(mover)) => Some((row::member(&kind, mover, row.mover_compound)?, row.mover_display_name)),
            _ => None,
        };
        Ok(Self {
            name: RecusalName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                recusal: RecusalId::from(row.id),
            },
            agenda_item: AgendaItemId::from(row.agenda_item),
            member: row::member(&row.member_kind, row.member, row.compound)?,
            member_display_name: row.member_display_name,
            mover,
            reason: row.reason,
            state: row::read(RecusalState::from_code(&row.state), "state", &row.state)?,
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: row::instant(row.ended_at),
            show_of_hands: row::from_json(row.show_of_hands.as_deref(), "show_of_hands")?,
            recorded_by: row.recorded_by.map(UserId::from),
        })
    }
}
