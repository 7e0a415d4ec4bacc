use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::dissent::{ActiveModel, Column, Entity, Model};
use super::row;
use crate::domain::{Dissent, DissentAnswer};
use crate::names::{DissentId, DissentName, MeetingId, MeetingName, MotionId, MotionName};
use crate::reasons;

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(Column::Id)
}

/// One dissent.
pub async fn find(conn: &impl ConnectionTrait, name: &DissentName) -> Result<Option<Dissent>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.dissent.uuid());
    let row = Entity::find_by_id(key).one(conn).await?;
    row.map(Dissent::try_from).transpose()
}

/// One dissent that must be there.
pub async fn get(conn: &impl ConnectionTrait, name: &DissentName) -> Result<Dissent, Failure> {
    Ok(find(conn, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// The dissents from one decision.
pub async fn of_motion(conn: &impl ConnectionTrait, motion: &MotionName) -> Result<Vec<Dissent>, Failure> {
    let rows = of_meeting(&motion.meeting())
        .filter(Column::Motion.eq(motion.motion.uuid()))
        .all(conn)
        .await?;
    rows.into_iter().map(Dissent::try_from).collect()
}

/// All dissents of a meeting in the order they were attached.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Dissent>, Failure> {
    let rows = of_meeting(meeting).all(conn).await?;
    rows.into_iter().map(Dissent::try_from).collect()
}

/// A page of them.
pub async fn list(conn: &impl ConnectionTrait, meeting: &MeetingName, page: &Page) -> Result<Vec<Dissent>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Dissent::try_from).collect()
}

/// Adds a dissent. The meeting must be held.
pub async fn insert(tx: &Tx, _by: &Authorized, dissent: &Dissent) -> Result<(), Failure> {
    let row = ActiveModel {
        community: Set(dissent.name.community.to_string()),
        meeting: Set(dissent.name.meeting.uuid()),
        id: Set(dissent.name.dissent.uuid()),
        motion: Set(dissent.motion.uuid()),
        member: Set(dissent.member.uuid()),
        member_kind: Set(row::member_kind(dissent.member)),
        compound: Set(row::member_compound(dissent.member)),
        member_display_name: Set(dissent.member_display_name.clone()),
        text: Set(dissent.text.clone()),
        created_at: Set(dissent.created_at.micros()),
        answer: Set(None),
        answered_at: Set(None),
        answered_by: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes the answer to a dissent that had none.
pub async fn answer(tx: &Tx, _by: &Authorized, dissent: &Dissent) -> Result<(), Failure> {
    let answer = dissent.answer.as_ref();
    let answered = Entity::update_many()
        .set(ActiveModel {
            answer: Set(answer.map(|answer| answer.text.clone())),
            answered_at: Set(answer.map(|answer| answer.at.micros())),
            answered_by: Set(answer.map(|answer| answer.by.uuid())),
            ..Default::default()
        })
        .filter(Column::Community.eq(dissent.name.community.as_str()))
        .filter(Column::Meeting.eq(dissent.name.meeting.uuid()))
        .filter(Column::Id.eq(dissent.name.dissent.uuid()))
        .filter(Column::AnsweredAt.is_null())
        .exec(tx)
        .await?;
    if answered.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::DISSENT_ANSWERED)
        .with("name", &dissent.name)
        .into())
}

impl TryFrom<Model> for Dissent {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        let answer = match (row.answer, row.answered_at, row.answered_by) {
            (Some(text), Some(at), Some(by)) => Some(DissentAnswer {
                text,
                at: Timestamp::from_micros(at),
                by: UserId::from(by),
            }),
            _ => None,
        };
        Ok(Self {
            name: DissentName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                dissent: DissentId::from(row.id),
            },
            motion: MotionId::from(row.motion),
            member: row::member(&row.member_kind, row.member, row.compound)?,
            member_display_name: row.member_display_name,
            text: row.text,
            created_at: Timestamp::from_micros(row.created_at),
            answer,
        })
    }
}
