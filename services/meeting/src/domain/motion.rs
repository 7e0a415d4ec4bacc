use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{Outcome, Verdict};

use super::code::codes;
use super::{Meeting, Member, Step};
use crate::names::{AgendaItemId, MotionName};
use crate::reasons;

codes! {
    /// State of a motion.
    MotionState {
        /// Submitted.
        Submitted = "SUBMITTED",
        /// Being voted on.
        Voting = "VOTING",
        /// Adopted.
        Adopted = "ADOPTED",
        /// Not adopted.
        Rejected = "REJECTED",
        /// Withdrawn.
        Withdrawn = "WITHDRAWN",
        /// Adopted here, but the matter is reserved to another body.
        PendingRatification = "PENDING_RATIFICATION",
    }
}

/// A proposal put to the vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motion {
    /// Its name.
    pub name: MotionName,
    /// The item it is about.
    pub agenda_item: AgendaItemId,
    /// What is to be resolved.
    pub text: String,
    /// Who moved it.
    pub mover: Member,
    /// Name of the moving organization then; empty for a person.
    pub mover_display_name: String,
    /// State.
    pub state: MotionState,
    /// When it was submitted.
    pub created_at: Timestamp,
}

impl Motion {
    fn expect_submitted(&self) -> Result<()> {
        if self.state == MotionState::Submitted {
            return Ok(());
        }
        Err(Error::new(&reasons::MOTION_STATE)
            .with("name", &self.name)
            .with("state", self.state.code()))
    }

    /// Withdraws it before its vote opens.
    ///
    /// # Errors
    /// `MEETING_STATE`, `MOTION_STATE`.
    pub fn withdraw(mut self, meeting: &Meeting) -> Result<Self> {
        meeting.expect(Step::Decide)?;
        self.expect_submitted()?;
        self.state = MotionState::Withdrawn;
        Ok(self)
    }

    /// Puts it to the vote.
    ///
    /// # Errors
    /// `MOTION_STATE`.
    pub fn put_to_vote(mut self) -> Result<Self> {
        self.expect_submitted()?;
        self.state = MotionState::Voting;
        Ok(self)
    }

    /// Takes the outcome of its vote. What the law reserves to another body is only recommended: no decision yet.
    #[must_use]
    pub fn decide(mut self, outcome: &Outcome) -> Self {
        self.state = match outcome.verdict {
            Verdict::Adopted if outcome.pending_ratification().is_some() => MotionState::PendingRatification,
            Verdict::Adopted => MotionState::Adopted,
            Verdict::Rejected | Verdict::Tied | Verdict::NoQuorum | Verdict::InsufficientParticipation => {
                MotionState::Rejected
            }
        };
        self
    }

    /// Its vote lapsed without a count: it stands as before.
    #[must_use]
    pub fn stand_again(mut self) -> Self {
        self.state = MotionState::Submitted;
        self
    }
}
