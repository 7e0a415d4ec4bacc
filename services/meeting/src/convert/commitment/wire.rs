use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;

use crate::convert::{Wire, instant, organization, user};
use crate::domain::{Commitment, CommitmentStep};
use crate::names::{CommitmentName, MeetingName, ProblemName, ResolutionName};

/// A commitment as it stands at an instant.
///
/// # Errors
/// `INTERNAL` for a due date outside the calendar.
pub fn commitment(commitment: Commitment, now: Timestamp) -> Result<pb::Commitment> {
    let days_overdue = i32::try_from(commitment.days_overdue(now)?).map_err(Error::internal)?;
    let meeting = meeting_of(&commitment);
    Ok(pb::Commitment {
        name: commitment.name.to_string(),
        resolution: resolution_of(&commitment),
        agenda_item: agenda_item_of(&commitment),
        meeting: meeting.to_string(),
        problem: problem_of(&commitment),
        convener: organization(commitment.origin.convener.organization),
        assignee: organization(commitment.assignee),
        part: commitment.part.number(),
        holder: organization(commitment.holder.organization),
        due_date: commitment.due_on.to_string(),
        state: commitment.state.number(),
        escalation_level: commitment.level.number(),
        create_time: instant(Some(commitment.made_at)),
        done_time: instant(commitment.done_at),
        close_time: instant(commitment.closed_at),
        days_overdue,
        etag: commitment.etag(),
        text: commitment.text,
        external_ref: commitment.external_ref,
        holder_display_name: commitment.holder.display_name,
    })
}

fn meeting_of(commitment: &Commitment) -> MeetingName {
    MeetingName {
        community: commitment.name.community.clone(),
        meeting: commitment.origin.meeting,
    }
}

/// Name of the resolution, empty where there is none.
pub fn resolution_of(commitment: &Commitment) -> String {
    let name = commitment.origin.resolution.map(|resolution| ResolutionName {
        community: commitment.name.community.clone(),
        resolution,
    });
    name.map(|name| name.to_string()).unwrap_or_default()
}

/// Name of the agenda item, empty where it is not known.
pub fn agenda_item_of(commitment: &Commitment) -> String {
    let item = commitment.origin.agenda_item;
    item.map(|item| meeting_of(commitment).agenda_item(item).to_string())
        .unwrap_or_default()
}

/// Name of the problem, empty where it answers none.
pub fn problem_of(commitment: &Commitment) -> String {
    let name = commitment.problem.map(|problem| ProblemName {
        community: commitment.name.community.clone(),
        problem,
    });
    name.map(|name| name.to_string()).unwrap_or_default()
}

/// What happened to a commitment once.
pub fn step(of: &CommitmentName, step: CommitmentStep) -> pb::CommitmentStep {
    let suggested = step.suggested;
    let resolution = step.resolution.map(|resolution| ResolutionName {
        community: of.community.clone(),
        resolution,
    });
    pb::CommitmentStep {
        serial: step.serial,
        act: step.act.number(),
        occur_time: instant(Some(step.doing.at)),
        actor: step.doing.actor,
        organization: step.doing.organization.map(organization).unwrap_or_default(),
        note: step.note,
        suggested_holder: suggested
            .as_ref()
            .map(|holder| organization(holder.organization))
            .unwrap_or_default(),
        suggested_display_name: suggested.map(|holder| holder.display_name).unwrap_or_default(),
        evidence: step.evidence,
        resolution: resolution.map(|name| name.to_string()).unwrap_or_default(),
        state: step.state.number(),
        holder: organization(step.holder.organization),
        holder_display_name: step.holder.display_name,
        due_date: step.due_on.to_string(),
        escalation_level: step.level.number(),
        recipients: step.recipients.into_iter().map(user).collect(),
    }
}
