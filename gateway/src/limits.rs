use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use yihe_authz::Principal;
use yihe_kernel::{CommunityId, CommunityName, Error, Result};

use crate::at_once::{AtOnce, Permit};
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

/// A call in progress, and what it takes of its community's quota where it is a stream.
pub struct InProgress {
    _caller: Permit<Key>,
    community: Option<Permit<CommunityId>>,
}

// how long a caller that reached the limit of calls at once should wait; one of its calls has likely ended by then
const PAUSE: Duration = Duration::from_millis(200);
// streams last longer
const STREAM_PAUSE: Duration = Duration::from_secs(2);

/// How often and how much at once each caller may call, and all of a community together.
pub struct Limits {
    rate: DefaultKeyedRateLimiter<Key>,
    calls: Arc<AtOnce<Key>>,
    community_rate: DefaultKeyedRateLimiter<CommunityId>,
    streams: Arc<AtOnce<CommunityId>>,
}

impl Limits {
    pub fn new(config: &GatewayConfig) -> Self {
        let quota = |per_second: u32| {
            let per_second = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
            let seconds = NonZeroU32::new(config.burst_seconds).unwrap_or(NonZeroU32::MIN);
            Quota::per_second(per_second).allow_burst(per_second.saturating_mul(seconds))
        };
        Self {
            rate: RateLimiter::keyed(quota(config.requests_per_second)),
            calls: Arc::new(AtOnce::new(config.concurrent_calls)),
            community_rate: RateLimiter::keyed(quota(config.community_requests_per_second)),
            streams: Arc::new(AtOnce::new(config.community_streams)),
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

    /// Counts a call in a community, whoever makes it.
    ///
    /// # Errors
    /// `COMMUNITY_RATE_LIMITED` with when to try again.
    pub fn count_in(&self, community: &CommunityId) -> Result<()> {
        self.community_rate.check_key(community).map_err(|not_yet| {
            let wait = not_yet.wait_time_from(DefaultClock::default().now());
            Error::new(&ours::COMMUNITY_RATE_LIMITED)
                .with("name", name(community))
                .with("seconds", wait.as_millis().div_ceil(1000))
                .retry_after(wait)
        })
    }

    /// Lets a call in; it is in progress until what is returned is dropped.
    ///
    /// # Errors
    /// `CONCURRENCY_LIMITED` with when to try again.
    pub fn enter(&self, key: Key) -> Result<InProgress> {
        let caller = self.calls.enter(key).ok_or_else(|| {
            let error = Error::new(&ours::CONCURRENCY_LIMITED).with("limit", self.calls.limit());
            error.retry_after(PAUSE)
        })?;
        Ok(InProgress {
            _caller: caller,
            community: None,
        })
    }

    /// Lets a stream into a community; it takes of its quota as long as the call is in progress.
    ///
    /// # Errors
    /// `COMMUNITY_STREAMS_LIMITED` with when to try again.
    pub fn open_in(&self, community: &CommunityId, call: &mut InProgress) -> Result<()> {
        let stream = self.streams.enter(community.clone()).ok_or_else(|| {
            let error = Error::new(&ours::COMMUNITY_STREAMS_LIMITED)
                .with("name", name(community))
                .with("limit", self.streams.limit());
            error.retry_after(STREAM_PAUSE)
        })?;
        call.community = Some(stream);
        Ok(())
    }

    /// Forgets callers and communities that have been quiet.
    pub fn forget_quiet(&self) {
        self.rate.retain_recent();
        self.rate.shrink_to_fit();
        self.community_rate.retain_recent();
        self.community_rate.shrink_to_fit();
    }
}

fn name(community: &CommunityId) -> CommunityName {
    CommunityName {
        community: community.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(requests_per_second: u32, concurrent_calls: u32) -> Limits {
        Limits::new(&GatewayConfig {
            requests_per_second,
            burst_seconds: 2,
            concurrent_calls,
            community_requests_per_second: requests_per_second,
            community_streams: concurrent_calls,
            ..GatewayConfig::default()
        })
    }

    fn communities() -> [CommunityId; 2] {
        ["440309002021", "440309002022"].map(|code| code.parse().unwrap())
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
    fn a_community_that_is_flooded_leaves_the_others_theirs() {
        let limits = limits(5, 1);
        let [flooded, quiet] = communities();
        let refused: Vec<_> = (0..50).filter_map(|_| limits.count_in(&flooded).err()).collect();
        assert!((38..=40).contains(&refused.len()), "{}", refused.len());
        assert!(refused[0].is(&ours::COMMUNITY_RATE_LIMITED) && refused[0].retry_delay().is_some());
        limits.forget_quiet();
        assert!(limits.count_in(&flooded).is_err());
        let through = (0..10).filter(|_| limits.count_in(&quiet).is_ok()).count();
        assert_eq!(through, 10);
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
        let _third = limits.enter(key).unwrap();
        assert!(limits.enter(Key::Known(Principal::Anonymous)).is_ok());
    }

    #[test]
    fn a_stream_takes_of_its_communitys_quota_until_its_call_ends() {
        let limits = limits(100, 1);
        let [full, other] = communities();
        let call = |digit: u8| limits.enter(Key::Address(format!("10.0.0.{digit}").into())).unwrap();
        let (mut first, mut second) = (call(1), call(2));
        limits.open_in(&full, &mut first).unwrap();
        let refused = limits.open_in(&full, &mut second).err().unwrap();
        assert!(refused.is(&ours::COMMUNITY_STREAMS_LIMITED) && refused.retry_delay().is_some());
        limits.open_in(&other, &mut second).unwrap();
        drop(first);
        limits.open_in(&full, &mut call(3)).unwrap();
    }
}
