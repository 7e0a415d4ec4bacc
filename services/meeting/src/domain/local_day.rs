use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::Date;

use super::TIME_ZONE;

// the zone of all communities knows no summer time since 1992, so its days have 24 hours
const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;
const OFFSET: &str = "+08:00";

/// The instant at which a day of the community begins.
///
/// # Errors
/// `INTERNAL` for a day outside the calendar.
pub fn start_of(day: Date) -> Result<Timestamp> {
    format!("{day}T00:00:00{OFFSET}").parse().map_err(Error::internal)
}

/// The first instant after a day of the community.
///
/// # Errors
/// `INTERNAL` for a day outside the calendar.
pub fn end_of(day: Date) -> Result<Timestamp> {
    Ok(start_of(day)?.plus_days(1))
}

/// The day of the community in which an instant falls.
///
/// # Errors
/// `INTERNAL` for an instant outside the calendar.
pub fn day_of(instant: Timestamp) -> Result<Date> {
    instant.date_in(TIME_ZONE).parse().map_err(Error::internal)
}

/// Whole days from one day to a later one; 0 where the other is not later.
///
/// # Errors
/// `INTERNAL` for a day outside the calendar.
pub fn days_after(day: Date, later: Date) -> Result<u32> {
    let micros = start_of(later)?.micros_since(start_of(day)?);
    u32::try_from((micros / DAY_MICROS).max(0)).map_err(Error::internal)
}

/// An instant on the clock of the community, `YYYY-MM-DD HH:MM`.
#[must_use]
pub fn clock_of(instant: Timestamp) -> String {
    let time = instant.time_in(TIME_ZONE);
    format!("{} {}", instant.date_in(TIME_ZONE), time.get(..5).unwrap_or(&time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_begin_at_midnight_in_shenzhen() {
        let begin = start_of(date("2026-03-02")).unwrap();
        assert_eq!(begin, "2026-03-01T16:00:00Z".parse().unwrap());
        assert_eq!(day_of(begin).unwrap(), date("2026-03-02"));
        assert_eq!(
            day_of(Timestamp::from_micros(begin.micros() - 1)).unwrap(),
            date("2026-03-01")
        );
        assert_eq!(
            end_of(date("2026-02-28")).unwrap(),
            start_of(date("2026-03-01")).unwrap()
        );
    }

    #[test]
    fn days_between_are_counted_over_months_and_never_below_nothing() {
        assert_eq!(days_after(date("2026-02-27"), date("2026-03-02")).unwrap(), 3);
        assert_eq!(days_after(date("2026-03-02"), date("2026-02-27")).unwrap(), 0);
    }
}
