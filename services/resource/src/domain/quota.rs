use jiff::ToSpan;
use yihe_kernel::{Error, Result, Timestamp};

use super::code::codes;
use super::{Interval, Taken, Wanted, local};
use crate::reasons;

codes! {
    /// Over which time a quota is counted.
    QuotaPeriod {
        /// The day.
        Day = "DAY",
        /// The week from Monday.
        Week = "WEEK",
        /// The calendar month.
        Month = "MONTH",
    }
}

/// How much one organization may book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Minutes times quantity.
    pub minutes: i64,
    /// In which time.
    pub period: QuotaPeriod,
}

impl Quota {
    /// The period in which an instant lies; `None` at the edge of the calendar.
    #[must_use]
    pub fn period_of(self, instant: Timestamp) -> Option<Interval> {
        let date = local::date_of(instant)?;
        let (first, next) = match self.period {
            QuotaPeriod::Day => (date, date.tomorrow().ok()?),
            QuotaPeriod::Week => {
                let back = i64::from(date.weekday().to_monday_zero_offset());
                let monday = date.checked_sub(back.days()).ok()?;
                (monday, monday.checked_add(7.days()).ok()?)
            }
            QuotaPeriod::Month => (date.first_of_month(), date.last_of_month().tomorrow().ok()?),
        };
        Interval::new(local::minutes_into(first, 0)?, local::minutes_into(next, 0)?)
    }

    /// Refuses what goes beyond, given what the organization has in the period.
    ///
    /// # Errors
    /// `BOOKING_QUOTA_EXCEEDED`.
    pub fn expect_room(self, had: &[Taken], wanted: &Wanted) -> Result<()> {
        let used = had
            .iter()
            .fold(0_i64, |sum, one| sum.saturating_add(weight(one.interval, one.quantity)));
        let asked = weight(wanted.interval, wanted.quantity);
        if used.saturating_add(asked) <= self.minutes {
            return Ok(());
        }
        Err(Error::new(&reasons::BOOKING_QUOTA_EXCEEDED)
            .with("used", used)
            .with("quota", self.minutes)
            .with("left", (self.minutes - used).max(0))
            .with("minutes", asked))
    }
}

fn weight(interval: Interval, quantity: i64) -> i64 {
    interval.minutes().saturating_mul(quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("{text}:00+08:00").parse().unwrap()
    }

    #[test]
    fn periods_are_those_of_the_community() {
        let period = |period, text: &str| {
            let quota = Quota { minutes: 1, period };
            let found = quota.period_of(at(text)).unwrap();
            (found.from(), found.until())
        };
        let wednesday = "2026-03-04T07:00";
        assert_eq!(
            period(QuotaPeriod::Day, wednesday),
            (at("2026-03-04T00:00"), at("2026-03-05T00:00"))
        );
        assert_eq!(
            period(QuotaPeriod::Week, wednesday),
            (at("2026-03-02T00:00"), at("2026-03-09T00:00"))
        );
        assert_eq!(
            period(QuotaPeriod::Week, "2026-03-08T23:59"),
            (at("2026-03-02T00:00"), at("2026-03-09T00:00"))
        );
        assert_eq!(
            period(QuotaPeriod::Month, wednesday),
            (at("2026-03-01T00:00"), at("2026-04-01T00:00"))
        );
    }

    #[test]
    fn a_quota_tells_what_is_left() {
        let quota = Quota {
            minutes: 180,
            period: QuotaPeriod::Week,
        };
        let hour = Interval::new(at("2026-03-04T08:00"), at("2026-03-04T09:00")).unwrap();
        let had = [Taken {
            interval: hour,
            quantity: 2,
        }];
        let wanted = |quantity| Wanted {
            interval: hour,
            quantity,
        };
        assert!(quota.expect_room(&had, &wanted(1)).is_ok());
        let refused = quota.expect_room(&had, &wanted(2)).unwrap_err();
        assert!(refused.is(&reasons::BOOKING_QUOTA_EXCEEDED));
        assert_eq!(refused.metadata()["left"], "60");
    }
}
