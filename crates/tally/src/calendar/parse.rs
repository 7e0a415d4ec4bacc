//! From a calendar file (JSON) to its year.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Deserialize;

use super::{CalendarDay, CalendarError, CalendarYear, reaches_back};
use crate::Date;
use crate::parse::KeyProblem;

/// The longest one so far has 5,086 bytes.
const LONGEST_YEAR: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "the calendar of a year")]
struct File {
    #[serde(rename = "$schema", default)]
    _schema: Option<String>,
    #[serde(rename = "$id", default)]
    _id: Option<String>,
    year: u16,
    papers: Vec<String>,
    days: Vec<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Day {
    name: String,
    date: String,
    is_off_day: bool,
}

impl CalendarYear {
    /// Reads and checks the file of one year: `year`, `papers`, and `days` with `date`, `name` and `isOffDay`.
    pub fn parse(bytes: &[u8]) -> Result<Self, CalendarError> {
        if bytes.len() > LONGEST_YEAR {
            return Err(CalendarError::TooLong {
                bytes: bytes.len(),
                most: LONGEST_YEAR,
            });
        }
        let file: File = serde_json::from_slice(bytes).map_err(|e| CalendarError::Form {
            line: e.line(),
            reason: without_place(&e),
        })?;
        let mut problems = Vec::new();
        if !(1..9999).contains(&file.year) {
            problems.push(problem("year".to_owned(), format!("{} is not a year", file.year)));
        }
        let mut days = BTreeMap::new();
        for (i, day) in file.days.into_iter().enumerate() {
            match checked(day, file.year) {
                Ok(day) => match days.entry(day.date) {
                    Entry::Vacant(free) => _ = free.insert(day),
                    Entry::Occupied(_) => {
                        problems.push(problem(
                            format!("days[{i}].date"),
                            format!("{} is listed twice", day.date),
                        ));
                    }
                },
                Err((key, reason)) => problems.push(problem(format!("days[{i}].{key}"), reason)),
            }
        }
        if days.is_empty() && problems.is_empty() {
            // a year without a single holiday was never published: somebody's file is cut short
            problems.push(problem("days".to_owned(), "is empty".to_owned()));
        }
        if !problems.is_empty() {
            return Err(CalendarError::Invalid { problems });
        }
        Ok(Self {
            year: file.year,
            papers: file.papers,
            days,
        })
    }
}

fn checked(day: Day, year: u16) -> Result<CalendarDay, (&'static str, String)> {
    let date: Date = day.date.parse().map_err(|e| ("date", format!("{e}")))?;
    let turn_of_the_year = date.year().checked_add(1) == Some(year) && reaches_back(date);
    if date.year() != year && !turn_of_the_year {
        return Err(("date", format!("{date} does not belong to the papers of {year}")));
    }
    if day.name.trim().is_empty() || day.name.chars().any(char::is_control) {
        return Err(("name", "is empty or has control characters".to_owned()));
    }
    Ok(CalendarDay {
        date,
        name: day.name,
        off: day.is_off_day,
    })
}

fn problem(key: String, reason: String) -> KeyProblem {
    KeyProblem { key, reason }
}

/// The parser's words without the place, which has a field of its own.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}
