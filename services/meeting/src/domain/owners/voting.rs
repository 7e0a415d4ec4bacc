use std::collections::BTreeSet;

use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{BodyKind, MatterClass, RulePack};

use crate::domain::meeting::not_before;
use crate::domain::{
    AgendaItem, AgendaItemKind, BallotMethod, Meeting, MeetingMode, MeetingState, Motion, MotionState, Quorum, Step,
    Vote, VoteState,
};
use crate::names::{MotionId, VoteName};
use crate::reasons;

impl MeetingMode {
    /// How a kind of body meets.
    #[must_use]
    pub const fn of(kind: BodyKind) -> Self {
        match kind {
            BodyKind::OwnersAssembly => Self::Written,
            _ => Self::Session,
        }
    }

    /// Refuses a mode in which a kind of body does not meet.
    ///
    /// # Errors
    /// `MEETING_MODE`.
    pub fn expect_for(self, kind: BodyKind, body: impl std::fmt::Display) -> Result<()> {
        if self == Self::of(kind) {
            return Ok(());
        }
        Err(refusal(body, Self::of(kind)))
    }
}

fn refusal(name: impl std::fmt::Display, needed: MeetingMode) -> Error {
    Error::new(&reasons::MEETING_MODE)
        .with("name", name)
        .with("needed", needed.code())
}

impl Meeting {
    /// Whether it decides in writing.
    #[must_use]
    pub fn is_written(&self) -> bool {
        self.mode == MeetingMode::Written
    }

    /// Refuses what only meetings of the other mode do.
    ///
    /// # Errors
    /// `MEETING_MODE`.
    pub fn expect_mode(&self, mode: MeetingMode) -> Result<()> {
        if self.mode == mode {
            return Ok(());
        }
        Err(refusal(&self.name, mode))
    }

    /// When motions are submitted and withdrawn: in a session while it decides, in writing before the notice freezes them.
    #[must_use]
    pub fn motions_step(&self) -> Step {
        if self.is_written() { Step::Agenda } else { Step::Decide }
    }

    /// Refuses an end of voting that is not after the start, and one of a session.
    ///
    /// # Errors
    /// `VOTING_END`.
    pub fn expect_voting_end(&self) -> Result<()> {
        let fits = match self.voting_ends_at {
            Some(end) => self.is_written() && (end > self.starts_at || !self.start_known),
            None => !self.is_written(),
        };
        if fits {
            return Ok(());
        }
        Err(Error::new(&reasons::VOTING_END).with("start_time", self.starts_at))
    }

    /// Opens the voting, not before the time that the notice told, nor after its end.
    ///
    /// # Errors
    /// `MEETING_MODE`, `MEETING_STATE`, `TOO_EARLY`, `VOTING_OVER`.
    pub fn open_voting(mut self, now: Timestamp) -> Result<Self> {
        self.expect_mode(MeetingMode::Written)?;
        self.expect(Step::OpenVoting)?;
        not_before(self.starts_at, now)?;
        self.expect_before_end(now)?;
        self.state = MeetingState::Voting;
        self.opened_at = Some(now);
        Ok(self)
    }

    /// Refuses a ballot outside the time of voting.
    ///
    /// # Errors
    /// `MEETING_STATE`, `VOTING_OVER`.
    pub fn expect_voting(&self, now: Timestamp) -> Result<()> {
        self.expect(Step::CloseVoting)?;
        self.expect_before_end(now)
    }

    fn expect_before_end(&self, now: Timestamp) -> Result<()> {
        match self.voting_ends_at {
            Some(end) if now >= end => Err(Error::new(&reasons::VOTING_OVER)
                .with("name", &self.name)
                .with("end", end)),
            _ => Ok(()),
        }
    }

    /// Closes the voting after its end, and the meeting with it.
    ///
    /// # Errors
    /// `MEETING_MODE`, `MEETING_STATE`, `TOO_EARLY`.
    pub fn close_voting(mut self, now: Timestamp) -> Result<Self> {
        self.expect_mode(MeetingMode::Written)?;
        self.expect(Step::CloseVoting)?;
        not_before(self.voting_ends_at.unwrap_or(self.starts_at), now)?;
        self.state = MeetingState::Closed;
        self.closed_at = Some(now);
        self.quorate = false;
        Ok(self)
    }
}

impl Vote {
    /// Opens a vote by units, put to so many heads.
    #[must_use]
    pub fn by_units(name: VoteName, motion: MotionId, heads: u64, now: Timestamp) -> Self {
        Self {
            name,
            motion,
            amendment: None,
            state: VoteState::Open,
            method: BallotMethod::ByUnit,
            quorum: Quorum::in_writing(heads, now),
            opened_at: now,
            closed_at: None,
            count: None,
            resolution: None,
            totals: None,
            casting_vote: None,
            box_counted_at: None,
        }
    }

    /// Refuses what is only of votes by units.
    ///
    /// # Errors
    /// `NOT_BY_UNITS`.
    pub fn expect_by_units(&self) -> Result<()> {
        if self.method == BallotMethod::ByUnit {
            return Ok(());
        }
        Err(Error::new(&reasons::NOT_BY_UNITS).with("name", &self.name))
    }
}

/// Refuses to notice what owners could not vote on: every item to be decided has a motion, is of a class that the rules take a
/// vote on, and tells the building where the use of a home is to change. Something is to be decided.
///
/// # Errors
/// `MOTION_MISSING`, `AGENDA_ITEM_NOT_FOR_DECISION`, `BUILDING_UNKNOWN`.
pub fn expect_votable(
    meeting: &Meeting,
    pack: &RulePack,
    agenda: &[AgendaItem],
    motions: &[Motion],
    buildings: &BTreeSet<&str>,
) -> Result<()> {
    let decided: Vec<_> = agenda
        .iter()
        .filter(|item| item.kind == AgendaItemKind::Decision && item.withdrawn_at.is_none())
        .collect();
    if decided.is_empty() {
        return Err(Error::new(&reasons::MOTION_MISSING).with("name", &meeting.name));
    }
    for item in decided {
        item.expect_class_of(pack)?;
        let stands =
            |motion: &Motion| motion.agenda_item == item.name.agenda_item && motion.state == MotionState::Submitted;
        if !motions.iter().any(stands) {
            return Err(Error::new(&reasons::MOTION_MISSING).with("name", &item.name));
        }
        if item.matter_class == MatterClass::OwnersChangeOfUse && !buildings.contains(item.building.as_str()) {
            return Err(Error::new(&reasons::BUILDING_UNKNOWN)
                .with("name", &item.name)
                .with("building", &item.building));
        }
    }
    Ok(())
}
