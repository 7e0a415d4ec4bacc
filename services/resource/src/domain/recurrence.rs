//! Rules of recurrence (RFC 5545, `RRULE`), as far as bookings need them, in the time zone of the community. A rule without an end
//! is refused: what is booked all or nothing has a last date.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use yihe_kernel::{Error, Result, Timestamp};

use super::{Interval, local};
use crate::reasons;

/// Dates that a rule gives at most.
pub const MOST_DATES: usize = 366;
/// Periods without a date after which a rule gives no more.
const IDLE_PERIODS: u32 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Count(usize),
    On(Date),
    At(Timestamp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ByDay {
    /// Which of the month, from its end where negative; 0 means each.
    ordinal: i8,
    weekday: Weekday,
}

/// A rule of recurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    frequency: Frequency,
    interval: i32,
    end: End,
    by_day: Vec<ByDay>,
    by_month_day: Vec<i8>,
}

fn invalid(en: &str, zh: &str) -> Error {
    Error::new(&reasons::RECURRENCE_INVALID)
        .with("detail", en)
        .with("detail_zh", zh)
}

fn unknown(part: &str) -> Error {
    let part: String = part.chars().take(40).collect();
    invalid(&format!("`{part}` is not understood"), &format!("无法识别“{part}”"))
}

impl Recurrence {
    /// Reads a rule, with or without `RRULE:`.
    ///
    /// # Errors
    /// `RECURRENCE_INVALID`, `RECURRENCE_ENDLESS`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let text = text.strip_prefix("RRULE:").unwrap_or(text);
        let (mut frequency, mut interval, mut end) = (None, 1, None);
        let (mut by_day, mut by_month_day) = (Vec::new(), Vec::new());
        let mut seen = Vec::new();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').ok_or_else(|| unknown(part))?;
            if seen.contains(&key) {
                return Err(invalid(&format!("`{key}` is given twice"), &format!("“{key}”重复")));
            }
            seen.push(key);
            match key {
                "FREQ" => frequency = Some(frequency_of(value).ok_or_else(|| unknown(part))?),
                "INTERVAL" => interval = number(value, 1, 366).ok_or_else(|| unknown(part))?,
                "COUNT" | "UNTIL" if end.is_some() => {
                    return Err(invalid(
                        "COUNT and UNTIL exclude one another",
                        "COUNT 与 UNTIL 不得并用",
                    ));
                }
                "COUNT" => end = Some(count(value).ok_or_else(|| unknown(part))?),
                "UNTIL" => end = Some(until(value).ok_or_else(|| unknown(part))?),
                "BYDAY" => by_day = list(value, weekday).ok_or_else(|| unknown(part))?,
                "BYMONTHDAY" => by_month_day = list(value, month_day).ok_or_else(|| unknown(part))?,
                "WKST" if value == "MO" => {}
                _ => return Err(unknown(part)),
            }
        }
        let frequency = frequency.ok_or_else(|| invalid("FREQ is missing", "缺少 FREQ"))?;
        let end = end.ok_or_else(|| Error::new(&reasons::RECURRENCE_ENDLESS).with("most", MOST_DATES))?;
        let monthly = frequency == Frequency::Monthly;
        if !monthly && (!by_month_day.is_empty() || by_day.iter().any(|day: &ByDay| day.ordinal != 0)) {
            return Err(invalid(
                "days of the month need FREQ=MONTHLY",
                "按月内日期重复须用 FREQ=MONTHLY",
            ));
        }
        Ok(Self {
            frequency,
            interval,
            end,
            by_day,
            by_month_day,
        })
    }

    /// The intervals of the rule, the first one given first: same time of day, same length.
    ///
    /// # Errors
    /// `RECURRENCE_INVALID` where the first is not one of the rule's, an excluded one is not or is the first, there are too many or
    /// the calendar ends.
    pub fn expand(&self, first: Interval, excluded: &[Date]) -> Result<Vec<Interval>> {
        let mut dates = self.all(first)?;
        for date in excluded {
            let place = dates.iter().position(|one| local::date_of(one.from()) == Some(*date));
            match place {
                Some(place) if place > 0 => {
                    dates.remove(place);
                }
                _ => {
                    let en = format!("{date} cannot be left out: it is the first or no date of the rule");
                    let zh = format!("{date} 不能除外:它是首次日期,或不在规则之内");
                    return Err(invalid(&en, &zh));
                }
            }
        }
        Ok(dates)
    }

    fn all(&self, first: Interval) -> Result<Vec<Interval>> {
        let edge = || invalid("the dates leave the calendar", "日期超出历法范围");
        let begin = local::date_of(first.from()).ok_or_else(edge)?;
        let time = local::time_of(first.from()).ok_or_else(edge)?;
        let (mut found, mut idle) = (Vec::new(), 0);
        for period in 0.. {
            let dates = self.dates_of(begin, period).ok_or_else(edge)?;
            idle = if dates.is_empty() { idle + 1 } else { 0 };
            for date in dates.into_iter().filter(|date| *date >= begin) {
                let start = local::at(date, time).ok_or_else(edge)?;
                if self.is_over(found.len(), date, start) {
                    return self.checked(first, found);
                }
                if found.len() == MOST_DATES {
                    let (en, zh) = ("it gives more than 366 dates", "日期多于 366 个");
                    return Err(invalid(en, zh));
                }
                found.push(first.moved_to(start).ok_or_else(edge)?);
            }
            if idle >= IDLE_PERIODS {
                break;
            }
        }
        self.checked(first, found)
    }

    fn checked(&self, first: Interval, found: Vec<Interval>) -> Result<Vec<Interval>> {
        if found.first() == Some(&first) {
            return Ok(found);
        }
        Err(invalid(
            "the first booking is not on a date of the rule",
            "首次预约的日期不符合规则",
        ))
    }

    fn is_over(&self, found: usize, date: Date, start: Timestamp) -> bool {
        match self.end {
            End::Count(count) => found >= count,
            End::On(last) => date > last,
            End::At(last) => start > last,
        }
    }

    /// The dates of one period after the first, in order; `None` over the edge of the calendar.
    fn dates_of(&self, begin: Date, period: i32) -> Option<Vec<Date>> {
        let steps = period.checked_mul(self.interval)?;
        match self.frequency {
            Frequency::Daily => {
                let date = begin.checked_add(steps.days()).ok()?;
                let fits = self.by_day.is_empty() || self.by_day.iter().any(|day| day.weekday == date.weekday());
                Some(if fits { vec![date] } else { Vec::new() })
            }
            Frequency::Weekly => {
                let back = begin.weekday().to_monday_zero_offset();
                let monday = begin.checked_sub(i32::from(back).days()).ok()?;
                let monday = monday.checked_add(steps.weeks()).ok()?;
                let mut offsets: Vec<i8> = match self.by_day.is_empty() {
                    true => vec![back],
                    false => {
                        let days = self.by_day.iter();
                        days.map(|day| day.weekday.to_monday_zero_offset()).collect()
                    }
                };
                offsets.sort_unstable();
                offsets.dedup();
                offsets
                    .into_iter()
                    .map(|offset| monday.checked_add(i32::from(offset).days()).ok())
                    .collect()
            }
            Frequency::Monthly => {
                let month = begin.first_of_month().checked_add(steps.months()).ok()?;
                Some(self.dates_of_month(month, begin.day()))
            }
        }
    }

    fn dates_of_month(&self, month: Date, day_of_first: i8) -> Vec<Date> {
        let days = month.days_in_month();
        let date = |day: i8| Date::new(month.year(), month.month(), day).ok();
        (1..=days)
            .filter_map(date)
            .filter(|date| {
                let from_end = date.day() - days - 1;
                let on_day = self.by_month_day.contains(&date.day()) || self.by_month_day.contains(&from_end);
                let on_weekday = self.by_day.iter().any(|day| {
                    let nth = (date.day() - 1) / 7 + 1;
                    let nth_from_end = -((days - date.day()) / 7 + 1);
                    day.weekday == date.weekday() && [0, nth, nth_from_end].contains(&day.ordinal)
                });
                match (self.by_month_day.is_empty(), self.by_day.is_empty()) {
                    (true, true) => date.day() == day_of_first,
                    (false, true) => on_day,
                    (true, false) => on_weekday,
                    (false, false) => on_day && on_weekday,
                }
            })
            .collect()
    }
}

