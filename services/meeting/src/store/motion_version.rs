use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Page, Tx};

use super::entity::motion_version;
use super::row;
use crate::domain::{Motion, MotionVersion};
use crate::names::{AmendmentId, MotionName};

/// The versions of a motion's text, the oldest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    motion: &MotionName,
    page: &Page,
) -> Result<Vec<MotionVersion>, Failure> {
    let mut query = motion_version::Entity::find()
        .filter(motion_version::Column::Community.eq(motion.community.as_str()))
        .filter(motion_version::Column::Meeting.eq(motion.meeting.uuid()))
        .filter(motion_version::Column::Motion.eq(motion.motion.uuid()));
    if let Some(after) = &page.after {
        let after: i32 = after.parse().map_err(|_| row::broken("page_token", after))?;
        query = query.filter(motion_version::Column::Number.gt(after));
    }
    let rows = query
        .order_by_asc(motion_version::Column::Number)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(MotionVersion::from).collect())
}

/// Keeps the text of a motion as it reads now.
pub async fn insert(
    tx: &Tx,
    _by: &Authorized,
    motion: &Motion,
    amendment: Option<AmendmentId>,
    at: Timestamp,
) -> Result<(), Failure> {
    let row = motion_version::ActiveModel {
        community: Set(motion.name.community.to_string()),
        meeting: Set(motion.name.meeting.uuid()),
        motion: Set(motion.name.motion.uuid()),
        number: Set(motion.version),
        text: Set(motion.text.clone()),
        amendment: Set(amendment.map(AmendmentId::uuid)),
        created_at: Set(at.micros()),
    };
    motion_version::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

impl From<motion_version::Model> for MotionVersion {
    fn from(row: motion_version::Model) -> Self {
        Self {
            number: row.number,
            text: row.text,
            amendment: row.amendment.map(AmendmentId::from),
            created_at: Timestamp::from_micros(row.created_at),
        }
    }
}
