use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::amendment;
use super::row;
use crate::domain::{Amendment, AmendmentState};
use crate::lookup::Rows;
use crate::names::{AmendmentId, AmendmentName, MeetingId, MeetingName, MotionId, MotionName};
use crate::reasons;

const OPEN: [&str; 2] = [AmendmentState::Submitted.code(), AmendmentState::Voting.code()];

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<amendment::Entity> {
    amendment::Entity::find()
        .filter(amendment::Column::Community.eq(meeting.community.as_str()))
        .filter(amendment::Column::Meeting.eq(meeting.meeting.uuid()))
}

/// One amendment.
pub async fn find(conn: &impl ConnectionTrait, name: &AmendmentName) -> Result<Option<Amendment>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.amendment.uuid());
    let row = amendment::Entity::find_by_id(key).one(conn).await?;
    row.map(Amendment::try_from).transpose()
}

/// One amendment that must be there.
pub async fn get(conn: &impl ConnectionTrait, name: &AmendmentName) -> Result<Amendment, Failure> {
    Ok(find(conn, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// The open amendments of a motion, the next to be voted on first.
pub async fn open_of(conn: &impl ConnectionTrait, motion: &MotionName) -> Result<Vec<Amendment>, Failure> {
    let rows = of_meeting(&motion.meeting())
        .filter(amendment::Column::Motion.eq(motion.motion.uuid()))
        .filter(amendment::Column::State.is_in(OPEN))
        .order_by_asc(amendment::Column::Rank)
        .all(conn)
        .await?;
    rows.into_iter().map(Amendment::try_from).collect()
}

/// The amendments of a motion that nobody seconded yet, in the order of submission.
pub async fn awaiting_of(conn: &impl ConnectionTrait, motion: &MotionName) -> Result<Vec<Amendment>, Failure> {
    let rows = of_meeting(&motion.meeting())
        .filter(amendment::Column::Motion.eq(motion.motion.uuid()))
        .filter(amendment::Column::State.eq(AmendmentState::AwaitingSecond.code()))
        .order_by_asc(amendment::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(Amendment::try_from).collect()
}

/// The amendments of a meeting, or of one motion, in the order of submission.
pub async fn list(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    motion: Option<MotionId>,
    rows: Rows,
    page: &Page,
) -> Result<Vec<Amendment>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(motion) = motion {
        query = query.filter(amendment::Column::Motion.eq(motion.uuid()));
    }
    if let Some((member, owned)) = rows.owned() {
        let mover = amendment::Column::Mover;
        query = query.filter(if owned {
            mover.eq(member.uuid())
        } else {
            mover.ne(member.uuid())
        });
    }
    if let Some(after) = row::after_id(page)? {
        query = query.filter(amendment::Column::Id.gt(after));
    }
    let rows = query
        .order_by_asc(amendment::Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Amendment::try_from).collect()
}

/// Adds an amendment.
pub async fn insert(tx: &Tx, _by: &Authorized, amendment: &Amendment) -> Result<(), Failure> {
    let row = amendment::ActiveModel {
        community: Set(amendment.name.community.to_string()),
        meeting: Set(amendment.name.meeting.uuid()),
        id: Set(amendment.name.amendment.uuid()),
        motion: Set(amendment.motion.uuid()),
        mover: Set(amendment.mover.uuid()),
        mover_kind: Set(row::member_kind(amendment.mover)),
        mover_compound: Set(row::member_compound(amendment.mover)),
        mover_display_name: Set(amendment.mover_display_name.clone()),
        created_at: Set(amendment.created_at.micros()),
        ..changeable(amendment)
    };
    amendment::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores a change of an amendment that was in `seen`.
pub async fn save(tx: &Tx, _by: &Authorized, amendment: &Amendment, seen: AmendmentState) -> Result<(), Failure> {
    let saved = amendment::Entity::update_many()
        .set(changeable(amendment))
        .filter(amendment::Column::Community.eq(amendment.name.community.as_str()))
        .filter(amendment::Column::Meeting.eq(amendment.name.meeting.uuid()))
        .filter(amendment::Column::Id.eq(amendment.name.amendment.uuid()))
        .filter(amendment::Column::State.eq(seen.code()))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::AMENDMENT_STATE)
        .with("name", &amendment.name)
        .with("state", "changed meanwhile")
        .into())
}

fn changeable(amendment: &Amendment) -> amendment::ActiveModel {
    amendment::ActiveModel {
        motion_version: Set(amendment.motion_version),
        rank: Set(amendment.rank),
        text: Set(amendment.text.clone()),
        rationale: Set(amendment.rationale.clone()),
        state: Set(amendment.state.code().to_owned()),
        ended_at: Set(row::micros(amendment.ended_at)),
        strike_reason: Set(amendment.strike_reason.clone()),
        ..Default::default()
    }
}

impl TryFrom<amendment::Model> for Amendment {
    type Error = Failure;

    fn try_from(row: amendment::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: AmendmentName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                amendment: AmendmentId::from(row.id),
            },
            motion: MotionId::from(row.motion),
            motion_version: row.motion_version,
            rank: row.rank,
            text: row.text,
            rationale: row.rationale,
            mover: row::member(&row.mover_kind, row.mover, row.mover_compound)?,
            mover_display_name: row.mover_display_name,
            state: row::read(AmendmentState::from_code(&row.state), "state", &row.state)?,
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: row::instant(row.ended_at),
            strike_reason: row.strike_reason,
        })
    }
}
