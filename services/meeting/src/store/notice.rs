use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Tx};
use yihe_tally::RulePack;

use super::entity::{notice, roster_entry};
use super::{agenda, owners, row};
use crate::domain::{Member, Notice, RosterEntry};
use crate::names::MeetingName;

// far below SQLite's limit of parameters in one statement
const ROWS: usize = 500;

/// The notice of a meeting with agenda and roster, if it was served.
pub async fn find(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Option<Notice>, Failure> {
    let key = (meeting.community.to_string(), meeting.meeting.uuid());
    let Some(row) = notice::Entity::find_by_id(key).one(conn).await? else {
        return Ok(None);
    };
    let mut agenda = agenda::all(conn, meeting).await?;
    agenda.retain(|item| item.noticed);
    Ok(Some(Notice {
        meeting: meeting.clone(),
        served_at: Timestamp::from_micros(row.served_at),
        pack: RulePack::parse(&row.pack_text).map_err(|_| row::broken("pack_text", &row.rule_pack))?,
        agenda,
        roster: roster(conn, meeting).await?,
        register: owners::extract(conn, meeting).await?,
    }))
}

fn entries(meeting: &MeetingName) -> sea_orm::Select<roster_entry::Entity> {
    roster_entry::Entity::find()
        .filter(roster_entry::Column::Community.eq(meeting.community.as_str()))
        .filter(roster_entry::Column::Meeting.eq(meeting.meeting.uuid()))
}

async fn roster(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<RosterEntry>, Failure> {
    let rows = entries(meeting)
        .order_by_asc(roster_entry::Column::Member)
        .all(conn)
        .await?;
    rows.into_iter().map(RosterEntry::try_from).collect()
}

/// The entry of one of those on the roster.
pub async fn entry(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    member: Member,
) -> Result<Option<RosterEntry>, Failure> {
    let row = entries(meeting)
        .filter(roster_entry::Column::Member.eq(member.uuid()))
        .one(conn)
        .await?;
    row.map(RosterEntry::try_from).transpose()
}

/// Stores a notice with its roster and freezes the agenda. The meeting must be held.
pub async fn insert(tx: &Tx, by: &Authorized, notice: &Notice) -> Result<(), Failure> {
    let (community, meeting) = (notice.meeting.community.to_string(), notice.meeting.meeting.uuid());
    let row = notice::ActiveModel {
        community: Set(community.clone()),
        meeting: Set(meeting),
        served_at: Set(notice.served_at.micros()),
        rule_pack: Set(notice.pack.id().to_owned()),
        effective_on: Set(notice.pack.effective_from().to_string()),
        pack_text: Set(notice.pack.text().to_owned()),
        pack_sha256: Set(notice.pack.hash().to_owned()),
    };
    notice::Entity::insert(row).exec_without_returning(tx).await?;
    for chunk in notice.roster.chunks(ROWS) {
        let rows = chunk.iter().map(|entry| roster_entry::ActiveModel {
            community: Set(community.clone()),
            meeting: Set(meeting),
            member: Set(entry.member.uuid()),
            member_kind: Set(row::member_kind(entry.member)),
            compound: Set(row::member_compound(entry.member)),
            kind: Set(row::kind_code(entry.kind)),
            display_name: Set(entry.display_name.clone()),
            member_group: Set(entry.group.clone()),
            heads: Set(i32::try_from(entry.heads).unwrap_or(i32::MAX)),
            acknowledged_at: Set(None),
            acknowledged_by: Set(None),
        });
        roster_entry::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    agenda::freeze(tx, by, &notice.meeting).await
}

/// Stores that the notice of a postponed meeting was served anew: nobody has acknowledged it yet. The meeting must be held.
pub async fn renew(tx: &Tx, by: &Authorized, notice: &Notice) -> Result<(), Failure> {
    let (community, meeting) = (notice.meeting.community.as_str(), notice.meeting.meeting.uuid());
    notice::Entity::update_many()
        .set(notice::ActiveModel {
            served_at: Set(notice.served_at.micros()),
            ..Default::default()
        })
        .filter(notice::Column::Community.eq(community))
        .filter(notice::Column::Meeting.eq(meeting))
        .exec(tx)
        .await?;
    roster_entry::Entity::update_many()
        .set(roster_entry::ActiveModel {
            acknowledged_at: Set(None),
            acknowledged_by: Set(None),
            ..Default::default()
        })
        .filter(roster_entry::Column::Community.eq(community))
        .filter(roster_entry::Column::Meeting.eq(meeting))
        .exec(tx)
        .await?;
    agenda::freeze(tx, by, &notice.meeting).await
}

/// Notes an acknowledgement; the first one stands, and a later one changes nothing and gives false.
pub async fn acknowledge(
    tx: &Tx,
    by: &Authorized,
    meeting: &MeetingName,
    member: Member,
    at: Timestamp,
) -> Result<bool, Failure> {
    let noted = roster_entry::Entity::update_many()
        .set(roster_entry::ActiveModel {
            acknowledged_at: Set(Some(at.micros())),
            acknowledged_by: Set(Some(by.actor())),
            ..Default::default()
        })
        .filter(roster_entry::Column::Community.eq(meeting.community.as_str()))
        .filter(roster_entry::Column::Meeting.eq(meeting.meeting.uuid()))
        .filter(roster_entry::Column::Member.eq(member.uuid()))
        .filter(roster_entry::Column::AcknowledgedAt.is_null())
        .exec(tx)
        .await?;
    Ok(noted.rows_affected == 1)
}

impl TryFrom<roster_entry::Model> for RosterEntry {
    type Error = Failure;

    fn try_from(row: roster_entry::Model) -> Result<Self, Failure> {
        Ok(Self {
            member: row::member(&row.member_kind, row.member, row.compound)?,
            kind: row::kind(&row.kind)?,
            display_name: row.display_name,
            group: row.member_group,
            heads: u32::try_from(row.heads).map_err(|_| row::broken("heads", "a negative number"))?,
            acknowledged_at: row::instant(row.acknowledged_at),
        })
    }
}
