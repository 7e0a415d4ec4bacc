use yihe_kernel::{Error, OrganizationId, Result, Timestamp, reasons as common};
use yihe_tally::BodyKind;

use super::code::codes;
use super::{DebateRules, Frozen, Interruption, Quorum, Step};
use crate::names::{BodyId, MeetingName};
use crate::reasons;

codes! {
    /// State of a meeting.
    MeetingState {
        /// Being prepared.
        Draft = "DRAFT",
        /// Notice served; agenda, roster and rules frozen.
        Noticed = "NOTICED",
        /// In session.
        InSession = "IN_SESSION",
        /// Suspended.
        Suspended = "SUSPENDED",
        /// Closed.
        Closed = "CLOSED",
        /// Minutes being signed.
        MinutesSigning = "MINUTES_SIGNING",
        /// Minutes published.
        Published = "PUBLISHED",
        /// Cancelled.
        Cancelled = "CANCELLED",
        /// Postponed.
        Postponed = "POSTPONED",
        /// Written voting under way.
        Voting = "VOTING",
    }

    /// How a meeting decides.
    MeetingMode {
        /// In session, by those present.
        Session = "SESSION",
        /// In writing.
        Written = "WRITTEN",
    }
}

impl MeetingState {
    /// Whether nothing more happens in the room.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Closed | Self::MinutesSigning | Self::Published | Self::Cancelled
        )
    }
}

/// A meeting of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Its name.
    pub name: MeetingName,
    /// The body.
    pub body: BodyId,
    /// Kind of the body.
    pub body_kind: BodyKind,
    /// Who convenes it.
    pub convener: OrganizationId,
    /// Title.
    pub title: String,
    /// Place; may be empty.
    pub location: String,
    /// When it is to begin.
    pub starts_at: Timestamp,
    /// How it decides.
    pub mode: MeetingMode,
    /// State.
    pub state: MeetingState,
    /// When it was convened.
    pub created_at: Timestamp,
    /// When notice was served.
    pub noticed_at: Option<Timestamp>,
    /// When the session was opened.
    pub opened_at: Option<Timestamp>,
    /// When it was closed or cancelled.
    pub closed_at: Option<Timestamp>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Whether `starts_at` stands; not while it is postponed to a time not known yet.
    pub start_known: bool,
    /// When and why it was postponed last.
    pub postponed: Option<Interruption>,
    /// Since when and why the session is suspended.
    pub suspended: Option<Interruption>,
    /// How often notice was served.
    pub notice_round: i32,
    /// How it debates; none where it keeps no list of speakers.
    pub debate: Option<DebateRules>,
    /// Whether the room has a quorum, as of the last check-in or check-out.
    pub quorate: bool,
    /// When the voting of a written meeting ends.
    pub voting_ends_at: Option<Timestamp>,
    /// Grows with every change of the meeting itself; who comes and goes is no such change.
    pub version: i64,
}

/// How long before the start representatives can check in.
const DOORS_OPEN_SECONDS: i64 = 3600;

impl Meeting {
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

    /// Refuses a step that the state does not allow.
    ///
    /// # Errors
    /// `MEETING_STATE`.
    pub fn expect(&self, step: Step) -> Result<()> {
        if step.states().contains(&self.state) {
            return Ok(());
        }
        let needed: Vec<_> = step.states().iter().map(|state| state.code()).collect();
        Err(Error::new(&reasons::MEETING_STATE)
            .with("name", &self.name)
            .with("state", self.state.code())
            .with("needed", needed.join(" / ")))
    }

    /// Refuses to plan a meeting for the past.
    ///
    /// # Errors
    /// `START_TIME_PASSED`.
    pub fn expect_ahead(&self, now: Timestamp) -> Result<()> {
        if self.starts_at > now {
            return Ok(());
        }
        Err(Error::new(&reasons::START_TIME_PASSED).with("start_time", self.starts_at))
    }

