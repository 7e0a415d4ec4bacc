use yihe_kernel::{Error, Result, Timestamp, reasons as common};
use yihe_tally::{Calendar, RulePack};

use super::period::period_end;
use crate::domain::{Meeting, MeetingState, Step};
use crate::names::MeetingName;
use crate::reasons;

/// Where the minutes of one meeting stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minutes {
    /// The meeting.
    pub meeting: MeetingName,
    /// Number of the current version.
    pub version: i32,
    /// Grows with every write.
    pub revision: i64,
    /// How many have to sign the current version.
    pub due: i32,
    /// When the signing of the current version was opened.
    pub signing_opened_at: Option<Timestamp>,
    /// First instant after its period.
    pub signing_ends_at: Option<Timestamp>,
    /// When the missing signatures were recorded as such.
    pub signing_closed_at: Option<Timestamp>,
    /// When the results were published.
    pub results_published_at: Option<Timestamp>,
    /// When the minutes were published.
    pub published_at: Option<Timestamp>,
    /// First instant after the disclosure period.
    pub disclosure_ends_at: Option<Timestamp>,
}

impl Minutes {
    /// The first draft.
    #[must_use]
    pub const fn first(meeting: MeetingName) -> Self {
        Self {
            meeting,
            version: 1,
            revision: 1,
            due: 0,
            signing_opened_at: None,
            signing_ends_at: None,
            signing_closed_at: None,
            results_published_at: None,
            published_at: None,
            disclosure_ends_at: None,
        }
    }

    /// The refusal where there are none yet.
    #[must_use]
    pub fn missing(meeting: &MeetingName) -> Error {
        Error::new(&reasons::MINUTES_NOT_DRAFTED).with("name", meeting)
    }

    /// The version of the row as the wire has it.
    #[must_use]
    pub fn etag(&self) -> String {
        self.revision.to_string()
    }

    /// Refuses an etag of another version; an empty one fits all.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`.
    pub fn expect_etag(&self, etag: &str) -> Result<()> {
        if etag.is_empty() || etag == self.etag() {
            return Ok(());
        }
        Err(Error::new(&common::ETAG_MISMATCH).with("name", &self.meeting))
    }

    /// Makes room for a new version: what was signed is void, and the signing begins anew.
    ///
    /// # Errors
    /// `MEETING_STATE`, `MINUTES_PUBLISHED`, `MINUTES_SETTLED`, `CALENDAR_MISSING`.
    pub fn edit(
        mut self,
        meeting: &Meeting,
        (pack, calendar): (&RulePack, &Calendar),
        settled: bool,
        now: Timestamp,
    ) -> Result<Self> {
        let refuse = |reason| {
            Err(Error::new(reason)
                .with("name", &meeting.name)
                .with("version", self.version))
        };
        if meeting.state == MeetingState::Published {
            return refuse(&reasons::MINUTES_PUBLISHED);
        }
        meeting.expect(Step::Minutes)?;
        if meeting.state == MeetingState::MinutesSigning && settled {
            return refuse(&reasons::MINUTES_SETTLED);
        }
        self.version += 1;
        if self.signing_opened_at.is_some() {
            self = self.begin_signing((pack, calendar), now)?;
        }
        Ok(self)
    }

    /// Opens the signing of the current version.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`.
    pub fn begin_signing(mut self, (pack, calendar): (&RulePack, &Calendar), now: Timestamp) -> Result<Self> {
        let signing = &pack.provisions().signing;
        self.signing_opened_at = Some(now);
        self.signing_ends_at = Some(period_end(now, signing.days, signing.unit, calendar)?);
        self.signing_closed_at = None;
        Ok(self)
    }

    /// Refuses a signature once the period is over.
    ///
    /// # Errors
    /// `SIGNING_OVER`.
    pub fn expect_signing(&self, now: Timestamp) -> Result<()> {
        match self.signing_ends_at {
            Some(end) if self.signing_closed_at.is_none() && now < end => Ok(()),
            end => Err(Error::new(&reasons::SIGNING_OVER)
                .with("name", &self.meeting)
                .with("end", end.map_or_else(String::new, |end| end.to_string()))),
        }
    }

    /// Whether the signing period of the current version is over.
    #[must_use]
    pub fn signing_is_over(&self, now: Timestamp) -> bool {
        self.signing_ends_at.is_some_and(|end| now >= end)
    }

    /// Refuses what was not said of the current version.
    ///
    /// # Errors
    /// `MINUTES_NOT_CURRENT` naming the current one.
    pub fn expect_current(&self, version: i32, sha256: Option<&str>, current: &str) -> Result<()> {
        if version == self.version && sha256.is_none_or(|sha256| sha256.eq_ignore_ascii_case(current)) {
            return Ok(());
        }
        Err(Error::new(&reasons::MINUTES_NOT_CURRENT)
            .with("name", &self.meeting)
            .with("version", self.version)
            .with("sha256", current))
    }

    /// Publishes the results; again, it changes nothing.
    #[must_use]
    pub fn publish_results(mut self, now: Timestamp) -> Self {
        self.results_published_at = self.results_published_at.or(Some(now));
        self
    }

    /// Publishes the minutes, and the results with them.
    ///
    /// # Errors
    /// `SIGNATURES_MISSING`, `CALENDAR_MISSING`.
    pub fn publish(mut self, (pack, calendar): (&RulePack, &Calendar), settled: bool, now: Timestamp) -> Result<Self> {
        let disclosure = &pack.provisions().disclosure;
        if !settled && !self.signing_is_over(now) {
            let until = self.signing_ends_at.map_or_else(String::new, |end| end.to_string());
            return Err(Error::new(&reasons::SIGNATURES_MISSING)
                .with("name", &self.meeting)
                .with("until", until));
        }
        self.signing_closed_at = self.signing_closed_at.or(Some(now));
        self.published_at = Some(now);
        self.disclosure_ends_at = Some(period_end(now, disclosure.days, disclosure.unit, calendar)?);
        Ok(self.publish_results(now))
    }

    /// Refuses an objection outside the disclosure period.
    ///
    /// # Errors
    /// `DISCLOSURE_OVER`.
    pub fn expect_disclosure(&self, now: Timestamp) -> Result<()> {
        match self.disclosure_ends_at {
            Some(end) if now < end => Ok(()),
            end => Err(Error::new(&reasons::DISCLOSURE_OVER)
                .with("name", &self.meeting)
                .with("end", end.map_or_else(String::new, |end| end.to_string()))),
        }
    }
}

/// One version of minutes; it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Number, from 1.
    pub version: i32,
    /// Both texts.
    pub drawn: super::Drawn,
    /// The free text in it.
    pub notes: super::Notes,
    /// When it was made.
    pub created_at: Timestamp,
    /// Name of who made it.
    pub author: String,
}
