//! Every interruption of a session; the meeting's own row knows the one that lasts.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Tx};

use super::entity::suspension::{ActiveModel, Column, Entity};
use super::row;
use crate::domain::Interruption;
use crate::domain::minutes::SuspensionFacts;
use crate::names::MeetingName;

/// Those of a meeting, in order.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<SuspensionFacts>, Failure> {
    let rows = Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(Column::Id)
        .all(conn)
        .await?;
    let facts = rows.into_iter().map(|row| SuspensionFacts {
        reason: row.reason,
        started_at: Timestamp::from_micros(row.started_at),
        ended_at: row::instant(row.ended_at),
    });
    Ok(facts.collect())
}

/// One begins. The meeting must be held.
pub async fn begin(
    tx: &Tx,
    _by: &Authorized,
    meeting: &MeetingName,
    (id, since): (uuid::Uuid, &Interruption),
) -> Result<(), Failure> {
    let row = ActiveModel {
        community: Set(meeting.community.to_string()),
        meeting: Set(meeting.meeting.uuid()),
        id: Set(id),
        reason: Set(since.reason.clone()),
        started_at: Set(since.at.micros()),
        ended_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The one that lasts, if there is one, is over. The meeting must be held.
pub async fn end(tx: &Tx, _by: &Authorized, meeting: &MeetingName, at: Timestamp) -> Result<(), Failure> {
    Entity::update_many()
        .set(ActiveModel {
            ended_at: Set(Some(at.micros())),
            ..Default::default()
        })
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
        .filter(Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}
