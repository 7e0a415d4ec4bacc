//! Periods: how long before a meeting notice is served, and when a period that runs from a day ends.

use crate::Date;
use crate::calendar::Calendar;
use crate::error::TallyError;
use crate::provisions::Notice;
use crate::terms::DayUnit;

/// The first day a meeting may begin whose notice is served on a day. Days of notice are whole days between the two:
/// neither the day of serving nor the day of the meeting counts.
pub fn earliest_start(served_on: Date, notice: &Notice, calendar: &Calendar) -> Result<Date, TallyError> {
    let last_of_notice = plus_days(served_on, notice.days, notice.unit, calendar)?;
    last_of_notice.plus_days(1).ok_or(TallyError::BeyondCalendar)
}

/// The last day of a period of so many days; the day it runs from does not count. The last day of a period of working
/// days is a working day; that of no days is the day itself.
pub fn plus_days(from: Date, days: u32, unit: DayUnit, calendar: &Calendar) -> Result<Date, TallyError> {
    match unit {
        DayUnit::Calendar => from.plus_days(days).ok_or(TallyError::BeyondCalendar),
        DayUnit::Working => {
            let (mut date, mut left) = (from, days);
            while left > 0 {
                date = date.plus_days(1).ok_or(TallyError::BeyondCalendar)?;
                left -= u32::from(calendar.is_working_day(date)?);
            }
            Ok(date)
        }
    }
}
