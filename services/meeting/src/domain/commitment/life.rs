use yihe_kernel::{Error, OrganizationName, Result};
use yihe_tally::{Calendar, Date};

use super::{
    Commitment, CommitmentAct, CommitmentPart, CommitmentState, CommitmentStep, Doing, EscalationLevel, Holder, Origin,
};
use crate::domain::{Resolution, local_day};
use crate::names::{CommitmentId, CommitmentName, ProblemId};
use crate::reasons;

/// A commitment after something happened to it, and what that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// As it is now.
    pub commitment: Commitment,
    /// What happened.
    pub step: CommitmentStep,
    /// Whether it has another holder than before, or none any more.
    pub handed_over: bool,
}

/// A line of what is to be committed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommitment {
    /// Whether the organization leads or supports.
    pub part: CommitmentPart,
    /// What is to be done.
    pub text: String,
    /// Last day on which it is in time.
    pub due_on: Date,
    /// Number in the organization's own system; may be empty.
    pub external_ref: String,
    /// The problem it answers.
    pub problem: Option<ProblemId>,
}

impl Commitment {
    /// Makes a commitment that waits for `holder` to accept it.
    ///
    /// # Errors
    /// `DUE_DATE_PASSED`.
    pub fn make(
        (name, batch): (CommitmentName, CommitmentId),
        origin: Origin,
        holder: Holder,
        (new, calendar): (NewCommitment, &Calendar),
        doing: Doing,
    ) -> Result<Changed> {
        expect_ahead(new.due_on, &doing)?;
        let commitment = Self {
            name,
            batch,
            problem: new.problem,
            assignee: holder.organization,
            part: new.part,
            text: new.text,
            external_ref: new.external_ref,
            holder,
            held_since: doing.at,
            due_on: new.due_on,
            state: CommitmentState::Proposed,
            level: EscalationLevel::None,
            escalates_at: origin.escalation.next(EscalationLevel::None, new.due_on, calendar)?,
            progress: None,
            made_at: doing.at,
            done_at: None,
            closed_at: None,
            version: 0,
            origin,
        };
        Ok(commitment.after(CommitmentAct::Made, doing, String::new()))
    }

    /// Its holder accepts.
    ///
    /// # Errors
    /// `NOT_HOLDER`, `COMMITMENT_STATE`, `ORGANIZATION_REQUIRED`.
    pub fn accept(mut self, note: String, doing: Doing) -> Result<Changed> {
        self.expect_held_by(&doing)?;
        self.expect(&[CommitmentState::Proposed])?;
        self.state = CommitmentState::Accepted;
        Ok(self.after(CommitmentAct::Accepted, doing, note))
    }

    /// Its holder declines: it goes back to the convener.
    ///
    /// # Errors
    /// `NOT_HOLDER`, `COMMITMENT_STATE`, `ORGANIZATION_REQUIRED`.
    pub fn decline(mut self, reason: String, suggested: Option<Holder>, doing: Doing) -> Result<Changed> {
        self.expect_held_by(&doing)?;
        self.expect(&[CommitmentState::Proposed])?;
        self.state = CommitmentState::Declined;
        let convener = self.origin.convener.clone();
        let mut changed = self.hand_to(convener, CommitmentAct::Declined, doing, reason);
        changed.step.suggested = suggested;
        Ok(changed)
    }

    /// The convener gives it to another organization; a new due date begins its escalation anew.
    ///
    /// # Errors
    /// `COMMITMENT_STATE`, `COMMITMENT_HELD_ALREADY`, `DUE_DATE_PASSED`.
    pub fn reassign(
        mut self,
        to: Holder,
        due_on: Option<Date>,
        reason: String,
        (doing, calendar): (Doing, &Calendar),
    ) -> Result<Changed> {
        use CommitmentState::{Accepted, Declined, InProgress, Proposed};
        self.expect(&[Proposed, Declined, Accepted, InProgress])?;
        if self.state != Declined && to.organization == self.holder.organization {
            let organization = to.organization;
            return Err(Error::new(&reasons::COMMITMENT_HELD_ALREADY)
                .with("name", &self.name)
                .with("organization", OrganizationName { organization }));
        }
        if let Some(due_on) = due_on {
            expect_ahead(due_on, &doing)?;
            self.due_on = due_on;
            self.level = EscalationLevel::None;
        }
        self.state = Proposed;
        self.escalates_at = self.origin.escalation.next(self.level, self.due_on, calendar)?;
        Ok(self.hand_to(to, CommitmentAct::Reassigned, doing, reason))
    }

    /// Its holder tells how far it is.
    ///
    /// # Errors
    /// `NOT_HOLDER`, `COMMITMENT_STATE`, `ORGANIZATION_REQUIRED`.
    pub fn progress(mut self, note: String, doing: Doing) -> Result<Changed> {
        self.expect_held_by(&doing)?;
        self.expect(&[CommitmentState::Accepted, CommitmentState::InProgress])?;
        self.state = CommitmentState::InProgress;
        self.progress = Some((note.clone(), doing.at));
        Ok(self.after(CommitmentAct::Progressed, doing, note))
    }

