//! What the plan and the report of a month are computed from: history up to an instant.

use std::collections::BTreeMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, Timestamp};
use yihe_store::{Failure, Tx};

use super::entity::{commitment, commitment_step, meeting, meeting_schedule, month_report, problem};
use crate::domain::{CommitmentStep, Meeting, MeetingState, Problem, ScheduledMeeting, Standing};
use crate::names::{CommitmentId, CommitmentName, MeetingId, MeetingName, MonthReportName};
use crate::reasons;

/// Commitments as they stood before an instant, and all steps that had led there.
pub async fn standings(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    before: Timestamp,
) -> Result<(Vec<Standing>, Vec<CommitmentStep>), Failure> {
    let made = commitment::Entity::find()
        .filter(commitment::Column::Community.eq(community.as_str()))
        .filter(commitment::Column::MadeAt.lt(before.micros()))
        .order_by_asc(commitment::Column::Id)
        .all(conn)
        .await?;
    let rows = commitment_step::Entity::find()
        .filter(commitment_step::Column::Community.eq(community.as_str()))
        .filter(commitment_step::Column::At.lt(before.micros()))
        .order_by_asc(commitment_step::Column::Serial)
        .all(conn)
        .await?;
    let mut steps: BTreeMap<uuid::Uuid, Vec<CommitmentStep>> = BTreeMap::new();
    for row in rows {
        let id = row.commitment;
        steps.entry(id).or_default().push(row.try_into()?);
    }
    let standings = made.into_iter().filter_map(|row| {
        let name = CommitmentName {
            community: community.clone(),
            commitment: CommitmentId::from(row.id),
        };
        Standing::after(name, row.text, steps.get(&row.id)?)
    });
    let standings = standings.collect();
    Ok((standings, steps.into_values().flatten().collect()))
}

/// The problems entered before an instant.
pub async fn problems(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    before: Timestamp,
) -> Result<Vec<Problem>, Failure> {
    let rows = problem::Entity::find()
        .filter(problem::Column::Community.eq(community.as_str()))
        .filter(problem::Column::ReportedAt.lt(before.micros()))
        .order_by_asc(problem::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(Problem::try_from).collect()
}

/// The meetings as they were scheduled before an instant, without those that had been cancelled by then.
pub async fn scheduled(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    before: Timestamp,
) -> Result<Vec<ScheduledMeeting>, Failure> {
    let cancelled = meeting::Entity::find()
        .filter(meeting::Column::Community.eq(community.as_str()))
        .filter(meeting::Column::State.eq(MeetingState::Cancelled.code()))
        .filter(meeting::Column::ClosedAt.lt(before.micros()))
        .all(conn)
        .await?;
    let rows = meeting_schedule::Entity::find()
        .filter(meeting_schedule::Column::Community.eq(community.as_str()))
        .filter(meeting_schedule::Column::NotedAt.lt(before.micros()))
        .order_by_asc(meeting_schedule::Column::Version)
        .all(conn)
        .await?;
    let mut last = BTreeMap::new();
    for row in rows {
        let name = MeetingName {
            community: community.clone(),
            meeting: MeetingId::from(row.meeting),
        };
        let scheduled = row.starts_at.map(|starts_at| ScheduledMeeting {
            name,
            title: row.title,
            starts_at: Timestamp::from_micros(starts_at),
        });
        last.insert(row.meeting, scheduled);
    }
    for gone in cancelled {
        last.remove(&gone.id);
    }
    Ok(last.into_values().flatten().collect())
}

/// Notes for when a meeting is scheduled, under which title; its version tells one note from another.
pub async fn schedule(tx: &Tx, _by: &Authorized, meeting: &Meeting, at: Timestamp) -> Result<(), Failure> {
    let row = meeting_schedule::ActiveModel {
        community: Set(meeting.name.community.to_string()),
        meeting: Set(meeting.name.meeting.uuid()),
        version: Set(meeting.version),
        title: Set(meeting.title.clone()),
        starts_at: Set(meeting.start_known.then_some(meeting.starts_at.micros())),
        noted_at: Set(at.micros()),
    };
    meeting_schedule::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// A report that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its text in Chinese.
    pub text_zh: String,
    /// Its text in English.
    pub text_en: String,
    /// Digest of both.
    pub sha256: String,
    /// When it was published.
    pub at: Timestamp,
}

/// The published report of a month, if there is one.
pub async fn published(conn: &impl ConnectionTrait, name: &MonthReportName) -> Result<Option<Published>, Failure> {
    let key = (name.community.to_string(), name.month_report.to_string());
    let row = month_report::Entity::find_by_id(key).one(conn).await?;
    Ok(row.map(|row| Published {
        text_zh: row.text_zh,
        text_en: row.text_en,
        sha256: row.sha256,
        at: Timestamp::from_micros(row.published_at),
    }))
}

/// Keeps the report of a month for good.
pub async fn publish(tx: &Tx, by: &Authorized, name: &MonthReportName, report: &Published) -> Result<(), Failure> {
    let row = month_report::ActiveModel {
        community: Set(name.community.to_string()),
        month: Set(name.month_report.to_string()),
        text_zh: Set(report.text_zh.clone()),
        text_en: Set(report.text_en.clone()),
        sha256: Set(report.sha256.clone()),
        published_at: Set(report.at.micros()),
        published_by: Set(by.actor()),
    };
    let kept = month_report::Entity::insert(row).exec_without_returning(tx).await;
    kept.map_err(|error| {
        let failure = Failure::from(error);
        if failure.is_unique_violation() {
            return Error::new(&reasons::MONTH_REPORT_PUBLISHED).with("name", name).into();
        }
        failure
    })?;
    Ok(())
}
