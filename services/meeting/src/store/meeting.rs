use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp, reasons};
use yihe_store::{Failure, Page, Tx};

use super::entity::meeting;
use super::row;
use super::visible::Sight;
use crate::domain::{BodyKind, Interruption, Meeting, MeetingMode, MeetingState};
use crate::names::{BodyId, MeetingId, MeetingName};

fn by_name(name: &MeetingName) -> sea_orm::Select<meeting::Entity> {
    meeting::Entity::find_by_id((name.community.to_string(), name.meeting.uuid()))
}

/// One meeting.
pub async fn find(conn: &impl ConnectionTrait, name: &MeetingName) -> Result<Option<Meeting>, Failure> {
    let row = by_name(name).one(conn).await?;
    row.map(Meeting::try_from).transpose()
}

/// One meeting, held until the transaction ends: its commands go one after another. Taken before any row below it.
pub async fn hold(tx: &Tx, name: &MeetingName) -> Result<Meeting, Failure> {
    let row = by_name(name).lock_exclusive().one(tx).await?;
    Meeting::try_from(row.ok_or_else(|| Error::not_found(name))?)
}

/// The meetings of a community that `sight` lets through, newest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    body: Option<BodyId>,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Meeting>, Failure> {
    let mut query = meeting::Entity::find()
        .filter(meeting::Column::Community.eq(community.as_str()))
        .filter(sight.of_meetings());
    if let Some(body) = body {
        query = query.filter(meeting::Column::Body.eq(body.uuid()));
    }
    if let Some(after) = row::after_id(page)? {
        query = query.filter(meeting::Column::Id.lt(after));
    }
    let rows = query
        .order_by_desc(meeting::Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Meeting::try_from).collect()
}

/// Adds a meeting.
pub async fn insert(tx: &Tx, _by: &Authorized, meeting: &Meeting) -> Result<(), Failure> {
    let row = meeting::ActiveModel {
        community: Set(meeting.name.community.to_string()),
        id: Set(meeting.name.meeting.uuid()),
        body: Set(meeting.body.uuid()),
        body_kind: Set(meeting.body_kind.code().to_owned()),
        convener: Set(meeting.convener.uuid()),
        mode: Set(meeting.mode.code().to_owned()),
        created_at: Set(meeting.created_at.micros()),
        ..changeable(meeting)?
    };
    meeting::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores a change of the meeting itself, made to the version it has.
pub async fn save(tx: &Tx, _by: &Authorized, mut meeting: Meeting) -> Result<Meeting, Failure> {
    let seen = meeting.version;
    meeting.version += 1;
    let saved = meeting::Entity::update_many()
        .set(changeable(&meeting)?)
        .filter(meeting::Column::Community.eq(meeting.name.community.as_str()))
        .filter(meeting::Column::Id.eq(meeting.name.meeting.uuid()))
        .filter(meeting::Column::Version.eq(seen))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(meeting);
    }
    Err(Error::new(&reasons::ETAG_MISMATCH).with("name", &meeting.name).into())
}

/// Notes whether the room has a quorum, where casting a ballot looks.
pub async fn set_quorate(tx: &Tx, _by: &Authorized, name: &MeetingName, quorate: bool) -> Result<(), Failure> {
    meeting::Entity::update_many()
        .set(meeting::ActiveModel {
            quorate: Set(quorate),
            ..Default::default()
        })
        .filter(meeting::Column::Community.eq(name.community.as_str()))
        .filter(meeting::Column::Id.eq(name.meeting.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

fn changeable(meeting: &Meeting) -> Result<meeting::ActiveModel, Failure> {
    Ok(meeting::ActiveModel {
        title: Set(meeting.title.clone()),
        location: Set(meeting.location.clone()),
        starts_at: Set(meeting.starts_at.micros()),
        state: Set(meeting.state.code().to_owned()),
        noticed_at: Set(row::micros(meeting.noticed_at)),
        opened_at: Set(row::micros(meeting.opened_at)),
        closed_at: Set(row::micros(meeting.closed_at)),
        cancel_reason: Set(meeting.cancel_reason.clone()),
        start_known: Set(meeting.start_known),
        postponed_at: Set(meeting.postponed.as_ref().map(|since| since.at.micros())),
        postpone_reason: Set(meeting.postponed.as_ref().map(|since| since.reason.clone())),
        suspended_at: Set(meeting.suspended.as_ref().map(|since| since.at.micros())),
        suspend_reason: Set(meeting.suspended.as_ref().map(|since| since.reason.clone())),
        notice_round: Set(meeting.notice_round),
        voting_ends_at: Set(row::micros(meeting.voting_ends_at)),
        quorate: Set(meeting.quorate),
        version: Set(meeting.version),
        debate_rules: Set(row::json(meeting.debate.as_ref())?),
        ..Default::default()
    })
}

fn interruption(at: Option<i64>, reason: Option<String>) -> Option<Interruption> {
    at.map(|at| Interruption {
        at: Timestamp::from_micros(at),
        reason: reason.unwrap_or_default(),
    })
}

impl TryFrom<meeting::Model> for Meeting {
    type Error = Failure;

    fn try_from(row: meeting::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: MeetingName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.id),
            },
            body: BodyId::from(row.body),
            body_kind: row
                .body_kind
                .parse::<BodyKind>()
                .map_err(|_| row::broken("body_kind", &row.body_kind))?,
            convener: OrganizationId::from(row.convener),
            title: row.title,
            location: row.location,
            starts_at: Timestamp::from_micros(row.starts_at),
            mode: row::read(MeetingMode::from_code(&row.mode), "mode", &row.mode)?,
            state: row::read(MeetingState::from_code(&row.state), "state", &row.state)?,
            created_at: Timestamp::from_micros(row.created_at),
            noticed_at: row::instant(row.noticed_at),
            opened_at: row::instant(row.opened_at),
            closed_at: row::instant(row.closed_at),
            cancel_reason: row.cancel_reason,
            start_known: row.start_known,
            postponed: interruption(row.postponed_at, row.postpone_reason),
            suspended: interruption(row.suspended_at, row.suspend_reason),
            notice_round: row.notice_round,
            voting_ends_at: row::instant(row.voting_ends_at),
            quorate: row.quorate,
            version: row.version,
            debate: row::from_json(row.debate_rules.as_deref(), "debate_rules")?,
        })
    }
}
