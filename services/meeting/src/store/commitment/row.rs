use sea_orm::ActiveValue::Set;
use uuid::Uuid;
use yihe_kernel::{OrganizationId, Timestamp};
use yihe_store::Failure;
use yihe_tally::{Date, DayUnit};

use super::super::entity::commitment;
use super::super::row as columns;
use crate::domain::{Commitment, CommitmentPart, CommitmentState, Escalation, EscalationLevel, Holder, Origin};
use crate::names::{AgendaItemId, BodyId, CommitmentId, CommitmentName, MeetingId, ProblemId, ResolutionId};

pub fn date(text: &str) -> Result<Date, Failure> {
    text.parse().map_err(|_| columns::broken("due_on", text))
}

pub fn holder(organization: Uuid, display_name: String) -> Holder {
    Holder {
        organization: OrganizationId::from(organization),
        display_name,
    }
}

/// All columns of a new commitment.
pub fn whole(commitment: &Commitment) -> commitment::ActiveModel {
    let origin = &commitment.origin;
    commitment::ActiveModel {
        community: Set(commitment.name.community.to_string()),
        id: Set(commitment.name.commitment.uuid()),
        batch: Set(commitment.batch.uuid()),
        body: Set(origin.body.uuid()),
        meeting: Set(origin.meeting.uuid()),
        resolution: Set(origin.resolution.map(ResolutionId::uuid)),
        agenda_item: Set(origin.agenda_item.map(AgendaItemId::uuid)),
        problem: Set(commitment.problem.map(ProblemId::uuid)),
        convener: Set(origin.convener.organization.uuid()),
        convener_display_name: Set(origin.convener.display_name.clone()),
        escalation_days: Set(origin.escalation.days.into()),
        escalation_unit: Set(origin.escalation.unit.code().to_owned()),
        assignee: Set(commitment.assignee.uuid()),
        part: Set(commitment.part.code().to_owned()),
        text: Set(commitment.text.clone()),
        external_ref: Set(commitment.external_ref.clone()),
        made_at: Set(commitment.made_at.micros()),
        ..changeable(commitment)
    }
}

/// The columns that change in its life.
pub fn changeable(commitment: &Commitment) -> commitment::ActiveModel {
    let progress = commitment.progress.clone();
    commitment::ActiveModel {
        holder: Set(commitment.holder.organization.uuid()),
        holder_display_name: Set(commitment.holder.display_name.clone()),
        held_since: Set(commitment.held_since.micros()),
        due_on: Set(commitment.due_on.to_string()),
        state: Set(commitment.state.code().to_owned()),
        level: Set(commitment.level.code().to_owned()),
        escalates_at: Set(columns::micros(commitment.escalates_at)),
        progress_at: Set(progress.as_ref().map(|(_, at)| at.micros())),
        progress: Set(progress.map(|(note, _)| note)),
        done_at: Set(columns::micros(commitment.done_at)),
        closed_at: Set(columns::micros(commitment.closed_at)),
        version: Set(commitment.version),
        ..Default::default()
    }
}

impl TryFrom<commitment::Model> for Commitment {
    type Error = Failure;

    fn try_from(row: commitment::Model) -> Result<Self, Failure> {
        let days = u32::try_from(row.escalation_days);
        let progress = row.progress.zip(columns::instant(row.progress_at));
        Ok(Self {
            name: CommitmentName {
                community: columns::community(&row.community)?,
                commitment: CommitmentId::from(row.id),
            },
            batch: CommitmentId::from(row.batch),
            origin: Origin {
                body: BodyId::from(row.body),
                meeting: MeetingId::from(row.meeting),
                resolution: row.resolution.map(ResolutionId::from),
                agenda_item: row.agenda_item.map(AgendaItemId::from),
                convener: holder(row.convener, row.convener_display_name),
                escalation: Escalation {
                    days: days.map_err(|_| columns::broken("escalation_days", &row.escalation_days.to_string()))?,
                    unit: row
                        .escalation_unit
                        .parse::<DayUnit>()
                        .map_err(|_| columns::broken("escalation_unit", &row.escalation_unit))?,
                },
            },
            problem: row.problem.map(ProblemId::from),
            assignee: OrganizationId::from(row.assignee),
            part: columns::read(CommitmentPart::from_code(&row.part), "part", &row.part)?,
            text: row.text,
            external_ref: row.external_ref,
            holder: holder(row.holder, row.holder_display_name),
            held_since: Timestamp::from_micros(row.held_since),
            due_on: date(&row.due_on)?,
            state: columns::read(CommitmentState::from_code(&row.state), "state", &row.state)?,
            level: columns::read(EscalationLevel::from_code(&row.level), "level", &row.level)?,
            escalates_at: columns::instant(row.escalates_at),
            progress,
            made_at: Timestamp::from_micros(row.made_at),
            done_at: columns::instant(row.done_at),
            closed_at: columns::instant(row.closed_at),
            version: row.version,
        })
    }
}
