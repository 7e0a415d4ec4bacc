//! Whether a booking fits, and where it would.

use yihe_kernel::{Error, Timestamp};

use super::{Blackout, Bookable, Interval, Taken, clock_of, opening, peak};
use crate::reasons;

/// How far ahead the next possible start is looked for.
pub const HORIZON_DAYS: i64 = 31;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// When.
    pub interval: Interval,
    /// How many units.
    pub quantity: i64,
}

/// At which step it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Somebody books.
    Booking,
    /// Somebody approves, or capacity came free: the notice was kept when it was booked.
    Again,
}

/// Why a booking does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// More than there is.
    AboveCapacity,
    /// It began already.
    InPast {
        /// The instant it is.
        now: Timestamp,
    },
    /// It begins too soon.
    Notice {
        /// The earliest start.
        earliest: Timestamp,
    },
    /// It lasts too long.
    TooLong,
    /// It is not open all the time.
    Closed,
    /// It is closed then.
    Blackout(Blackout),
    /// Too little is free.
    Full {
        /// What is free all the time.
        free: i64,
    },
}

impl Unfit {
    /// The stable reason.
    #[must_use]
    pub fn reason(&self) -> &'static yihe_kernel::Reason {
        match self {
            Self::AboveCapacity => &reasons::QUANTITY_ABOVE_CAPACITY,
            Self::InPast { .. } => &reasons::BOOKING_IN_PAST,
            Self::Notice { .. } => &reasons::BOOKING_NOTICE_TOO_SHORT,
            Self::TooLong => &reasons::BOOKING_TOO_LONG,
            Self::Closed => &reasons::OUTSIDE_OPENING_HOURS,
            Self::Blackout(_) => &reasons::IN_BLACKOUT,
            Self::Full { .. } => &reasons::BOOKING_FULL,
        }
    }

    /// Whether another start may do.
    #[must_use]
    pub fn may_fit_later(&self) -> bool {
        matches!(self, Self::Closed | Self::Blackout(_) | Self::Full { .. })
    }

    /// The refusal, with what would have been possible.
    #[must_use]
    pub fn refuse(&self, bookable: &Bookable, wanted: &Wanted, next: Option<Timestamp>) -> Error {
        let next = next.map_or_else(|| "-".to_owned(), clock_of);
        let error = Error::new(self.reason()).with("name", &bookable.name);
        let rules = &bookable.rules;
        match self {
            Self::AboveCapacity => error
                .with("quantity", wanted.quantity)
                .with("capacity", bookable.capacity),
            Self::InPast { now } => error
                .with("from", clock_of(wanted.interval.from()))
                .with("now", clock_of(*now)),
            Self::Notice { earliest } => error
                .with("minutes", rules.minimum_notice)
                .with("earliest", clock_of(*earliest)),
            Self::TooLong => error
                .with("longest", rules.longest_minutes())
                .with("minutes", wanted.interval.minutes()),
            Self::Closed => error.with("next", next),
            Self::Blackout(blackout) => error
                .with("from", clock_of(blackout.interval.from()))
                .with("until", clock_of(blackout.interval.until()))
                .with("next", next),
            Self::Full { free } => error
                .with("free", free)
                .with("capacity", bookable.capacity)
                .with("quantity", wanted.quantity)
                .with("next", next),
        }
    }
}

impl Bookable {
    /// Looks at the rules, not at what is taken.
    ///
    /// # Errors
    /// The first rule in whose way it is.
    pub fn permits(&self, wanted: &Wanted, occasion: Occasion, now: Timestamp) -> Result<(), Unfit> {
        let (interval, rules) = (wanted.interval, &self.rules);
        if wanted.quantity > self.capacity {
            return Err(Unfit::AboveCapacity);
        }
        if interval.from() < now {
            return Err(Unfit::InPast { now });
        }
        let earliest = now.plus_seconds(rules.minimum_notice.saturating_mul(60));
        if occasion == Occasion::Booking && interval.from() < earliest {
            return Err(Unfit::Notice { earliest });
        }
        if interval.minutes() > rules.longest_minutes() {
            return Err(Unfit::TooLong);
        }
        if let Some(blackout) = rules.blackouts.iter().find(|it| it.interval.overlaps(interval)) {
            return Err(Unfit::Blackout(blackout.clone()));
        }
        if !opening::is_open(&rules.opening_hours, interval) {
            return Err(Unfit::Closed);
        }
        Ok(())
    }

    /// Looks at what is taken.
    ///
    /// # Errors
    /// [`Unfit::Full`].
    pub fn has_room(&self, wanted: &Wanted, taken: &[Taken]) -> Result<(), Unfit> {
        let most = peak(taken, self.occupied_by(wanted.interval));
        let free = self.capacity.saturating_sub(most).max(0);
        if wanted.quantity <= free {
            return Ok(());
        }
        Err(Unfit::Full { free })
    }
}

/// The next start at which all that is wanted would fit, within [`HORIZON_DAYS`] of the one asked for. Only where something ends or
/// opens can a start become possible, so only those instants are tried.
#[must_use]
pub fn next_start(bookable: &Bookable, taken: &[Taken], wanted: &Wanted, now: Timestamp) -> Option<Timestamp> {
    let first = wanted.interval.from();
    let window = Interval::new(first, first.plus_days(HORIZON_DAYS))?;
    let rules = &bookable.rules;
    let ends = taken.iter().map(|one| {
        let end = one.interval.until();
        end.plus_seconds(rules.buffer_before.saturating_mul(60))
    });
    let closures = rules.blackouts.iter().map(|blackout| blackout.interval.until());
    let opens = opening::open_spans(&rules.opening_hours, window);
    let mut starts: Vec<_> = ends
        .chain(closures)
        .chain(opens.into_iter().map(Interval::from))
        .filter(|start| *start > first && *start < window.until())
        .collect();
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().find(|start| {
        wanted.interval.moved_to(*start).is_some_and(|interval| {
            let moved = Wanted { interval, ..*wanted };
            bookable.permits(&moved, Occasion::Booking, now).is_ok() && bookable.has_room(&moved, taken).is_ok()
        })
    })
}

#[cfg(test)]
mod tests;
