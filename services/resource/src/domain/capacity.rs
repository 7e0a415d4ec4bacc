//! How much is taken at which instant: exact, by a sweep over the ends of what overlaps.

use super::Interval;

/// What one booking takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// When, buffers included.
    pub interval: Interval,
    /// How many units.
    pub quantity: i64,
}

/// A span in which the same quantity is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When.
    pub interval: Interval,
    /// How many units.
    pub quantity: i64,
}

/// The most that is taken at any instant of a window.
#[must_use]
pub fn peak(taken: &[Taken], window: Interval) -> i64 {
    profile(taken, window)
        .into_iter()
        .map(|span| span.quantity)
        .max()
        .unwrap_or(0)
}

/// The spans of a window in which something is taken, in order; neighbours differ in quantity or do not touch.
#[must_use]
pub fn profile(taken: &[Taken], window: Interval) -> Vec<Span> {
    let mut turns = Vec::with_capacity(taken.len() * 2);
    for one in taken.iter().filter(|one| one.interval.overlaps(window)) {
        turns.push((one.interval.from().max(window.from()), one.quantity));
        turns.push((one.interval.until().min(window.until()), -one.quantity));
    }
    turns.sort_unstable_by_key(|(at, _)| *at);
    let mut spans: Vec<Span> = Vec::new();
    let (mut quantity, mut since) = (0_i64, window.from());
    for (at, change) in turns {
        if quantity > 0
            && let Some(interval) = Interval::new(since, at)
        {
            extend(&mut spans, Span { interval, quantity });
        }
        quantity = quantity.saturating_add(change);
        since = at;
    }
    spans
}

fn extend(spans: &mut Vec<Span>, next: Span) {
    let joined = spans.last().and_then(|last| {
        let touches = last.quantity == next.quantity && last.interval.until() == next.interval.from();
        Interval::new(last.interval.from(), next.interval.until()).filter(|_| touches)
    });
    match (joined, spans.last_mut()) {
        (Some(interval), Some(last)) => last.interval = interval,
        _ => spans.push(next),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use yihe_kernel::Timestamp;

    use super::*;

    fn interval(from: i64, length: i64) -> Interval {
        let at = |seconds| Timestamp::from_seconds(seconds);
        Interval::new(at(from), at(from + length)).unwrap()
    }

    /// What is taken at one instant, by asking everybody.
    fn at_instant(taken: &[Taken], second: i64) -> i64 {
        let instant = interval(second, 1);
        let there = taken.iter().filter(|one| one.interval.overlaps(instant));
        there.map(|one| one.quantity).sum()
    }

    proptest! {
        #[test]
        fn the_sweep_finds_what_asking_at_every_instant_finds(
            raw in prop::collection::vec((0_i64..60, 1_i64..30, 1_i64..5), 0..12),
            (from, length) in (0_i64..60, 1_i64..40),
        ) {
            let taken: Vec<_> = raw
                .into_iter()
                .map(|(from, length, quantity)| Taken { interval: interval(from, length), quantity })
                .collect();
            let window = interval(from, length);
            let most = (from..from + length).map(|second| at_instant(&taken, second)).max().unwrap_or(0);
            prop_assert_eq!(peak(&taken, window), most);
            let spans = profile(&taken, window);
            for second in from..from + length {
                let told = spans.iter().find(|span| span.interval.overlaps(interval(second, 1)));
                prop_assert_eq!(told.map_or(0, |span| span.quantity), at_instant(&taken, second));
            }
            for pair in spans.windows(2) {
                prop_assert!(pair[0].interval.until() <= pair[1].interval.from());
                prop_assert!(pair[0].quantity != pair[1].quantity || pair[0].interval.until() < pair[1].interval.from());
            }
        }

        #[test]
        fn whoever_is_let_in_by_the_peak_never_exceeds_the_capacity(
            capacity in 1_i64..6,
            asked in prop::collection::vec((0_i64..40, 1_i64..20, 1_i64..6), 1..40),
        ) {
            let mut taken = Vec::new();
            for (from, length, quantity) in asked {
                let interval = interval(from, length);
                if peak(&taken, interval) + quantity <= capacity {
                    taken.push(Taken { interval, quantity });
                }
            }
            for second in 0..60 {
                prop_assert!(at_instant(&taken, second) <= capacity);
            }
        }
    }

    #[test]
    fn what_ends_when_another_begins_does_not_overlap_it() {
        let taken = [
            Taken {
                interval: interval(0, 10),
                quantity: 1,
            },
            Taken {
                interval: interval(10, 10),
                quantity: 1,
            },
        ];
        assert_eq!(peak(&taken, interval(0, 20)), 1);
        assert_eq!(profile(&taken, interval(5, 10)).len(), 1);
        assert_eq!(peak(&taken, interval(20, 5)), 0);
    }
}
