use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::Timestamp;

/// Tells the time. Injected everywhere, so that notice periods and terms can be tested without waiting.
pub trait Clock: Send + Sync + Debug {
    /// The present instant, truncated to microseconds.
    fn now(&self) -> Timestamp;
}

/// A clock handed around.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }
}

/// The machine's clock moved by an offset; time goes on at its usual pace.
#[derive(Debug, Default)]
pub struct AdjustableClock {
    offset: AtomicI64,
}

impl AdjustableClock {
    /// A clock that shows `instant` now.
    #[must_use]
    pub fn starting_at(instant: Timestamp) -> Self {
        let clock = Self::default();
        clock.set(instant);
        clock
    }

    /// Makes the clock show `instant` now.
    pub fn set(&self, instant: Timestamp) {
        self.offset
            .store(instant.micros_since(SystemClock.now()), Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub fn advance_seconds(&self, seconds: i64) {
        self.offset
            .fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
    }
}

impl Clock for AdjustableClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(
            SystemClock
                .now()
                .micros()
                .saturating_add(self.offset.load(Ordering::SeqCst)),
        )
    }
}
