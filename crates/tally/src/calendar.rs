//! Working days of the State Council calendar (节假日安排): holidays, and weekend days that are worked instead.
//!
//! A year nobody has published yet is an error, never a guess: whoever counts days through it is told which year is
//! missing. The papers of a year also move days around its New Year: those of 2008 made 2007-12-29 a working day. So the
//! last days of December, from the 25th, are known only together with the year that follows.

mod parse;
mod shipped;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::Date;
use crate::parse::KeyProblem;

/// One day the papers of a year speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalendarDay {
    /// The day.
    pub date: Date,
    /// The holiday it belongs to, in Chinese.
    pub name: String,
    /// Whether it is free; `false` is a weekend day that is worked.
    pub off: bool,
}

/// The working days of one year as the State Council published them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarYear {
    year: u16,
    papers: Vec<String>,
    days: BTreeMap<Date, CalendarDay>,
}

impl CalendarYear {
    /// The year.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// Addresses of the official papers.
    pub fn papers(&self) -> &[String] {
        &self.papers
    }

    /// The days that differ from plain weekdays and weekends or are named holidays, in order; some may lie in the last
    /// week of the year before.
    pub fn days(&self) -> impl Iterator<Item = &CalendarDay> {
        self.days.values()
    }
}

/// Why a calendar file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The text is too long to be the calendar of one year.
    #[error("calendar: {bytes} bytes are more than the {most} a year may have")]
    TooLong {
        /// Length found.
        bytes: usize,
        /// Length allowed.
        most: usize,
    },
    /// The text is not JSON of this form: another type, an unknown, missing or doubled key.
    #[error("calendar: line {line}: {reason}")]
    Form {
        /// Counted from 1.
        line: usize,
        /// The JSON parser's own words.
        reason: String,
    },
    /// The form is right and values are wrong; never empty.
    #[error("calendar: {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid {
        /// One problem per value in error, in the order of the file.
        problems: Vec<KeyProblem>,
    },
}

/// Days have to be counted through a year whose working days are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[error("the working days of {year} are not known: import its calendar")]
pub struct CalendarMissing {
    /// The year to import.
    pub year: u16,
}

/// Several years. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    years: BTreeMap<u16, Arc<CalendarYear>>,
}

impl Calendar {
    /// The years this program ships, 2007 to 2026. An error means that this build is broken; the tests of this crate keep
    /// such a build from leaving.
    pub fn shipped() -> Result<Self, CalendarError> {
        shipped::calendar()
    }

    /// The same with one year added, or in the place of the one it had.
    #[must_use]
    pub fn with(mut self, year: CalendarYear) -> Self {
        self.years.insert(year.year, Arc::new(year));
        self
    }

    /// The years it knows, ascending.
    pub fn years(&self) -> impl Iterator<Item = u16> {
        self.years.keys().copied()
    }

    /// One year.
    pub fn year(&self, year: u16) -> Option<&CalendarYear> {
        self.years.get(&year).map(Arc::as_ref)
    }

    /// Whether the day is worked.
    pub fn is_working_day(&self, date: Date) -> Result<bool, CalendarMissing> {
        let own = self.expect(date.year())?;
        // the paper of the next year is the later one
        let next = if reaches_back(date) {
            self.expect(date.year() + 1)?.days.get(&date)
        } else {
            None
        };
        Ok(match next.or_else(|| own.days.get(&date)) {
            Some(day) => !day.off,
            None => !date.is_weekend(),
        })
    }

    /// How many working days lie strictly between two days; 0 if the second is not after the first.
    pub fn working_days_between(&self, after: Date, before: Date) -> Result<u32, CalendarMissing> {
        let mut count = 0;
        let mut day = after.plus_days(1);
        while let Some(date) = day.filter(|date| *date < before) {
            count += u32::from(self.is_working_day(date)?);
            day = date.plus_days(1);
        }
        Ok(count)
    }

    fn expect(&self, year: u16) -> Result<&CalendarYear, CalendarMissing> {
        self.year(year).ok_or(CalendarMissing { year })
    }
}

/// Whether the papers of the next year may speak of this day.
fn reaches_back(date: Date) -> bool {
    date.month() == 12 && date.day() >= 25
}
