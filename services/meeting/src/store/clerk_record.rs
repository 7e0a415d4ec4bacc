use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, FileName, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::clerk_record;
use super::row;
use crate::domain::{Contest, ContestState, Record, RecordedAct};
use crate::names::{MeetingId, MeetingName, RecordId, RecordName};
use crate::reasons;

// far below SQLite's limit of parameters in one statement
const ROWS: usize = 500;

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<clerk_record::Entity> {
    clerk_record::Entity::find()
        .filter(clerk_record::Column::Community.eq(meeting.community.as_str()))
        .filter(clerk_record::Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(clerk_record::Column::Id)
}

/// One record.
pub async fn find(conn: &impl ConnectionTrait, name: &RecordName) -> Result<Option<Record>, Failure> {
    let row = of_meeting(&name.meeting())
        .filter(clerk_record::Column::Id.eq(name.record.uuid()))
        .one(conn)
        .await?;
    row.map(Record::try_from).transpose()
}

/// A page of the records of a meeting in the order they were made.
pub async fn list(conn: &impl ConnectionTrait, meeting: &MeetingName, page: &Page) -> Result<Vec<Record>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(clerk_record::Column::Id.gt(after));
    }
    let rows = query.limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Record::try_from).collect()
}

/// Adds a record.
pub async fn insert(tx: &Tx, by: &Authorized, record: &Record) -> Result<(), Failure> {
    insert_all(tx, by, std::slice::from_ref(record)).await
}

/// Adds many records at once.
pub async fn insert_all(tx: &Tx, _by: &Authorized, records: &[Record]) -> Result<(), Failure> {
    for chunk in records.chunks(ROWS) {
        clerk_record::Entity::insert_many(chunk.iter().map(row_of))
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn row_of(record: &Record) -> clerk_record::ActiveModel {
    clerk_record::ActiveModel {
        community: Set(record.name.community.to_string()),
        meeting: Set(record.name.meeting.uuid()),
        id: Set(record.name.record.uuid()),
        act: Set(record.act.code().to_owned()),
        member: Set(record.member.uuid()),
        member_kind: Set(row::member_kind(record.member)),
        compound: Set(row::member_compound(record.member)),
        subject: Set(record.subject.clone()),
        evidence: Set(record.evidence.as_ref().map(|file| file.file.uuid())),
        note: Set(record.note.clone()),
        recorded_by: Set(record.recorded_by.uuid()),
        recorded_at: Set(record.recorded_at.micros()),
        contest_state: Set(None),
        contest_reason: Set(None),
        contested_at: Set(None),
        answer: Set(None),
        answered_at: Set(None),
        contest_recorded_by: Set(None),
    }
}

/// Stores a contest or its answer. The meeting must be held.
pub async fn set_contest(tx: &Tx, _by: &Authorized, record: &Record) -> Result<(), Failure> {
    let contest = record.contest.as_ref();
    let answer = contest.and_then(|contest| contest.answer.as_ref());
    let stored = clerk_record::Entity::update_many()
        .set(clerk_record::ActiveModel {
            contest_state: Set(contest.map(|contest| contest.state.code().to_owned())),
            contest_reason: Set(contest.map(|contest| contest.reason.clone())),
            contested_at: Set(contest.map(|contest| contest.contested_at.micros())),
            answer: Set(answer.map(|(text, _)| text.clone())),
            answered_at: Set(answer.map(|(_, at)| at.micros())),
            contest_recorded_by: Set(contest.and_then(|contest| contest.recorded_by).map(UserId::uuid)),
            ..Default::default()
        })
        .filter(clerk_record::Column::Community.eq(record.name.community.as_str()))
        .filter(clerk_record::Column::Meeting.eq(record.name.meeting.uuid()))
        .filter(clerk_record::Column::Id.eq(record.name.record.uuid()))
        .filter(clerk_record::Column::AnsweredAt.is_null())
        .exec(tx)
        .await?;
    if stored.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::RECORD_NOT_CONTESTED)
        .with("name", &record.name)
        .into())
}

impl TryFrom<clerk_record::Model> for Record {
    type Error = Failure;

    fn try_from(row: clerk_record::Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        let contest = match &row.contest_state {
            Some(state) => Some(Contest {
                state: row::read(ContestState::from_code(state), "contest_state", state)?,
                reason: row.contest_reason.unwrap_or_default(),
                contested_at: Timestamp::from_micros(row.contested_at.unwrap_or_default()),
                recorded_by: row.contest_recorded_by.map(UserId::from),
                answer: row.answer.zip(row::instant(row.answered_at)),
            }),
            None => None,
        };
        Ok(Self {
            act: row::read(RecordedAct::from_code(&row.act), "act", &row.act)?,
            member: row::member(&row.member_kind, row.member, row.compound)?,
            subject: row.subject,
            evidence: row.evidence.map(|file| FileName {
                community: community.clone(),
                file: file.into(),
            }),
            note: row.note,
            recorded_by: UserId::from(row.recorded_by),
            recorded_at: Timestamp::from_micros(row.recorded_at),
            contest,
            name: RecordName {
                community,
                meeting: MeetingId::from(row.meeting),
                record: RecordId::from(row.id),
            },
        })
    }
}
