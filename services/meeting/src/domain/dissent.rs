use yihe_kernel::{Error, Result, Timestamp, UserId};

use super::{Meeting, Member, Motion, MotionState, Step};
use crate::names::{DissentName, MotionId};
use crate::reasons;

/// What a member holds against a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dissent {
    /// Its name.
    pub name: DissentName,
    /// The motion that was decided.
    pub motion: MotionId,
    /// Who dissents.
    pub member: Member,
    /// Name of the organization when notice was served; empty for a person.
    pub member_display_name: String,
    /// What it says.
    pub text: String,
    /// When it was attached.
    pub created_at: Timestamp,
    /// The organizer's answer.
    pub answer: Option<DissentAnswer>,
}

/// The organizer's answer to a dissent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DissentAnswer {
    /// What it says.
    pub text: String,
    /// When it was given.
    pub at: Timestamp,
    /// By whom.
    pub by: UserId,
}

impl Dissent {
    /// Whether `member` can dissent from a decision, seeing the dissents from it.
    ///
    /// # Errors
    /// `MEETING_STATE`, `NOT_DECIDED`, `DISSENT_EXISTS`.
    pub fn expect_possible(meeting: &Meeting, motion: &Motion, member: Member, before: &[Self]) -> Result<()> {
        meeting.expect(Step::Dissent)?;
        match motion.state {
            MotionState::Adopted
            | MotionState::Rejected
            | MotionState::PendingRatification
            | MotionState::Ratified
            | MotionState::NotRatified => {}
            MotionState::AwaitingSecond | MotionState::Submitted | MotionState::Voting | MotionState::Withdrawn => {
                return Err(Error::new(&reasons::NOT_DECIDED)
                    .with("name", &motion.name)
                    .with("state", motion.state.code()));
            }
        }
        match before.iter().find(|other| other.member == member) {
            Some(own) => Err(Error::new(&reasons::DISSENT_EXISTS).with("name", &own.name)),
            None => Ok(()),
        }
    }

    /// Answers it, once.
    ///
    /// # Errors
    /// `DISSENT_ANSWERED`.
    pub fn answer(mut self, answer: DissentAnswer) -> Result<Self> {
        if self.answer.is_some() {
            return Err(Error::new(&reasons::DISSENT_ANSWERED).with("name", &self.name));
        }
        self.answer = Some(answer);
        Ok(self)
    }
}
