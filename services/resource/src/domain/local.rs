//! Instants on the clock of the community.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use yihe_kernel::Timestamp;

use super::TIME_ZONE;

fn zone() -> TimeZone {
    TimeZone::get(TIME_ZONE).unwrap_or(TimeZone::UTC)
}

/// The day of an instant; `None` outside the calendar.
pub fn date_of(instant: Timestamp) -> Option<Date> {
    let instant = jiff::Timestamp::from_microsecond(instant.micros()).ok()?;
    Some(instant.to_zoned(zone()).date())
}

/// The time of the day of an instant; `None` outside the calendar.
pub fn time_of(instant: Timestamp) -> Option<jiff::civil::Time> {
    let instant = jiff::Timestamp::from_microsecond(instant.micros()).ok()?;
    Some(instant.to_zoned(zone()).time())
}

/// An instant by its day and time; `None` outside the calendar.
pub fn at(date: Date, time: jiff::civil::Time) -> Option<Timestamp> {
    let zoned = date.to_datetime(time).to_zoned(zone()).ok()?;
    Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
}

/// The instant so many minutes into a day, 1,440 being its end; `None` outside the calendar.
pub fn minutes_into(date: Date, minutes: i32) -> Option<Timestamp> {
    if minutes >= 1440 {
        return at(date.tomorrow().ok()?, jiff::civil::Time::midnight());
    }
    let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    at(date, jiff::civil::Time::new(hour, minute, 0, 0).ok()?)
}

/// An instant as `YYYY-MM-DD HH:MM`, as people of the community read it.
#[must_use]
pub fn clock_of(instant: Timestamp) -> String {
    let time = instant.time_in(TIME_ZONE);
    format!("{} {}", instant.date_in(TIME_ZONE), time.get(..5).unwrap_or(&time))
}
