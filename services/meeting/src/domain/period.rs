use yihe_kernel::{CommunityId, Error, Result, Timestamp};
use yihe_tally::{Calendar, Date, DayUnit, RulePack, TallyError, earliest_start};

use super::{Meeting, Member, TIME_ZONE};
use crate::reasons;

// names told in a refusal; the rest is counted
const NAMED: usize = 20;

/// The period of a notice that is served now. Its days are whole days: neither the day it is served nor that of the meeting
/// counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePeriod {
    /// How many days the rules ask for.
    pub days: u32,
    /// Which days count.
    pub unit: DayUnit,
    /// The first day on which the meeting may begin.
    pub earliest_on: Date,
    /// The day on which it is to begin.
    pub starts_on: Option<Date>,
    /// Whether shorter notice is good if every member waives.
    pub waiver_allowed: bool,
}

impl NoticePeriod {
    /// Of a meeting under its rules.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`.
    pub fn of(pack: &RulePack, meeting: &Meeting, calendar: &Calendar, now: Timestamp) -> Result<Self> {
        let notice = &pack.provisions().notice;
        let earliest_on = earliest_start(date(now)?, notice, calendar).map_err(|error| match error {
            TallyError::CalendarMissing(missing) => Error::new(&reasons::CALENDAR_MISSING).with("year", missing.year),
            other => Error::internal(other),
        })?;
        Ok(Self {
            days: notice.days,
            unit: notice.unit,
            earliest_on,
            starts_on: meeting.start_known.then(|| date(meeting.starts_at)).transpose()?,
            waiver_allowed: notice.waiver_allowed,
        })
    }

    /// Whether the meeting begins late enough.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.starts_on.is_some_and(|starts_on| starts_on >= self.earliest_on)
    }

    /// Refuses shorter notice, unless the rules allow it and every member has waived.
    ///
    /// # Errors
    /// `NOTICE_TOO_SHORT`, `NOTICE_NOT_WAIVED`.
    pub fn expect_kept_or_waived(
        &self,
        community: &CommunityId,
        members: impl Iterator<Item = Member>,
        waived: &[Member],
    ) -> Result<()> {
        if self.is_kept() {
            return Ok(());
        }
        if !self.waiver_allowed || waived.is_empty() {
            return Err(Error::new(&reasons::NOTICE_TOO_SHORT)
                .with("days", self.days)
                .with("earliest_date", self.earliest_on));
        }
        let missing: Vec<_> = members.filter(|member| !waived.contains(member)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = missing
            .iter()
            .take(NAMED)
            .map(|member| member.name(community))
            .collect();
        Err(Error::new(&reasons::NOTICE_NOT_WAIVED)
            .with("earliest_date", self.earliest_on)
            .with("count", missing.len())
            .with("members", names.join(", ")))
    }

    /// Refuses a waiver where the rules know none.
    ///
    /// # Errors
    /// `WAIVER_NOT_ALLOWED`.
    pub fn expect_waivable(&self, pack: &RulePack) -> Result<()> {
        if self.waiver_allowed {
            return Ok(());
        }
        Err(Error::new(&reasons::WAIVER_NOT_ALLOWED).with("rule_pack", pack.id()))
    }
}

fn date(instant: Timestamp) -> Result<Date> {
    instant.date_in(TIME_ZONE).parse().map_err(Error::internal)
}
