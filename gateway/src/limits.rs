use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use yihe_authz::Principal;
use yihe_kernel::{Error, Result};

use crate::config::GatewayConfig;
use crate::reasons as ours;

/// Whose calls are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A known caller.
    Known(Principal),
    /// Everybody unknown at one address.
    Address(Arc<str>),
}

const SHARDS: usize = 16;
// how long a caller that reached the limit of calls at once should wait; one of its calls has likely ended by then
const PAUSE: Duration = Duration::from_millis(200);

/// How often and how much at once each caller may call.
pub struct Limits {
    rate: DefaultKeyedRateLimiter<Key>,
    at_once: u32,
    hasher: RandomState,
    in_progress: [Mutex<HashMap<Key, u32>>; SHARDS],
}

impl Limits {
    pub fn new(config: &GatewayConfig) -> Self {
        let per_second = NonZeroU32::new(config.requests_per_second).unwrap_or(NonZeroU32::MIN);
        let burst = per_second.saturating_mul(NonZeroU32::new(config.burst_seconds).unwrap_or(NonZeroU32::MIN));
        Self {
            rate: RateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst)),
            at_once: config.concurrent_calls.max(1),
            hasher: RandomState::new(),
            in_progress: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// Counts a call.
    ///
    /// # Errors
    /// `RATE_LIMITED` with when to try again.
    pub fn count(&self, key: &Key) -> Result<()> {
        self.rate.check_key(key).map_err(|not_yet| {
            let wait = not_yet.wait_time_from(DefaultClock::default().now());
            Error::new(&ours::RATE_LIMITED)
                .with("seconds", wait.as_millis().div_ceil(1000))
                .retry_after(wait)
        })
    }

    /// Lets a call in; it is in progress until the permit is dropped.
    ///
    /// # Errors
    /// `CONCURRENCY_LIMITED` with when to try again.
    pub fn enter(self: &Arc<Self>, key: Key) -> Result<Permit> {
        match self.shard(&key).entry(key.clone()) {
            Entry::Occupied(mut entry) if *entry.get() < self.at_once => *entry.get_mut() += 1,
            Entry::Occupied(_) => {
                let error = Error::new(&ours::CONCURRENCY_LIMITED).with("limit", self.at_once);
                return Err(error.retry_after(PAUSE));
            }
            Entry::Vacant(entry) => {
                entry.insert(1);
            }
        }
        Ok(Permit {
            limits: Arc::clone(self),
            key,
        })
    }

    /// Forgets callers that have been quiet.
    pub fn forget_quiet(&self) {
        self.rate.retain_recent();
        self.rate.shrink_to_fit();
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, HashMap<Key, u32>> {
        let hash = usize::try_from(self.hasher.hash_one(key) % 16).unwrap_or_default();
        self.in_progress[hash].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, key: &Key) {
        let mut shard = self.shard(key);
        match shard.get_mut(key) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                shard.remove(key);
            }
        }
    }
}

/// A call in progress.
pub struct Permit {
    limits: Arc<Limits>,
    key: Key,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.limits.leave(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(requests_per_second: u32, concurrent_calls: u32) -> Arc<Limits> {
        let config = GatewayConfig {
            requests_per_second,
            burst_seconds: 2,
            concurrent_calls,
            ..GatewayConfig::default()
        };
        Arc::new(Limits::new(&config))
    }

    #[test]
    fn one_flood_slows_itself_alone() {
        let limits = limits(5, 1);
        let (flood, other) = (Key::Address("10.0.0.1".into()), Key::Address("10.0.0.2".into()));
        let refused: Vec<_> = (0..50).filter_map(|_| limits.count(&flood).err()).collect();
        assert!((38..=40).contains(&refused.len()), "{}", refused.len());
        assert!(refused[0].is(&ours::RATE_LIMITED) && refused[0].retry_delay().unwrap() <= Duration::from_secs(1));
        limits.forget_quiet();
        assert!(limits.count(&flood).is_err() && limits.count(&other).is_ok());
    }

    #[test]
    fn a_call_that_ends_makes_room() {
        let limits = limits(100, 2);
        let key = Key::Known(Principal::Operator);
        let first = limits.enter(key.clone()).unwrap();
        let _second = limits.enter(key.clone()).unwrap();
        let refused = limits.enter(key.clone()).err().unwrap();
        assert!(refused.is(&ours::CONCURRENCY_LIMITED) && refused.retry_delay().is_some());
        drop(first);
        let third = limits.enter(key.clone()).unwrap();
        assert!(limits.enter(Key::Known(Principal::Anonymous)).is_ok());
        drop((third, _second));
        assert!(limits.in_progress.iter().all(|shard| shard.lock().unwrap().is_empty()));
    }
}
