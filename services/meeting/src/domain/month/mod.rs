//! What stood at the beginning and at the end of a month. Computed from history alone, so that a past month has one answer.

mod plan;
mod report;
mod standing;

#[cfg(test)]
mod tests;

pub use plan::{MonthPlan, ScheduledMeeting};
pub use report::{MonthReport, digest};
pub use standing::Standing;

use std::fmt;
use std::str::FromStr;

use yihe_kernel::{Error, MalformedId, Result, Timestamp};
use yihe_tally::Date;

use super::local_day;

/// A month of the community's calendar, written `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: u16,
    month: u8,
}

impl Month {
    /// The month of a year from 2000 to 9998; `None` for others.
    #[must_use]
    pub fn new(year: i32, month: i32) -> Option<Self> {
        let (year, month) = (u16::try_from(year).ok()?, u8::try_from(month).ok()?);
        let known = (2000..=9998).contains(&year) && (1..=12).contains(&month);
        known.then_some(Self { year, month })
    }

    /// Its year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Its number in the year, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.month
    }

    fn next(self) -> Self {
        match self.month {
            12 => Self {
                year: self.year + 1,
                month: 1,
            },
            month => Self {
                year: self.year,
                month: month + 1,
            },
        }
    }

    fn first_day(self) -> Result<Date> {
        format!("{self}-01").parse().map_err(Error::internal)
    }

    /// Its first instant.
    ///
    /// # Errors
    /// `INTERNAL` for a month outside the calendar.
    pub fn begins(self) -> Result<Timestamp> {
        local_day::start_of(self.first_day()?)
    }

    /// The first instant after it.
    ///
    /// # Errors
    /// `INTERNAL` for a month outside the calendar.
    pub fn ends(self) -> Result<Timestamp> {
        self.next().begins()
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        day.to_string().starts_with(&format!("{self}-"))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let read = || -> Option<Self> {
            let (year, month) = text.split_once('-')?;
            let read = Self::new(year.parse().ok()?, month.parse().ok()?)?;
            (read.to_string() == text).then_some(read)
        };
        read().ok_or_else(|| MalformedId::new(text, "a month of the form YYYY-MM"))
    }
}
