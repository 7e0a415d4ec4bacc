use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{Calendar, Date, DayUnit, RulePack, TallyError, plus_days};

use crate::domain::code::codes;
use crate::domain::local_day;
use crate::reasons;

codes! {
    /// To whom an overdue commitment was taken.
    EscalationLevel {
        /// To nobody so far.
        None = "NONE",
        /// To the head of the holder.
        Head = "HEAD",
        /// To the secretary of the community.
        Secretary = "SECRETARY",
        /// To the street.
        Street = "STREET",
    }
}

impl EscalationLevel {
    /// The level above; none above the street.
    #[must_use]
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::None => Some(Self::Head),
            Self::Head => Some(Self::Secretary),
            Self::Secretary => Some(Self::Street),
            Self::Street => None,
        }
    }
}

/// By which rule a commitment is taken up: to the holder's head once it is overdue, to the secretary so many days later, to
/// the street after as many again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalation {
    /// Days between head and secretary, and between secretary and street.
    pub days: u32,
    /// Which days count.
    pub unit: DayUnit,
}

impl Escalation {
    /// As the rules of a meeting have it.
    #[must_use]
    pub fn of(pack: &RulePack) -> Self {
        let escalation = &pack.provisions().escalation;
        Self {
            days: escalation.secretary_after_days,
            unit: escalation.unit,
        }
    }
}

impl Escalation {
    /// When a commitment on `level` is taken to the next one; none above the street.
    ///
    /// # Errors
    /// `CALENDAR_MISSING` where working days count and their year is not known; `INTERNAL` for a day outside the calendar.
    pub fn next(self, level: EscalationLevel, due_on: Date, calendar: &Calendar) -> Result<Option<Timestamp>> {
        let days = match level {
            EscalationLevel::None => 0,
            EscalationLevel::Head => self.days,
            EscalationLevel::Secretary => self.days.saturating_mul(2),
            EscalationLevel::Street => return Ok(None),
        };
        local_day::end_of(self.days_after(due_on, days, calendar)?).map(Some)
    }

    fn days_after(self, day: Date, days: u32, calendar: &Calendar) -> Result<Date> {
        plus_days(day, days, self.unit, calendar).map_err(|error| match error {
            TallyError::CalendarMissing(missing) => Error::new(&reasons::CALENDAR_MISSING).with("year", missing.year),
            other => Error::internal(other),
        })
    }
}
