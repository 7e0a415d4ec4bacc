use yihe_kernel::{Error, Result, Timestamp};

use super::{Meeting, MeetingState, Step};
use crate::reasons;

/// A meeting did not go on as planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interruption {
    /// When it was decided.
    pub at: Timestamp,
    /// Why; may be empty.
    pub reason: String,
}

impl Meeting {
    /// Postpones the meeting to a new start, or to a time not known yet. What its notice froze stays frozen.
    ///
    /// # Errors
    /// `MEETING_STATE`, `START_TIME_PASSED`.
    pub fn postpone(mut self, starts_at: Option<Timestamp>, reason: String, now: Timestamp) -> Result<Self> {
        self.expect(Step::Postpone)?;
        self.start_known = starts_at.is_some();
        if let Some(starts_at) = starts_at {
            self.starts_at = starts_at;
            self.expect_ahead(now)?;
        }
        self.state = MeetingState::Postponed;
        self.postponed = Some(Interruption { at: now, reason });
        self.suspended = None;
        self.quorate = false;
        Ok(self)
    }

    /// Suspends the session.
    ///
    /// # Errors
    /// `MEETING_STATE`.
    pub fn suspend(mut self, reason: String, now: Timestamp) -> Result<Self> {
        self.expect(Step::Suspend)?;
        self.state = MeetingState::Suspended;
        self.suspended = Some(Interruption { at: now, reason });
        Ok(self)
    }

    /// Resumes the session.
    ///
    /// # Errors
    /// `MEETING_STATE`.
    pub fn resume(mut self) -> Result<Self> {
        self.expect(Step::Resume)?;
        self.state = MeetingState::InSession;
        self.suspended = None;
        Ok(self)
    }

    /// Refuses what needs a start that stands.
    ///
    /// # Errors
    /// `START_TIME_UNDETERMINED`.
    pub fn expect_start_known(&self) -> Result<()> {
        if self.start_known {
            return Ok(());
        }
        Err(Error::new(&reasons::START_TIME_UNDETERMINED).with("name", &self.name))
    }
}
