//! The votes that an item, or a meeting, has had.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_store::{Failure, Tx};

use super::entity::vote::{Column, Entity};
use crate::domain::{Vote, VoteState};
use crate::names::{AgendaItemName, MeetingName};

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(Column::Id)
}

/// All votes on the motions of an item and their amendments, in the order they were opened.
pub async fn of_item(conn: &impl ConnectionTrait, item: &AgendaItemName) -> Result<Vec<Vote>, Failure> {
    let motions = super::motion::of_item(conn, item).await?;
    let rows = of_meeting(&item.meeting())
        .filter(Column::Motion.is_in(motions.iter().map(|motion| motion.name.motion.uuid())))
        .all(conn)
        .await?;
    rows.into_iter().map(Vote::try_from).collect()
}

/// The vote that is open in a meeting. The meeting must be held: it is then the only one there can be.
pub async fn open(tx: &Tx, meeting: &MeetingName) -> Result<Option<Vote>, Failure> {
    let row = of_meeting(meeting)
        .filter(Column::State.eq(VoteState::Open.code()))
        .one(tx)
        .await?;
    row.map(Vote::try_from).transpose()
}

/// The votes that wait for the chair's casting vote. The meeting must be held.
pub async fn tied(tx: &Tx, meeting: &MeetingName) -> Result<Vec<Vote>, Failure> {
    let rows = of_meeting(meeting)
        .filter(Column::State.eq(VoteState::Tied.code()))
        .all(tx)
        .await?;
    rows.into_iter().map(Vote::try_from).collect()
}
