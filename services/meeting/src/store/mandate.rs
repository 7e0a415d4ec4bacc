use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, FileName, OrganizationId, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::mandate::{ActiveModel, Column, Entity, Model};
use super::row;
use crate::domain::Mandate;
use crate::names::{MandateId, MandateName, MeetingId, MeetingName};
use crate::reasons;

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(Column::Id)
}

/// One mandate.
pub async fn find(conn: &impl ConnectionTrait, name: &MandateName) -> Result<Option<Mandate>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.mandate.uuid());
    let row = Entity::find_by_id(key).one(conn).await?;
    row.map(Mandate::try_from).transpose()
}

/// All mandates of a meeting in the order they were given, revoked ones included.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Mandate>, Failure> {
    let rows = of_meeting(meeting).all(conn).await?;
    rows.into_iter().map(Mandate::try_from).collect()
}

/// A page of them.
pub async fn list(conn: &impl ConnectionTrait, meeting: &MeetingName, page: &Page) -> Result<Vec<Mandate>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Mandate::try_from).collect()
}

/// The mandates in force that a person holds.
pub async fn held_by(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    person: UserId,
) -> Result<Vec<Mandate>, Failure> {
    let rows = of_meeting(meeting)
        .filter(Column::Person.eq(person.uuid()))
        .filter(Column::RevokedAt.is_null())
        .all(conn)
        .await?;
    rows.into_iter().map(Mandate::try_from).collect()
}

/// The mandate in force by which a person represents an organization.
pub async fn in_force(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    organization: OrganizationId,
    person: UserId,
) -> Result<Option<Mandate>, Failure> {
    let held = held_by(conn, meeting, person).await?;
    Ok(held.into_iter().find(|mandate| mandate.organization == organization))
}

/// Adds a mandate. The meeting must be held.
pub async fn insert(tx: &Tx, _by: &Authorized, given: &Mandate) -> Result<(), Failure> {
    let row = ActiveModel {
        community: Set(given.name.community.to_string()),
        meeting: Set(given.name.meeting.uuid()),
        id: Set(given.name.mandate.uuid()),
        organization: Set(given.organization.uuid()),
        person: Set(given.person.uuid()),
        note: Set(given.note.clone()),
        evidence: Set(given.evidence.as_ref().map(|file| file.file.uuid())),
        granted_at: Set(given.granted_at.micros()),
        recorded_by: Set(given.recorded_by.map(UserId::uuid)),
        revoked_at: Set(row::micros(given.revoked_at)),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes that a mandate was revoked. The meeting must be held.
pub async fn revoke(tx: &Tx, _by: &Authorized, name: &MandateName, at: Timestamp) -> Result<(), Failure> {
    let revoked = Entity::update_many()
        .set(ActiveModel {
            revoked_at: Set(Some(at.micros())),
            ..Default::default()
        })
        .filter(Column::Community.eq(name.community.as_str()))
        .filter(Column::Meeting.eq(name.meeting.uuid()))
        .filter(Column::Id.eq(name.mandate.uuid()))
        .filter(Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    if revoked.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::MANDATE_ENDED).with("name", name).into())
}

impl TryFrom<Model> for Mandate {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        Ok(Self {
            organization: OrganizationId::from(row.organization),
            person: UserId::from(row.person),
            display_name: String::new(),
            note: row.note,
            evidence: row.evidence.map(|file| FileName {
                community: community.clone(),
                file: file.into(),
            }),
            granted_at: Timestamp::from_micros(row.granted_at),
            recorded_by: row.recorded_by.map(UserId::from),
            revoked_at: row::instant(row.revoked_at),
            name: MandateName {
                community,
                meeting: MeetingId::from(row.meeting),
                mandate: MandateId::from(row.id),
            },
        })
    }
}
