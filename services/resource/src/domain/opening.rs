use super::{Interval, local};

/// A span of a weekday in which something is open, in minutes of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningHours {
    /// 1 Monday to 7 Sunday.
    pub weekday: i8,
    /// Minute from which it is open, 0 to 1,439.
    pub opens: i32,
    /// Minute until which it is open, 1 to 1,440.
    pub closes: i32,
}

/// The spans of a window in which something is open, in order, joined where they touch. Without hours it is always open.
#[must_use]
pub fn open_spans(hours: &[OpeningHours], window: Interval) -> Vec<Interval> {
    if hours.is_empty() {
        return vec![window];
    }
    let mut spans: Vec<Interval> = Vec::new();
    let mut day = local::date_of(window.from());
    while let Some(date) = day {
        let weekday = date.weekday().to_monday_one_offset();
        let todays = hours.iter().filter(|hours| hours.weekday == weekday);
        let todays = todays.filter_map(|hours| {
            Interval::new(
                local::minutes_into(date, hours.opens)?,
                local::minutes_into(date, hours.closes)?,
            )
        });
        spans.extend(todays.filter(|span| span.overlaps(window)));
        day = date.tomorrow().ok();
        let over = day.and_then(|day| local::minutes_into(day, 0));
        if over.is_none_or(|begin| begin >= window.until()) {
            break;
        }
    }
    spans.sort_unstable();
    join(spans)
}

fn join(spans: Vec<Interval>) -> Vec<Interval> {
    let mut joined: Vec<Interval> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.until() >= span.from() => {
                let until = last.until().max(span.until());
                *last = Interval::new(last.from(), until).unwrap_or(*last);
            }
            _ => joined.push(span),
        }
    }
    joined
}

/// Whether something is open all the time of an interval.
#[must_use]
pub fn is_open(hours: &[OpeningHours], interval: Interval) -> bool {
    open_spans(hours, interval).iter().any(|span| span.covers(interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(from: &str, until: &str) -> Interval {
        let instant = |text: &str| format!("{text}:00+08:00").parse().unwrap();
        Interval::new(instant(from), instant(until)).unwrap()
    }

    fn hours(weekday: i8, opens: i32, closes: i32) -> OpeningHours {
        OpeningHours { weekday, opens, closes }
    }

    // 2026-03-02 is a Monday
    #[test]
    fn a_booking_lies_wholly_within_opening_hours_of_the_community() {
        let open = [hours(1, 8 * 60, 12 * 60), hours(1, 14 * 60, 22 * 60)];
        assert!(is_open(&open, interval("2026-03-02T08:00", "2026-03-02T12:00")));
        assert!(is_open(&open, interval("2026-03-02T21:00", "2026-03-02T22:00")));
        assert!(!is_open(&open, interval("2026-03-02T07:59", "2026-03-02T09:00")));
        assert!(!is_open(&open, interval("2026-03-02T11:00", "2026-03-02T15:00")));
        assert!(!is_open(&open, interval("2026-03-03T08:00", "2026-03-03T09:00")));
    }

    #[test]
    fn what_is_open_until_midnight_and_from_midnight_is_open_through_the_night() {
        let open = [hours(1, 20 * 60, 1440), hours(2, 0, 6 * 60)];
        assert!(is_open(&open, interval("2026-03-02T22:00", "2026-03-03T05:00")));
        assert!(!is_open(&open, interval("2026-03-02T22:00", "2026-03-03T06:01")));
    }

    #[test]
    fn without_hours_it_is_always_open() {
        assert!(is_open(&[], interval("2026-03-01T00:00", "2026-04-01T00:00")));
    }
}
