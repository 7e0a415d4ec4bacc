use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::motion;
use super::{motion_version, row};
use crate::domain::{Member, Motion, MotionState};
use crate::lookup::Rows;
use crate::names::{AgendaItemId, AgendaItemName, AmendmentId, MeetingId, MeetingName, MotionId, MotionName};
use crate::reasons;

/// One motion.
pub async fn find(conn: &impl ConnectionTrait, name: &MotionName) -> Result<Option<Motion>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.motion.uuid());
    let row = motion::Entity::find_by_id(key).one(conn).await?;
    row.map(Motion::try_from).transpose()
}

/// One motion that must be there.
pub async fn get(conn: &impl ConnectionTrait, name: &MotionName) -> Result<Motion, Failure> {
    Ok(find(conn, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// The motions of a meeting in the order of submission.
pub async fn list(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    rows: Rows,
    page: &Page,
) -> Result<Vec<Motion>, Failure> {
    let mut query = motion::Entity::find()
        .filter(motion::Column::Community.eq(meeting.community.as_str()))
        .filter(motion::Column::Meeting.eq(meeting.meeting.uuid()));
    if let Some((member, owned)) = rows.owned() {
        let mover = motion::Column::Mover;
        query = query.filter(if owned {
            mover.eq(member.uuid())
        } else {
            mover.ne(member.uuid())
        });
    }
    if let Some(after) = row::after_id(page)? {
        query = query.filter(motion::Column::Id.gt(after));
    }
    let rows = query
        .order_by_asc(motion::Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Motion::try_from).collect()
}

/// The motions on an item, in the order of submission.
pub async fn of_item(conn: &impl ConnectionTrait, item: &AgendaItemName) -> Result<Vec<Motion>, Failure> {
    let rows = motion::Entity::find()
        .filter(motion::Column::Community.eq(item.community.as_str()))
        .filter(motion::Column::Meeting.eq(item.meeting.uuid()))
        .filter(motion::Column::AgendaItem.eq(item.agenda_item.uuid()))
        .order_by_asc(motion::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(Motion::try_from).collect()
}

/// All motions of a meeting, in the order of submission.
pub async fn of_meeting(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Motion>, Failure> {
    let rows = motion::Entity::find()
        .filter(motion::Column::Community.eq(meeting.community.as_str()))
        .filter(motion::Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(motion::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(Motion::try_from).collect()
}

/// Adds a motion with the first version of its text.
pub async fn insert(tx: &Tx, by: &Authorized, motion: &Motion) -> Result<(), Failure> {
    let row = motion::ActiveModel {
        community: Set(motion.name.community.to_string()),
        meeting: Set(motion.name.meeting.uuid()),
        id: Set(motion.name.motion.uuid()),
        agenda_item: Set(motion.agenda_item.uuid()),
        text: Set(motion.text.clone()),
        mover: Set(motion.mover.uuid()),
        mover_kind: Set(row::member_kind(motion.mover)),
        mover_compound: Set(row::member_compound(motion.mover)),
        mover_display_name: Set(motion.mover_display_name.clone()),
        state: Set(motion.state.code().to_owned()),
        created_at: Set(motion.created_at.micros()),
        version: Set(motion.version),
        candidate: Set(motion.candidate.map(Member::uuid)),
        candidate_kind: Set(motion.candidate.map(row::member_kind)),
        withdrawal: Set(None),
    };
    motion::Entity::insert(row).exec_without_returning(tx).await?;
    motion_version::insert(tx, by, motion, None, motion.created_at).await
}

/// Stores the new state of a motion that was in `seen`.
pub async fn set_state(tx: &Tx, _by: &Authorized, motion: &Motion, seen: MotionState) -> Result<(), Failure> {
    let set = motion::Entity::update_many()
        .set(motion::ActiveModel {
            state: Set(motion.state.code().to_owned()),
            withdrawal: Set(row::json(motion.withdrawal.as_ref())?),
            ..Default::default()
        })
        .filter(motion::Column::Community.eq(motion.name.community.as_str()))
        .filter(motion::Column::Meeting.eq(motion.name.meeting.uuid()))
        .filter(motion::Column::Id.eq(motion.name.motion.uuid()))
        .filter(motion::Column::State.eq(seen.code()))
        .exec(tx)
        .await?;
    if set.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::MOTION_STATE)
        .with("name", &motion.name)
        .with("state", "changed meanwhile")
        .into())
}

/// Stores the amended text of a motion that stands, as its newest version.
pub async fn set_text(
    tx: &Tx,
    by: &Authorized,
    motion: &Motion,
    amendment: AmendmentId,
    at: Timestamp,
) -> Result<(), Failure> {
    motion::Entity::update_many()
        .set(motion::ActiveModel {
            text: Set(motion.text.clone()),
            version: Set(motion.version),
            ..Default::default()
        })
        .filter(motion::Column::Community.eq(motion.name.community.as_str()))
        .filter(motion::Column::Meeting.eq(motion.name.meeting.uuid()))
        .filter(motion::Column::Id.eq(motion.name.motion.uuid()))
        .exec(tx)
        .await?;
    motion_version::insert(tx, by, motion, Some(amendment), at).await
}

impl TryFrom<motion::Model> for Motion {
    type Error = Failure;

    fn try_from(row: motion::Model) -> Result<Self, Failure> {
        let candidate = match (row.candidate_kind, row.candidate) {
            (Some(kind), Some(id)) => Some(row::member(&kind, id, None)?),
            _ => None,
        };
        Ok(Self {
            name: MotionName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                motion: MotionId::from(row.id),
            },
            agenda_item: AgendaItemId::from(row.agenda_item),
            text: row.text,
            mover: row::member(&row.mover_kind, row.mover, row.mover_compound)?,
            mover_display_name: row.mover_display_name,
            state: row::read(MotionState::from_code(&row.state), "state", &row.state)?,
            created_at: Timestamp::from_micros(row.created_at),
            version: row.version,
            candidate,
            withdrawal: row::from_json(row.withdrawal.as_deref(), "withdrawal")?,
        })
    }
}
