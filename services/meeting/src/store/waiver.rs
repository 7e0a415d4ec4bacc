use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_authz::Authorized;
use yihe_kernel::{Timestamp, UserId};
use yihe_store::{Failure, Tx};

use super::entity::notice_waiver;
use super::row;
use crate::domain::{Meeting, Member, Waiver};

/// The waivers for the start of a meeting as it stands.
pub async fn all(conn: &impl ConnectionTrait, meeting: &Meeting) -> Result<Vec<Waiver>, Failure> {
    let rows = notice_waiver::Entity::find()
        .filter(notice_waiver::Column::Community.eq(meeting.name.community.as_str()))
        .filter(notice_waiver::Column::Meeting.eq(meeting.name.meeting.uuid()))
        .filter(notice_waiver::Column::StartsAt.eq(meeting.starts_at.micros()))
        .order_by_asc(notice_waiver::Column::Member)
        .all(conn)
        .await?;
    rows.into_iter().map(Waiver::try_from).collect()
}

/// Who has waived for the start of a meeting as it stands.
pub async fn members(conn: &impl ConnectionTrait, meeting: &Meeting) -> Result<Vec<Member>, Failure> {
    let waivers = all(conn, meeting).await?;
    Ok(waivers.into_iter().map(|waiver| waiver.member).collect())
}

/// Adds a waiver. The meeting must be held.
pub async fn insert(tx: &Tx, _by: &Authorized, meeting: &Meeting, waiver: &Waiver) -> Result<(), Failure> {
    let row = notice_waiver::ActiveModel {
        community: Set(meeting.name.community.to_string()),
        meeting: Set(meeting.name.meeting.uuid()),
        member: Set(waiver.member.uuid()),
        starts_at: Set(waiver.starts_at.micros()),
        member_kind: Set(row::member_kind(waiver.member)),
        compound: Set(row::member_compound(waiver.member)),
        waived_at: Set(waiver.waived_at.micros()),
        recorded_by: Set(waiver.recorded_by.map(UserId::uuid)),
    };
    notice_waiver::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

impl TryFrom<notice_waiver::Model> for Waiver {
    type Error = Failure;

    fn try_from(row: notice_waiver::Model) -> Result<Self, Failure> {
        Ok(Self {
            member: row::member(&row.member_kind, row.member, row.compound)?,
            starts_at: Timestamp::from_micros(row.starts_at),
            waived_at: Timestamp::from_micros(row.waived_at),
            recorded_by: row.recorded_by.map(UserId::from),
        })
    }
}
