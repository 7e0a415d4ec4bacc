use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::invited_person::{ActiveModel, Column, Entity, Model};
use super::row;
use crate::domain::InvitedPerson;
use crate::names::{AgendaItemId, InvitedPersonId, InvitedPersonName, MeetingId, MeetingName};
use crate::reasons;

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(Column::Id)
}

/// One invited person.
pub async fn find(conn: &impl ConnectionTrait, name: &InvitedPersonName) -> Result<Option<InvitedPerson>, Failure> {
    let key = (
        name.community.to_string(),
        name.meeting.uuid(),
        name.invited_person.uuid(),
    );
    let row = Entity::find_by_id(key).one(conn).await?;
    row.map(InvitedPerson::try_from).transpose()
}

/// All invited to a meeting in the order they were, those withdrawn included.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<InvitedPerson>, Failure> {
    let rows = of_meeting(meeting).all(conn).await?;
    rows.into_iter().map(InvitedPerson::try_from).collect()
}

/// A page of them.
pub async fn list(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    page: &Page,
) -> Result<Vec<InvitedPerson>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(InvitedPerson::try_from).collect()
}

/// The invitation of a person that stands.
pub async fn standing(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    person: UserId,
) -> Result<Option<InvitedPerson>, Failure> {
    let row = of_meeting(meeting)
        .filter(Column::Person.eq(person.uuid()))
        .filter(Column::WithdrawnAt.is_null())
        .one(conn)
        .await?;
    row.map(InvitedPerson::try_from).transpose()
}

/// Adds one. The meeting must be held.
pub async fn insert(tx: &Tx, _by: &Authorized, invited: &InvitedPerson) -> Result<(), Failure> {
    let items: Vec<Uuid> = invited.items.iter().map(|item| item.uuid()).collect();
    let row = ActiveModel {
        community: Set(invited.name.community.to_string()),
        meeting: Set(invited.name.meeting.uuid()),
        id: Set(invited.name.invited_person.uuid()),
        person: Set(invited.person.uuid()),
        role: Set(invited.role.clone()),
        items: Set(serde_json::to_string(&items).map_err(Error::internal)?),
        invited_at: Set(invited.invited_at.micros()),
        withdrawn_at: Set(row::micros(invited.withdrawn_at)),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes that an invitation was withdrawn. The meeting must be held.
pub async fn withdraw(tx: &Tx, _by: &Authorized, name: &InvitedPersonName, at: Timestamp) -> Result<(), Failure> {
    let withdrawn = Entity::update_many()
        .set(ActiveModel {
            withdrawn_at: Set(Some(at.micros())),
            ..Default::default()
        })
        .filter(Column::Community.eq(name.community.as_str()))
        .filter(Column::Meeting.eq(name.meeting.uuid()))
        .filter(Column::Id.eq(name.invited_person.uuid()))
        .filter(Column::WithdrawnAt.is_null())
        .exec(tx)
        .await?;
    if withdrawn.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::INVITATION_WITHDRAWN).with("name", name).into())
}

impl TryFrom<Model> for InvitedPerson {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        let items: Vec<Uuid> = row::read(serde_json::from_str(&row.items).ok(), "items", &row.items)?;
        Ok(Self {
            name: InvitedPersonName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                invited_person: InvitedPersonId::from(row.id),
            },
            person: UserId::from(row.person),
            display_name: String::new(),
            role: row.role,
            items: items.into_iter().map(AgendaItemId::from).collect(),
            invited_at: Timestamp::from_micros(row.invited_at),
            withdrawn_at: row::instant(row.withdrawn_at),
        })
    }
}
