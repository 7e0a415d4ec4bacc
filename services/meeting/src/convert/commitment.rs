mod wire;

pub use wire::{agenda_item_of, commitment, problem_of, resolution_of, step};

use yihe_kernel::{Error, Fields, FileName, OrganizationId, OrganizationName, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_tally::Date;

use super::read::code;
use crate::domain::{CommitmentPart, CommitmentState, NewCommitment, local_day};
use crate::names::{AgendaItemName, MeetingName, ProblemName, ResolutionName};
use crate::store::commitment::Wanted;
use yihe_retry::Retry;

const NOTE: usize = 1_000;
const EXTERNAL_REF: std::ops::RangeInclusive<usize> = 0..=100;
const LINES: usize = 100;
const EVIDENCE: usize = 50;

/// A remark, which may be empty.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn remark(field: &str, text: &str) -> Result<String> {
    let mut fields = Fields::new();
    let text = fields.lines(field, text, 0..=NOTE);
    fields.finish()?;
    Ok(text)
}

/// A reason or an account, which must be there.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn wording(field: &str, text: &str) -> Result<String> {
    let mut fields = Fields::new();
    let text = fields.lines(field, text, 1..=NOTE);
    fields.finish()?;
    Ok(text)
}

fn date(fields: &mut Fields, field: &str, text: &str) -> Option<Date> {
    let date = text.parse().ok();
    if date.is_none() {
        fields.refuse(
            field,
            "is not a day of the form YYYY-MM-DD",
            "不是 YYYY-MM-DD 形式的日期",
        );
    }
    date
}

/// From what commitments are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitmentParent {
    /// A resolution.
    Resolution(ResolutionName),
    /// An on-site meeting.
    Meeting(MeetingName),
}

impl CommitmentParent {
    /// Reads the name of either.
    ///
    /// # Errors
    /// `MALFORMED_NAME`.
    pub fn read(field: &str, text: &str) -> Result<Self> {
        if let Ok(meeting) = text.parse() {
            return Ok(Self::Meeting(meeting));
        }
        let resolution = text.parse().map_err(|refusal| Error::malformed_name(field, &refusal))?;
        Ok(Self::Resolution(resolution))
    }
}

/// Commitments to be made.
#[derive(Debug)]
pub struct NewCommitments {
    /// Who is asked for what.
    pub lines: Vec<(OrganizationId, NewCommitment)>,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateCommitmentsRequest> for NewCommitments {
    type Error = Error;

    fn try_from(request: &pb::CreateCommitmentsRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        if request.lines.is_empty() || request.lines.len() > LINES {
            fields.refuse("lines", "must be 1 to 100", "须为 1 至 100 项");
        }
        let lines: Vec<_> = request
            .lines
            .iter()
            .take(LINES)
            .enumerate()
            .filter_map(|(place, line)| new_line(&mut fields, &format!("lines[{place}]"), line))
            .collect();
        fields.finish()?;
        Ok(Self { lines, retry })
    }
}

fn new_line(fields: &mut Fields, place: &str, line: &pb::CommitmentLine) -> Option<(OrganizationId, NewCommitment)> {
    let organization = fields.name::<OrganizationName>(&format!("{place}.organization"), &line.organization);
    let part = code::<CommitmentPart>(fields, &format!("{place}.part"), line.part);
    let text = fields.lines(&format!("{place}.text"), &line.text, 1..=NOTE);
    let due_on = date(fields, &format!("{place}.due_date"), &line.due_date);
    let external_ref = fields.line(&format!("{place}.external_ref"), &line.external_ref, EXTERNAL_REF);
    let problem = fields.optional_name::<ProblemName>(&format!("{place}.problem"), &line.problem);
    let new = NewCommitment {
        part: part?,
        text,
        due_on: due_on?,
        external_ref,
        problem: problem.map(|problem| problem.problem),
    };
    Some((organization?.organization, new))
}

/// A declination.
#[derive(Debug)]
pub struct Declination {
    /// Why.
    pub reason: String,
    /// Who should rather do it.
    pub suggested: Option<OrganizationId>,
}

impl TryFrom<&pb::DeclineCommitmentRequest> for Declination {
    type Error = Error;

    fn try_from(request: &pb::DeclineCommitmentRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let reason = fields.lines("reason", &request.reason, 1..=NOTE);
        let suggested = fields.optional_name::<OrganizationName>("suggested_holder", &request.suggested_holder);
        fields.finish()?;
        Ok(Self {
            reason,
            suggested: suggested.map(|name| name.organization),
        })
    }
}

/// To whom a commitment goes, and by when.
#[derive(Debug)]
pub struct Reassignment {
    /// The organization.
    pub organization: OrganizationId,
    /// The new due date, if there is one.
    pub due_on: Option<Date>,
    /// Why.
    pub reason: String,
}

impl TryFrom<&pb::ReassignCommitmentRequest> for Reassignment {
    type Error = Error;

    fn try_from(request: &pb::ReassignCommitmentRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let organization = fields.name::<OrganizationName>("organization", &request.organization);
        let reason = fields.lines("reason", &request.reason, 1..=NOTE);
        let due_on = match request.due_date.as_str() {
            "" => None,
            text => date(&mut fields, "due_date", text),
        };
        let made = organization.map(|name| Self {
            organization: name.organization,
            due_on,
            reason,
        });
        fields.finish_with("organization", made)
    }
}

/// What was done and what shows it.
#[derive(Debug)]
pub struct Completion {
    /// What was done.
    pub note: String,
    /// Names of the files that show it.
    pub evidence: Vec<FileName>,
}

impl TryFrom<&pb::CompleteCommitmentRequest> for Completion {
    type Error = Error;

    fn try_from(request: &pb::CompleteCommitmentRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let note = fields.lines("note", &request.note, 1..=NOTE);
        if request.evidence.len() > EVIDENCE {
            fields.refuse("evidence", "must be at most 50", "不得超过 50 个");
        }
        let evidence = request
            .evidence
            .iter()
            .filter_map(|name| fields.name("evidence", name))
            .collect();
        fields.finish()?;
        Ok(Self { note, evidence })
    }
}

/// Which commitments a list asks for.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn wanted(request: &pb::ListCommitmentsRequest, now: Timestamp) -> Result<Wanted> {
    let mut fields = Fields::new();
    let state = match request.state {
        0 => None,
        number => code::<CommitmentState>(&mut fields, "state", number),
    };
    let holder = fields.optional_name::<OrganizationName>("holder", &request.holder);
    let resolution = fields.optional_name::<ResolutionName>("resolution", &request.resolution);
    let meeting = fields.optional_name::<MeetingName>("meeting", &request.meeting);
    let item = fields.optional_name::<AgendaItemName>("agenda_item", &request.agenda_item);
    let problem = fields.optional_name::<ProblemName>("problem", &request.problem);
    fields.finish()?;
    let today = local_day::day_of(now)?;
    Ok(Wanted {
        state,
        holder: holder.map(|name| name.organization),
        overdue_on: request.overdue.then_some(today),
        resolution: resolution.map(|name| name.resolution),
        meeting: meeting.map(|name| name.meeting),
        agenda_item: item.map(|name| name.agenda_item),
        problem: problem.map(|name| name.problem),
    })
}