fn frequency_of(text: &str) -> Option<Frequency> {
    match text {
        "DAILY" => Some(Frequency::Daily),
        "WEEKLY" => Some(Frequency::Weekly),
        "MONTHLY" => Some(Frequency::Monthly),
        _ => None,
    }
}

fn number(text: &str, least: i32, most: i32) -> Option<i32> {
    let number = text.parse().ok()?;
    (least..=most).contains(&number).then_some(number)
}

fn count(text: &str) -> Option<End> {
    let most = i32::try_from(MOST_DATES).ok()?;
    usize::try_from(number(text, 1, most)?).ok().map(End::Count)
}

fn until(text: &str) -> Option<End> {
    if !text.is_ascii() {
        return None;
    }
    let date = text.get(..8)?;
    let date = format!("{}-{}-{}", date.get(..4)?, date.get(4..6)?, date.get(6..8)?);
    match text.get(8..)? {
        "" => date.parse().ok().map(End::On),
        rest => {
            let time = rest
                .strip_prefix('T')?
                .strip_suffix('Z')
                .filter(|time| time.len() == 6)?;
            let time = format!("{}:{}:{}", time.get(..2)?, time.get(2..4)?, time.get(4..6)?);
            format!("{date}T{time}Z").parse().ok().map(End::At)
        }
    }
}

fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(read).collect()
}

fn weekday(text: &str) -> Option<ByDay> {
    let split = text.len().checked_sub(2)?;
    let (ordinal, day) = (text.get(..split)?, text.get(split..)?);
    let weekday = match day {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let ordinal = match ordinal {
        "" => 0,
        text => text.parse::<i8>().ok().filter(|nth| (1..=5).contains(&nth.abs()))?,
    };
    Some(ByDay { ordinal, weekday })
}

fn month_day(text: &str) -> Option<i8> {
    let day = text.parse::<i8>().ok()?;
    (1..=31).contains(&day.abs()).then_some(day)
}

#[cfg(test)]
mod tests;
