use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{Outcome, Verdict};

use super::code::codes;
use super::{Member, Motion, Room};
use crate::names::{AmendmentId, AmendmentName, MotionId};
use crate::reasons;

codes! {
    /// State of an amendment.
    AmendmentState {
        /// Submitted.
        Submitted = "SUBMITTED",
        /// Being voted on.
        Voting = "VOTING",
        /// Adopted; the motion's text was changed.
        Adopted = "ADOPTED",
        /// Not adopted.
        Rejected = "REJECTED",
        /// Withdrawn by its mover.
        Withdrawn = "WITHDRAWN",
        /// Struck, because it could not be voted on.
        Struck = "STRUCK",
        /// Fell with its motion, or for want of a second.
        Fallen = "FALLEN",
        /// Moved, and waiting for seconders.
        AwaitingSecond = "AWAITING_SECOND",
    }
}

impl AmendmentState {
    /// Whether its motion waits for it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Submitted | Self::Voting)
    }
}

/// A change proposed to a motion, given as the full text that the motion should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Its name.
    pub name: AmendmentName,
    /// The motion to be changed.
    pub motion: MotionId,
    /// The version of the motion's text that it was written on.
    pub motion_version: i32,
    /// The open amendment of a motion with the lowest rank is voted on next.
    pub rank: i32,
    /// The text that the motion should have.
    pub text: String,
    /// Why.
    pub rationale: String,
    /// Who moved it.
    pub mover: Member,
    /// Name of the moving organization then; empty for a person.
    pub mover_display_name: String,
    /// State.
    pub state: AmendmentState,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When it ceased to be open.
    pub ended_at: Option<Timestamp>,
    /// Why it was struck.
    pub strike_reason: Option<String>,
}

impl Amendment {
    fn expect_submitted(&self) -> Result<()> {
        if self.state == AmendmentState::Submitted {
            return Ok(());
        }
        Err(Error::new(&reasons::AMENDMENT_STATE)
            .with("name", &self.name)
            .with("state", self.state.code()))
    }

    /// Refuses a text that is the motion's own.
    ///
    /// # Errors
    /// `AMENDMENT_CHANGES_NOTHING`.
    pub fn expect_change(motion: &Motion, text: &str) -> Result<()> {
        if motion.text != text {
            return Ok(());
        }
        Err(Error::new(&reasons::AMENDMENT_CHANGES_NOTHING).with("name", &motion.name))
    }

    /// The rank of a new one: before all others, since the last submitted is voted on first.
    #[must_use]
    pub fn rank_before(open: &[Self]) -> i32 {
        let first = open.iter().map(|amendment| amendment.rank).min();
        first.map_or(0, |rank| rank.saturating_sub(1))
    }

    /// States it anew on the motion's text as it reads now.
    ///
    /// # Errors
    /// `AMENDMENT_STATE`, `MOTION_STATE`, `AMENDMENT_CHANGES_NOTHING`.
    pub fn restate(mut self, motion: &Motion, text: String, rationale: String) -> Result<Self> {
        self.expect_submitted()?;
        motion.expect_submitted()?;
        Self::expect_change(motion, &text)?;
        self.motion_version = motion.version;
        self.text = text;
        self.rationale = rationale;
        Ok(self)
    }

    /// Refuses what needs an amendment that waits for seconders.
    ///
    /// # Errors
    /// `NOT_AWAITING_SECOND`.
    pub fn expect_awaiting(&self) -> Result<()> {
        if self.state == AmendmentState::AwaitingSecond {
            return Ok(());
        }
        Err(Error::new(&reasons::NOT_AWAITING_SECOND)
            .with("name", &self.name)
            .with("state", self.state.code()))
    }

    /// Has the seconders it waited for, and comes before the others that are open.
    #[must_use]
    pub fn seconded(mut self, open: &[Self]) -> Self {
        self.state = AmendmentState::Submitted;
        self.rank = Self::rank_before(open);
        self
    }

    /// Withdraws it before its vote opens.
    ///
    /// # Errors
    /// `AMENDMENT_STATE`.
    pub fn withdraw(mut self, now: Timestamp) -> Result<Self> {
        if self.state != AmendmentState::AwaitingSecond {
            self.expect_submitted()?;
        }
        self.end(AmendmentState::Withdrawn, now);
        Ok(self)
    }

