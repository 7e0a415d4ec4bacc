use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::notice::plus_days;
use yihe_tally::{Calendar, DayUnit, TallyError};

use crate::domain::TIME_ZONE;
use crate::reasons;

/// The first instant after a period of whole days that begins on the day after `from`.
///
/// # Errors
/// `CALENDAR_MISSING` for working days of a year that nobody knows.
pub fn period_end(from: Timestamp, days: u32, unit: DayUnit, calendar: &Calendar) -> Result<Timestamp> {
    let last = last_day(from, days, unit, calendar)?;
    // the zone knows no summer time, so days have 24 hours
    Timestamp::start_of(&last, TIME_ZONE)
        .map(|start| start.plus_days(1))
        .ok_or_else(|| Error::internal(format!("there is no day {last}")))
}

/// The last day of such a period, `YYYY-MM-DD`.
///
/// # Errors
/// `CALENDAR_MISSING` for working days of a year that nobody knows.
pub fn last_day(from: Timestamp, days: u32, unit: DayUnit, calendar: &Calendar) -> Result<String> {
    let from = from.date_in(TIME_ZONE).parse().map_err(Error::internal)?;
    match plus_days(from, days, unit, calendar) {
        Ok(last) => Ok(last.to_string()),
        Err(TallyError::CalendarMissing(missing)) => {
            Err(Error::new(&reasons::CALENDAR_MISSING).with("year", missing.year))
        }
        Err(other) => Err(Error::internal(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_with_its_last_whole_day() {
        let calendar = Calendar::shipped().unwrap();
        let end = |from: &str, days, unit| {
            let from = from.parse().unwrap();
            period_end(from, days, unit, &calendar).map(|end| end.to_string())
        };
        let (days, working) = (DayUnit::Calendar, DayUnit::Working);
        assert_eq!(end("2026-03-09T09:30:00Z", 7, days).unwrap(), "2026-03-16T16:00:00Z");
        // half an hour past midnight in Shenzhen
        assert_eq!(end("2026-03-09T16:30:00Z", 0, days).unwrap(), "2026-03-10T16:00:00Z");
        // over a weekend
        assert_eq!(end("2026-03-12T02:00:00Z", 2, working).unwrap(), "2026-03-16T16:00:00Z");
        let unknown = end("2031-03-12T02:00:00Z", 2, working).unwrap_err();
        assert!(unknown.is(&reasons::CALENDAR_MISSING));
    }
}
