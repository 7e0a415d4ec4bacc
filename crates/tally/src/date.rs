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
    fn earlier_days_are_smaller() {
        let days: Vec<Date> = ["2020-12-31", "2021-01-01", "2021-01-02", "2021-02-01"]
            .iter()
            .map(|t| t.parse().unwrap())
            .collect();
        assert!(days.is_sorted_by(|a, b| a < b));
    }
}