    /// Strikes it: only one that cannot be voted on, since its mover has left or the text it was written on has changed.
    ///
    /// # Errors
    /// `AMENDMENT_STATE`, `AMENDMENT_STANDS`.
    pub fn strike(mut self, motion: &Motion, room: &Room, reason: String, now: Timestamp) -> Result<Self> {
        self.expect_submitted()?;
        let there = room.present().any(|presence| presence.member == self.mover);
        if there && self.motion_version == motion.version {
            return Err(Error::new(&reasons::AMENDMENT_STANDS).with("name", &self.name));
        }
        self.strike_reason = Some(reason);
        self.end(AmendmentState::Struck, now);
        Ok(self)
    }

    /// Puts it to the vote, in its turn among the open amendments of its motion.
    ///
    /// # Errors
    /// `AMENDMENT_STATE`, `MOTION_STATE`, `AMENDMENT_OUTDATED`, `AMENDMENT_NOT_NEXT`.
    pub fn put_to_vote(mut self, motion: &Motion, open: &[Self]) -> Result<Self> {
        self.expect_submitted()?;
        motion.expect_submitted()?;
        if self.motion_version != motion.version {
            return Err(Error::new(&reasons::AMENDMENT_OUTDATED)
                .with("name", &self.name)
                .with("version", motion.version));
        }
        match open.iter().min_by_key(|amendment| amendment.rank) {
            Some(next) if next.name != self.name => Err(Error::new(&reasons::AMENDMENT_NOT_NEXT)
                .with("name", &self.name)
                .with("next", &next.name)),
            _ => {
                self.state = AmendmentState::Voting;
                Ok(self)
            }
        }
    }

    /// Takes the outcome of its vote. A change of text is no decision of the matter, so nobody has to ratify it.
    #[must_use]
    pub fn decide(mut self, outcome: &Outcome, now: Timestamp) -> Self {
        let adopted = outcome.verdict == Verdict::Adopted;
        self.end(
            if adopted {
                AmendmentState::Adopted
            } else {
                AmendmentState::Rejected
            },
            now,
        );
        self
    }

    /// Its vote lapsed without a count: it stands as before.
    #[must_use]
    pub fn stand_again(mut self) -> Self {
        self.state = AmendmentState::Submitted;
        self
    }

    /// Falls with its motion, or for want of a second.
    #[must_use]
    pub fn fall(mut self, now: Timestamp) -> Self {
        self.end(AmendmentState::Fallen, now);
        self
    }

    fn end(&mut self, state: AmendmentState, now: Timestamp) {
        self.state = state;
        self.ended_at = Some(now);
    }

    /// Refuses to decide on a motion before its amendments.
    ///
    /// # Errors
    /// `AMENDMENTS_PENDING`.
    pub fn expect_none_open(motion: &Motion, open: &[Self]) -> Result<()> {
        if open.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = open.iter().map(|amendment| amendment.name.to_string()).collect();
        Err(Error::new(&reasons::AMENDMENTS_PENDING)
            .with("name", &motion.name)
            .with("amendments", names.join(" ")))
    }

    /// Ranks the open amendments of a motion as ordered, the first to be voted on first.
    ///
    /// # Errors
    /// `AMENDMENTS_DIFFER` where the order does not name each of them once.
    pub fn order(motion: &Motion, open: Vec<Self>, order: &[AmendmentId]) -> Result<Vec<Self>> {
        let mut left = open;
        let mut ranked = Vec::with_capacity(order.len());
        for (rank, id) in (0..).zip(order) {
            let Some(at) = left.iter().position(|amendment| amendment.name.amendment == *id) else {
                return Err(Self::differ(motion));
            };
            ranked.push(Self {
                rank,
                ..left.swap_remove(at)
            });
        }
        if left.is_empty() {
            Ok(ranked)
        } else {
            Err(Self::differ(motion))
        }
    }

    fn differ(motion: &Motion) -> Error {
        Error::new(&reasons::AMENDMENTS_DIFFER).with("name", &motion.name)
    }
}

/// One version of a motion's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MotionVersion {
    /// Number, from 1.
    pub number: i32,
    /// The text.
    pub text: String,
    /// The amendment that made it; none made the first.
    pub amendment: Option<AmendmentId>,
    /// Since when the motion reads so.
    pub created_at: Timestamp,
}
