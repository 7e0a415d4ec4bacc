use yihe_kernel::{Error, Fields, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;

use super::commitment::{agenda_item_of, problem_of, resolution_of};
use super::{Wire, instant, organization};
use crate::domain::{Commitment, Problem};
use yihe_retry::Retry;

/// A problem to be entered.
#[derive(Debug)]
pub struct NewProblem {
    /// What is wrong.
    pub title: String,
    /// More about it.
    pub description: String,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::ReportProblemRequest> for NewProblem {
    type Error = Error;

    fn try_from(request: &pb::ReportProblemRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let problem = request.problem.clone().unwrap_or_default();
        let title = fields.line("problem.title", &problem.title, 1..=200);
        let description = fields.lines("problem.description", &problem.description, 0..=10_000);
        fields.finish()?;
        Ok(Self {
            title,
            description,
            retry,
        })
    }
}

impl From<Problem> for pb::Problem {
    fn from(problem: Problem) -> Self {
        Self {
            name: problem.name.to_string(),
            title: problem.title,
            description: problem.description,
            reporter: organization(problem.reporter.organization),
            reporter_display_name: problem.reporter.display_name,
            agenda_item: problem.agenda_item.map(|item| item.to_string()).unwrap_or_default(),
            create_time: instant(Some(problem.reported_at)),
            close_time: instant(problem.closed_at),
            close_reason: problem.close_reason.unwrap_or_default(),
        }
    }
}

/// A line of the ledger for a commitment.
///
/// # Errors
/// `INTERNAL` for a due date outside the calendar.
pub fn commitment_entry(commitment: Commitment, now: Timestamp) -> Result<pb::LedgerEntry> {
    let days_overdue = i32::try_from(commitment.days_overdue(now)?).map_err(Error::internal)?;
    let (resolution, agenda_item, problem) = (
        resolution_of(&commitment),
        agenda_item_of(&commitment),
        problem_of(&commitment),
    );
    let (progress, progress_at) = commitment.progress.unzip();
    Ok(pb::LedgerEntry {
        commitment: commitment.name.to_string(),
        problem,
        title: commitment.text,
        state: commitment.state.number(),
        organization: organization(commitment.holder.organization),
        organization_display_name: commitment.holder.display_name,
        due_date: commitment.due_on.to_string(),
        days_overdue,
        escalation_level: commitment.level.number(),
        progress: progress.unwrap_or_default(),
        progress_time: instant(progress_at),
        create_time: instant(Some(commitment.made_at)),
        resolution,
        agenda_item,
    })
}

/// A line of the ledger for a problem.
pub fn problem_entry(problem: Problem) -> pb::LedgerEntry {
    let problem = pb::Problem::from(problem);
    pb::LedgerEntry {
        problem: problem.name,
        title: problem.title,
        organization: problem.reporter,
        organization_display_name: problem.reporter_display_name,
        create_time: problem.create_time,
        agenda_item: problem.agenda_item,
        ..pb::LedgerEntry::default()
    }
}
