//! Objections to published minutes.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{OrganizationId, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::minutes_objection::{ActiveModel, Column, Entity, Model};
use super::row;
use crate::domain::minutes::{Answer, Objection};
use crate::names::{MeetingId, MeetingName, ObjectionId, ObjectionName};

/// One objection.
pub async fn find(conn: &impl ConnectionTrait, name: &ObjectionName) -> Result<Option<Objection>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.objection.uuid());
    let row = Entity::find_by_id(key).one(conn).await?;
    row.map(Objection::try_from).transpose()
}

/// A page of the objections of a meeting in the order they came.
pub async fn list(conn: &impl ConnectionTrait, meeting: &MeetingName, page: &Page) -> Result<Vec<Objection>, Failure> {
    let mut query = Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()));
    if let Some(after) = row::after_id(page)? {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.order_by_asc(Column::Id).limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Objection::try_from).collect()
}

/// Adds an objection.
pub async fn insert(tx: &Tx, _by: &Authorized, objection: &Objection) -> Result<(), Failure> {
    let row = ActiveModel {
        community: Set(objection.name.community.to_string()),
        meeting: Set(objection.name.meeting.uuid()),
        id: Set(objection.name.objection.uuid()),
        author: Set(objection.author.uuid()),
        organization: Set(objection.organization.map(OrganizationId::uuid)),
        text: Set(objection.text.clone()),
        created_at: Set(objection.created_at.micros()),
        answer: Set(None),
        answered_at: Set(None),
        answered_by: Set(None),
        answered_late: Set(false),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes the answer; false where there is one.
pub async fn answer(tx: &Tx, _by: &Authorized, name: &ObjectionName, answer: &Answer) -> Result<bool, Failure> {
    let answered = Entity::update_many()
        .set(ActiveModel {
            answer: Set(Some(answer.text.clone())),
            answered_at: Set(Some(answer.at.micros())),
            answered_by: Set(Some(answer.by.uuid())),
            answered_late: Set(answer.late),
            ..Default::default()
        })
        .filter(Column::Community.eq(name.community.as_str()))
        .filter(Column::Meeting.eq(name.meeting.uuid()))
        .filter(Column::Id.eq(name.objection.uuid()))
        .filter(Column::AnsweredAt.is_null())
        .exec(tx)
        .await?;
    Ok(answered.rows_affected == 1)
}

impl TryFrom<Model> for Objection {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        let answer = match (row.answer, row.answered_at, row.answered_by) {
            (Some(text), Some(at), Some(by)) => Some(Answer {
                text,
                at: Timestamp::from_micros(at),
                by: UserId::from(by),
                late: row.answered_late,
            }),
            _ => None,
        };
        Ok(Self {
            name: ObjectionName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                objection: ObjectionId::from(row.id),
            },
            author: UserId::from(row.author),
            organization: row.organization.map(OrganizationId::from),
            text: row.text,
            created_at: Timestamp::from_micros(row.created_at),
            answer,
        })
    }
}