    /// Serves the notice: from now on agenda, roster and rules stand. Without a quorum rule the room is quorate though empty.
    ///
    /// # Errors
    /// `MEETING_STATE`, `START_TIME_UNDETERMINED`, `VOTING_END`.
    pub fn serve_notice(mut self, empty_room: &Quorum, now: Timestamp) -> Result<Self> {
        self.expect(Step::ServeNotice)?;
        self.expect_start_known()?;
        self.expect_voting_end()?;
        self.state = MeetingState::Noticed;
        self.notice_round += 1;
        self.noticed_at = Some(now);
        self.quorate = empty_room.met;
        Ok(self)
    }

    /// Opens the session, not before the time that the notice told.
    ///
    /// # Errors
    /// `MEETING_MODE`, `MEETING_STATE`, `TOO_EARLY`.
    pub fn open_session(mut self, now: Timestamp) -> Result<Self> {
        self.expect_mode(MeetingMode::Session)?;
        self.expect(Step::Open)?;
        not_before(self.starts_at, now)?;
        self.state = MeetingState::InSession;
        self.opened_at = Some(now);
        Ok(self)
    }

    /// Whether the doors are open.
    ///
    /// # Errors
    /// `MEETING_MODE`, `MEETING_STATE`, `TOO_EARLY`.
    pub fn expect_doors_open(&self, now: Timestamp) -> Result<()> {
        self.expect_mode(MeetingMode::Session)?;
        self.expect(Step::Presence)?;
        not_before(self.starts_at.plus_seconds(-DOORS_OPEN_SECONDS), now)
    }

    /// Closes the meeting.
    ///
    /// # Errors
    /// `MEETING_STATE`.
    pub fn close(mut self, now: Timestamp) -> Result<Self> {
        self.expect(Step::Close)?;
        self.state = MeetingState::Closed;
        self.closed_at = Some(now);
        self.suspended = None;
        self.quorate = false;
        Ok(self)
    }

    /// Cancels the meeting.
    ///
    /// # Errors
    /// `MEETING_STATE`.
    pub fn cancel(mut self, reason: String, now: Timestamp) -> Result<Self> {
        self.expect(Step::Cancel)?;
        self.state = MeetingState::Cancelled;
        self.closed_at = Some(now);
        self.cancel_reason = Some(reason);
        self.suspended = None;
        self.quorate = false;
        Ok(self)
    }

    /// Opens the signing of its minutes.
    ///
    /// # Errors
    /// `MEETING_STATE`.
    pub fn request_signatures(mut self) -> Result<Self> {
        self.expect(Step::RequestSignatures)?;
        self.state = MeetingState::MinutesSigning;
        Ok(self)
    }

    /// Publishes its minutes.
    ///
    /// # Errors
    /// `MEETING_STATE`.
    pub fn publish(mut self) -> Result<Self> {
        self.expect(Step::SignMinutes)?;
        self.state = MeetingState::Published;
        Ok(self)
    }

    /// Refuses to decide without a quorum.
    ///
    /// # Errors
    /// `MEETING_NOT_QUORATE`.
    pub fn expect_quorum(&self, quorum: &Quorum) -> Result<()> {
        if quorum.met {
            Ok(())
        } else {
            Err(quorum.refusal(&self.name))
        }
    }

    /// The frozen facts must be there.
    ///
    /// # Errors
    /// `NOTICE_NOT_SERVED`.
    pub fn frozen<T: AsRef<Frozen>>(name: &MeetingName, frozen: Option<T>) -> Result<T> {
        frozen.ok_or_else(|| Error::new(&reasons::NOTICE_NOT_SERVED).with("name", name))
    }
}

pub(super) fn not_before(earliest: Timestamp, now: Timestamp) -> Result<()> {
    if now >= earliest {
        return Ok(());
    }
    Err(Error::new(&reasons::TOO_EARLY).with("earliest", earliest))
}
