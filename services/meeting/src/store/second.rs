//! Who seconded motions and amendments.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Page, Tx};

use super::entity::motion_second::{ActiveModel, Column, Entity, Model};
use super::row;
use crate::domain::{Second, SecondedSubject};
use crate::names::{MeetingName, MotionName};

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(Column::Id)
}

/// Who seconded a motion or an amendment, in order.
pub async fn of(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    subject: SecondedSubject,
) -> Result<Vec<Second>, Failure> {
    let rows = of_meeting(meeting)
        .filter(Column::Subject.eq(subject.uuid()))
        .all(conn)
        .await?;
    rows.into_iter().map(Second::try_from).collect()
}

/// All seconds of a meeting, in order.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Second>, Failure> {
    let rows = of_meeting(meeting).all(conn).await?;
    rows.into_iter().map(Second::try_from).collect()
}

/// A page of those of a motion and its amendments.
pub async fn list(conn: &impl ConnectionTrait, motion: &MotionName, page: &Page) -> Result<Vec<Second>, Failure> {
    let mut query = of_meeting(&motion.meeting()).filter(Column::Motion.eq(motion.motion.uuid()));
    if let Some(after) = row::after_id(page)? {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Second::try_from).collect()
}

/// Adds a second. The meeting must be held.
pub async fn insert(tx: &Tx, _by: &Authorized, meeting: &MeetingName, second: &Second) -> Result<(), Failure> {
    let row = ActiveModel {
        community: Set(meeting.community.to_string()),
        meeting: Set(meeting.meeting.uuid()),
        id: Set(second.id),
        motion: Set(second.subject.motion().uuid()),
        subject: Set(second.subject.uuid()),
        member: Set(second.member.uuid()),
        member_kind: Set(row::member_kind(second.member)),
        compound: Set(row::member_compound(second.member)),
        member_display_name: Set(second.display_name.clone()),
        seconded_at: Set(second.at.micros()),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

impl TryFrom<Model> for Second {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        let subject = if row.subject == row.motion {
            SecondedSubject::Motion(row.motion.into())
        } else {
            SecondedSubject::Amendment(row.motion.into(), row.subject.into())
        };
        Ok(Self {
            id: row.id,
            subject,
            member: row::member(&row.member_kind, row.member, row.compound)?,
            display_name: row.member_display_name,
            at: Timestamp::from_micros(row.seconded_at),
        })
    }
}