    /// Its holder reports it done: it escalates no more.
    ///
    /// # Errors
    /// `NOT_HOLDER`, `COMMITMENT_STATE`, `ORGANIZATION_REQUIRED`.
    pub fn complete(mut self, note: String, evidence: Vec<String>, doing: Doing) -> Result<Changed> {
        self.expect_held_by(&doing)?;
        self.expect(&[CommitmentState::Accepted, CommitmentState::InProgress])?;
        self.state = CommitmentState::Done;
        self.done_at = Some(doing.at);
        self.escalates_at = None;
        self.progress = Some((note.clone(), doing.at));
        let mut changed = self.after(CommitmentAct::Done, doing, note);
        changed.step.evidence = evidence;
        Ok(changed)
    }

    /// The convener confirms: nobody holds it any more.
    ///
    /// # Errors
    /// `COMMITMENT_STATE`.
    pub fn confirm(mut self, note: String, doing: Doing) -> Result<Changed> {
        self.expect(&[CommitmentState::Done])?;
        self.state = CommitmentState::Confirmed;
        self.closed_at = Some(doing.at);
        Ok(self.after(CommitmentAct::Confirmed, doing, note).closing())
    }

    /// The convener sends it back to its holder.
    ///
    /// # Errors
    /// `COMMITMENT_STATE`.
    pub fn reopen(mut self, reason: String, doing: Doing, calendar: &Calendar) -> Result<Changed> {
        self.expect(&[CommitmentState::Done])?;
        self.state = CommitmentState::InProgress;
        self.done_at = None;
        self.escalates_at = self.origin.escalation.next(self.level, self.due_on, calendar)?;
        Ok(self.after(CommitmentAct::Reopened, doing, reason))
    }

    /// A later resolution of the same body cancels it.
    ///
    /// # Errors
    /// `COMMITMENT_STATE`, `RESOLUTION_NOT_LATER`.
    pub fn cancel(mut self, by: &Resolution, doing: Doing) -> Result<Changed> {
        use CommitmentState::{Accepted, Declined, Done, InProgress, Proposed};
        self.expect(&[Proposed, Declined, Accepted, InProgress, Done])?;
        let resolution = by.name.resolution;
        if by.body != self.origin.body || by.adopted_at < self.made_at || self.origin.resolution == Some(resolution) {
            return Err(Error::new(&reasons::RESOLUTION_NOT_LATER)
                .with("name", &self.name)
                .with("resolution", &by.name));
        }
        self.state = CommitmentState::Cancelled;
        self.closed_at = Some(doing.at);
        self.escalates_at = None;
        let mut changed = self.after(CommitmentAct::Cancelled, doing, String::new()).closing();
        changed.step.resolution = Some(resolution);
        Ok(changed)
    }

    /// Takes it a level up where that is due; nothing where it is not.
    ///
    /// # Errors
    /// `INTERNAL` for a due date outside the calendar.
    pub fn escalate(mut self, doing: Doing, calendar: &Calendar) -> Result<Option<Changed>> {
        let due = self.state.is_owed() && self.escalates_at.is_some_and(|at| at <= doing.at);
        let Some(level) = self.level.above().filter(|_| due) else {
            return Ok(None);
        };
        self.level = level;
        self.escalates_at = self.origin.escalation.next(level, self.due_on, calendar)?;
        Ok(Some(self.after(CommitmentAct::Escalated, doing, String::new())))
    }

    /// Its holder left the community: an open commitment goes back to the convener; nothing happens to one that is closed.
    #[must_use]
    pub fn holder_left(mut self, doing: Doing) -> Option<Changed> {
        let convener = self.origin.convener.clone();
        let waits_there = self.state == CommitmentState::Declined && self.holder.organization == convener.organization;
        if !self.state.is_open() || waits_there {
            return None;
        }
        // what was reported done is not owed again: the convener still confirms it or sends it back
        if self.state != CommitmentState::Done {
            self.state = CommitmentState::Declined;
        }
        Some(self.hand_to(convener, CommitmentAct::HolderLeft, doing, String::new()))
    }

    fn hand_to(mut self, holder: Holder, act: CommitmentAct, doing: Doing, note: String) -> Changed {
        self.holder = holder;
        // a clock that was set back makes no interval of negative length
        self.held_since = self.held_since.max(doing.at);
        let mut changed = self.after(act, doing, note);
        changed.handed_over = true;
        changed
    }

    fn after(mut self, act: CommitmentAct, doing: Doing, note: String) -> Changed {
        self.version += 1;
        let step = CommitmentStep {
            serial: self.version,
            act,
            doing,
            note,
            suggested: None,
            evidence: Vec::new(),
            resolution: None,
            state: self.state,
            holder: self.holder.clone(),
            due_on: self.due_on,
            level: self.level,
            recipients: Vec::new(),
        };
        Changed {
            commitment: self,
            step,
            handed_over: false,
        }
    }
}

impl Changed {
    fn closing(mut self) -> Self {
        self.handed_over = true;
        self
    }
}

fn expect_ahead(due_on: Date, doing: &Doing) -> Result<()> {
    if due_on >= local_day::day_of(doing.at)? {
        return Ok(());
    }
    Err(Error::new(&reasons::DUE_DATE_PASSED).with("due_date", due_on))
}
