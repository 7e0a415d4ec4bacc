mod escalation;
mod history;
mod life;

#[cfg(test)]
mod tests;

pub use escalation::{Escalation, EscalationLevel};
pub use history::{CommitmentAct, CommitmentStep, Doing};
pub use life::{Changed, NewCommitment};

use yihe_kernel::{Error, OrganizationId, OrganizationName, Result, Timestamp, reasons as common};
use yihe_tally::Date;

use super::code::codes;
use super::{Organization, local_day};
use crate::names::{AgendaItemId, BodyId, CommitmentId, CommitmentName, MeetingId, ProblemId, ResolutionId};
use crate::reasons;

codes! {
    /// State of a commitment.
    CommitmentState {
        /// Waiting for its holder to accept or decline.
        Proposed = "PROPOSED",
        /// Accepted.
        Accepted = "ACCEPTED",
        /// Progress was reported.
        InProgress = "IN_PROGRESS",
        /// Reported done, not yet confirmed.
        Done = "DONE",
        /// Confirmed by the convener.
        Confirmed = "CONFIRMED",
        /// Back with the convener, to be reassigned.
        Declined = "DECLINED",
        /// Cancelled by a later resolution.
        Cancelled = "CANCELLED",
    }

    /// What part an organization has.
    CommitmentPart {
        /// It leads.
        Lead = "LEAD",
        /// It supports the lead.
        Support = "SUPPORT",
    }
}

impl CommitmentState {
    /// Whether somebody still owes something.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Confirmed | Self::Cancelled)
    }

    /// Whether it is owed and not reported done: only such a commitment can be overdue.
    #[must_use]
    pub const fn is_owed(self) -> bool {
        self.is_open() && !matches!(self, Self::Done)
    }
}

/// An organization and what it was called when it came to hold something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The organization.
    pub organization: OrganizationId,
    /// Its name then.
    pub display_name: String,
}

impl From<&Organization> for Holder {
    fn from(organization: &Organization) -> Self {
        Self {
            organization: organization.id,
            display_name: organization.display_name.clone(),
        }
    }
}

/// From where a commitment comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The body.
    pub body: BodyId,
    /// The meeting.
    pub meeting: MeetingId,
    /// The resolution; none in an on-site meeting.
    pub resolution: Option<ResolutionId>,
    /// The agenda item, where it is known.
    pub agenda_item: Option<AgendaItemId>,
    /// Who convened the meeting: a declined commitment goes back there.
    pub convener: Holder,
    /// When it escalates.
    pub escalation: Escalation,
}

/// Who will do what by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// Its name.
    pub name: CommitmentName,
    /// The first commitment made by the same request.
    pub batch: CommitmentId,
    /// From where it comes.
    pub origin: Origin,
    /// The problem it answers.
    pub problem: Option<ProblemId>,
    /// Who was first named for it.
    pub assignee: OrganizationId,
    /// Whether it leads or supports.
    pub part: CommitmentPart,
    /// What is to be done.
    pub text: String,
    /// Its number in the assignee's own system; may be empty.
    pub external_ref: String,
    /// Who holds it, or held it last.
    pub holder: Holder,
    /// Since when.
    pub held_since: Timestamp,
    /// Last day on which it is in time.
    pub due_on: Date,
    /// State.
    pub state: CommitmentState,
    /// To whom it was taken for being overdue.
    pub level: EscalationLevel,
    /// When it is taken a level up unless it is done before.
    pub escalates_at: Option<Timestamp>,
    /// What its holder last told of its progress.
    pub progress: Option<(String, Timestamp)>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was reported done, unless it was sent back.
    pub done_at: Option<Timestamp>,
    /// When it was confirmed or cancelled.
    pub closed_at: Option<Timestamp>,
    /// Serial of the last step of its history.
    pub version: i64,
}

impl Commitment {
    /// The version as the wire has it.
    #[must_use]
    pub fn etag(&self) -> String {
        self.version.to_string()
    }

    /// Refuses an etag of another version; an empty one fits all.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`.
    pub fn expect_etag(&self, etag: &str) -> Result<()> {
        if etag.is_empty() || etag == self.etag() {
            return Ok(());
        }
        Err(Error::new(&common::ETAG_MISMATCH).with("name", &self.name))
    }

    /// Whole days since the due date, for one that is owed.
    ///
    /// # Errors
    /// `INTERNAL` for an instant outside the calendar.
    pub fn days_overdue(&self, now: Timestamp) -> Result<u32> {
        if !self.state.is_owed() {
            return Ok(0);
        }
        local_day::days_after(self.due_on, local_day::day_of(now)?)
    }

    fn expect(&self, states: &[CommitmentState]) -> Result<()> {
        if states.contains(&self.state) {
            return Ok(());
        }
        let needed: Vec<_> = states.iter().map(|state| state.code()).collect();
        Err(Error::new(&reasons::COMMITMENT_STATE)
            .with("name", &self.name)
            .with("state", self.state.code())
            .with("needed", needed.join(" / ")))
    }

    fn expect_held_by(&self, doing: &Doing) -> Result<()> {
        let organization = doing
            .organization
            .ok_or_else(|| Error::new(&reasons::ORGANIZATION_REQUIRED))?;
        if self.holder.organization == organization {
            return Ok(());
        }
        Err(Error::new(&reasons::NOT_HOLDER)
            .with("name", &self.name)
            .with("organization", OrganizationName { organization }))
    }
}
