use yihe_kernel::Timestamp;

const MINUTE_MICROS: i64 = 60_000_000;

/// A span of time, half-open: one may begin at the instant at which another ends. It is never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    from: Timestamp,
    until: Timestamp,
}

impl Interval {
    /// From one instant to a later one; `None` where it is not later.
    #[must_use]
    pub fn new(from: Timestamp, until: Timestamp) -> Option<Self> {
        (from < until).then_some(Self { from, until })
    }

    /// First instant.
    #[must_use]
    pub const fn from(self) -> Timestamp {
        self.from
    }

    /// First instant after it.
    #[must_use]
    pub const fn until(self) -> Timestamp {
        self.until
    }

    /// Its length.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.until.micros_since(self.from)
    }

    /// Its length, rounded up.
    #[must_use]
    pub const fn minutes(self) -> i64 {
        (self.micros() + MINUTE_MICROS - 1) / MINUTE_MICROS
    }

    /// Whether both have an instant in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.until && other.from < self.until
    }

    /// Whether all of the other lies in it.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.until <= self.until
    }

    /// With so many minutes more on either side, as far as the calendar goes.
    #[must_use]
    pub fn widened(self, before: i64, after: i64) -> Self {
        Self {
            from: self.from.plus_seconds(before.saturating_mul(-60)),
            until: self.until.plus_seconds(after.saturating_mul(60)),
        }
    }

    /// Of the same length from another instant on; `None` over the edge of the calendar.
    #[must_use]
    pub fn moved_to(self, from: Timestamp) -> Option<Self> {
        let until = Timestamp::from_micros(from.micros().saturating_add(self.micros()));
        let moved = Self::new(from, until)?;
        (moved.micros() == self.micros()).then_some(moved)
    }

    /// Up to an earlier instant; `None` where nothing is left.
    #[must_use]
    pub fn cut_at(self, until: Timestamp) -> Option<Self> {
        Self::new(self.from, self.until.min(until))
    }
}
