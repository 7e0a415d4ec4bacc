use yihe_kernel::{Error, Reason, Result, Timestamp};
use yihe_tally::{MatterClass, Outcome, Verdict};

use super::code::codes;
use super::{AgendaItem, Amendment, Meeting, Member, ShowOfHands};
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
        /// Ratified by the body the matter is reserved to.
        Ratified = "RATIFIED",
        /// Not ratified by that body.
        NotRatified = "NOT_RATIFIED",
        /// Moved, and waiting for seconders.
        AwaitingSecond = "AWAITING_SECOND",
    }
}

/// A proposal put to the vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motion {
    /// Its name.
    pub name: MotionName,
    /// The item it is about.
    pub agenda_item: AgendaItemId,
    /// What is to be resolved, as it reads now.
    pub text: String,
    /// How often the text was amended, and one: the number of the version it reads in.
    pub version: i32,
    /// Who moved it.
    pub mover: Member,
    /// Name of the moving organization then; empty for a person.
    pub mover_display_name: String,
    /// Who stands for election: one motion for each candidate; absent where nobody is elected.
    pub candidate: Option<Member>,
    /// State.
    pub state: MotionState,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// The show of hands by which it was withdrawn, where it had been seconded.
    pub withdrawal: Option<ShowOfHands>,
}

impl Motion {
    /// In an election each motion is on one candidate, and each candidate stands in one motion; elsewhere there is none.
    ///
    /// # Errors
    /// `CANDIDATE_REQUIRED`, `NOT_AN_ELECTION`, `CANDIDATE_EXISTS`.
    pub fn expect_candidate(item: &AgendaItem, candidate: Option<Member>, others: &[Self]) -> Result<()> {
        let Some(candidate) = candidate else {
            return match item.matter_class {
                MatterClass::Election => Err(Error::new(&reasons::CANDIDATE_REQUIRED).with("name", &item.name)),
                _ => Ok(()),
            };
        };
        if item.matter_class != MatterClass::Election {
            return Err(Error::new(&reasons::NOT_AN_ELECTION).with("name", &item.name));
        }
        let same = |other: &&Self| other.candidate == Some(candidate) && other.state != MotionState::Withdrawn;
        match others.iter().find(same) {
            Some(other) => Err(Error::new(&reasons::CANDIDATE_EXISTS).with("name", &other.name)),
            None => Ok(()),
        }
    }

    /// Refuses what needs a motion that stands and is not being voted on.
    ///
    /// # Errors
    /// `MOTION_STATE`.
    pub fn expect_submitted(&self) -> Result<()> {
        if self.state == MotionState::Submitted {
            return Ok(());
        }
        Err(self.refuse_state(&reasons::MOTION_STATE))
    }

    fn refuse_state(&self, reason: &'static Reason) -> Error {
        Error::new(reason)
            .with("name", &self.name)
            .with("state", self.state.code())
    }

    /// Refuses what needs a motion that waits for seconders.
    ///
    /// # Errors
    /// `NOT_AWAITING_SECOND`.
    pub fn expect_awaiting(&self) -> Result<()> {
        if self.state == MotionState::AwaitingSecond {
            return Ok(());
        }
        Err(self.refuse_state(&reasons::NOT_AWAITING_SECOND))
    }

    /// Has the seconders it waited for.
    #[must_use]
    pub fn seconded(mut self) -> Self {
        self.state = MotionState::Submitted;
        self
    }

    /// Withdraws it before its vote opens.
    ///
    /// # Errors
    /// `MEETING_STATE`, `MOTION_STATE`.
    pub fn withdraw(mut self, meeting: &Meeting) -> Result<Self> {
        meeting.expect(meeting.motions_step())?;
        if self.state != MotionState::AwaitingSecond {
            self.expect_submitted()?;
        }
        self.state = MotionState::Withdrawn;
        Ok(self)
    }

    /// Takes the text of an adopted amendment.
    #[must_use]
    pub fn amend(mut self, amendment: &Amendment) -> Self {
        self.text.clone_from(&amendment.text);
        self.version = self.version.saturating_add(1);
        self
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

    /// Takes the word of the body that the matter is reserved to.
    #[must_use]
    pub fn ratify(mut self, ratified: bool) -> Self {
        self.state = if ratified {
            MotionState::Ratified
        } else {
            MotionState::NotRatified
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
