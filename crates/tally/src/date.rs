//! Calendar dates without a time zone: the community's own days.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A day of the Gregorian calendar, written `YYYY-MM-DD`; years 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    // the order of the fields is the order of the days
    year: u16,
    month: u8,
    day: u8,
}

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The text has another shape.
    #[error("{0:?} is not a date of the form YYYY-MM-DD")]
    Shape(String),
    /// The shape is right, the calendar has no such day.
    #[error("the calendar has no day {0}")]
    NoSuchDay(String),
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let shape = || DateError::Shape(text.to_owned());
        let bytes = text.as_bytes();
        let well_formed = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, b)| {
                if i == 4 || i == 7 {
                    *b == b'-'
                } else {
                    b.is_ascii_digit()
                }
            });
        if !well_formed {
            return Err(shape());
        }
        let year: u16 = text[0..4].parse().map_err(|_| shape())?;
        let month: u8 = text[5..7].parse().map_err(|_| shape())?;
        let day: u8 = text[8..10].parse().map_err(|_| shape())?;
        if year == 0 || day == 0 || day > days_in(year, month) {
            return Err(DateError::NoSuchDay(text.to_owned()));
        }
        Ok(Self { year, month, day })
    }
}

impl Date {
    /// A day written in this program, the month's length aside.
    pub(crate) const fn known(year: u16, month: u8, day: u8) -> Self {
        assert!(year > 0 && year <= 9999 && month > 0 && month <= 12 && day > 0 && day <= 28);
        Self { year, month, day }
    }

    /// 1 to 9999.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Whether it is a Saturday or a Sunday.
    pub fn is_weekend(self) -> bool {
        // the first day of the calendar is a Monday
        self.number() % 7 >= 5
    }

    /// So many days later; `None` beyond the year 9999.
    pub fn plus_days(self, days: u32) -> Option<Self> {
        Self::from_number(self.number().checked_add(days)?)
    }

    /// Days since 0001-01-01.
    fn number(self) -> u32 {
        let months = (1..self.month).map(|month| u32::from(days_in(self.year, month)));
        days_before(self.year) + months.sum::<u32>() + u32::from(self.day) - 1
    }

    fn from_number(number: u32) -> Option<Self> {
        // a year has at least 365 days, so the guess is never too early
        let mut year = u16::try_from(number / 365 + 1).ok()?;
        while days_before(year) > number {
            year -= 1;
        }
        let mut rest = number - days_before(year);
        let mut month = 1;
        while rest >= u32::from(days_in(year, month)) {
            rest -= u32::from(days_in(year, month));
            month += 1;
            if month > 12 {
                return None;
            }
        }
        let day = u8::try_from(rest + 1).ok()?;
        (year <= 9999).then_some(Self { year, month, day })
    }
}

/// Days from 0001-01-01 to the first day of the year.
fn days_before(year: u16) -> u32 {
    let years = u32::from(year) - 1;
    years * 365 + years / 4 - years / 100 + years / 400
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar_are_read_back_as_written() {
        for text in ["2021-01-01", "2020-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2021-02-29",
            "1900-02-29",
            "2021-13-01",
            "2021-00-10",
            "2021-04-31",
            "2021-04-00",
            "0000-01-01",
        ] {
            assert_eq!(text.parse::<Date>(), Err(DateError::NoSuchDay(text.to_owned())));
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "2021-1-01",
            "20210101",
            "2021/01/01",
            "2021-01-01 ",
            "+021-01-01",
            "二〇二一年一",
        ] {
            assert_eq!(text.parse::<Date>(), Err(DateError::Shape(text.to_owned())));
        }
    }

    #[test]
    fn days_are_counted_through_leap_years_and_centuries() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        for (from, days, to) in [
            ("2026-01-31", 1, "2026-02-01"),
            ("2024-02-28", 1, "2024-02-29"),
            ("2023-02-28", 1, "2023-03-01"),
            ("1900-02-28", 1, "1900-03-01"),
            ("2000-02-28", 366, "2001-02-28"),
            ("2026-12-31", 1, "2027-01-01"),
            ("2026-03-01", 0, "2026-03-01"),
            ("0001-01-01", 3_652_058, "9999-12-31"),
        ] {
            assert_eq!(date(from).plus_days(days), Some(date(to)), "{from} + {days}");
        }
        assert_eq!(date("9999-12-31").plus_days(1), None);
        assert_eq!(date("2026-01-01").plus_days(u32::MAX), None);
        let mut day = date("1999-01-01");
        while day < date("2005-01-01") {
            let next = day.plus_days(1).unwrap();
            assert!(next > day && next.number() == day.number() + 1);
            day = next;
        }
    }

    #[test]
    fn weekends_are_known() {
        let weekend = |text: &str| text.parse::<Date>().unwrap().is_weekend();
        assert!(weekend("2026-11-21") && weekend("2026-11-22") && weekend("2000-01-01"));
        assert!(!weekend("2026-11-20") && !weekend("2026-11-23") && !weekend("2000-01-03"));
    }

    #[test]
    fn earlier_days_are_smaller() {
        let days: Vec<Date> = ["2020-12-31", "2021-01-01", "2021-01-02", "2021-02-01"]
            .iter()
            .map(|t| t.parse().unwrap())
            .collect();
        assert!(days.is_sorted_by(|a, b| a < b));
    }
}
