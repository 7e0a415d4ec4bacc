//! How often strangers may try: per peer address, and per name for attempts that fail. By monotonic time.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use yihe_kernel::{CommunityId, Error, Result, reasons};

use crate::config::Config;

/// A public RPC, each with limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// Listing communities.
    Communities,
    /// Applying for membership.
    Apply,
    /// Collecting credentials.
    Collect,
    /// Enrolling, or accepting an invitation.
    Enrol,
    /// Signing in.
    SignIn,
    /// Renewing a session.
    Refresh,
    /// Signing an API client in.
    ClientToken,
    /// Enrolling as an owner, or redeeming an owner's code.
    Owner,
}

type Limiter = DefaultKeyedRateLimiter<(Door, String)>;

/// Counts attempts.
pub struct Throttle {
    clock: DefaultClock,
    addresses: Limiter,
    failures: Limiter,
    applications: DefaultKeyedRateLimiter<CommunityId>,
    /// Names that failed too often, and until when they are closed.
    closed: Mutex<HashMap<(Door, String), Instant>>,
}

const SWEEP_ABOVE: usize = 10_000;

impl Throttle {
    /// Limits as configured.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            clock: DefaultClock::default(),
            addresses: RateLimiter::keyed(Quota::per_minute(config.attempts_per_address_per_minute)),
            failures: RateLimiter::keyed(Quota::per_minute(config.failures_per_name_per_minute)),
            applications: RateLimiter::keyed(Quota::per_minute(config.applications_per_community_per_minute)),
            closed: Mutex::default(),
        }
    }

    /// Lets one more attempt from an address through, or not.
    ///
    /// # Errors
    /// `TOO_MANY_ATTEMPTS`.
    pub fn admit(&self, door: Door, address: Option<&str>) -> Result<()> {
        if self.addresses.len() > SWEEP_ABOVE {
            self.addresses.retain_recent();
        }
        let attempt = self.addresses.check_key(&(door, network(address)));
        attempt.map_err(|refused| too_many(refused.wait_time_from(self.clock.now())))
    }

    /// Lets one more attempt at a name through, or not.
    ///
    /// # Errors
    /// `TOO_MANY_ATTEMPTS` while it is closed.
    pub fn admit_name(&self, door: Door, name: &str) -> Result<()> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let left = closed
            .get(&(door, name.to_owned()))
            .map(|until| until.saturating_duration_since(Instant::now()));
        match left {
            Some(left) if !left.is_zero() => Err(too_many(left)),
            _ => Ok(()),
        }
    }

    /// Notes a failed attempt at a name; too many close it until the next one is due.
    pub fn failed(&self, door: Door, name: &str) {
        if self.failures.len() > SWEEP_ABOVE {
            self.failures.retain_recent();
        }
        let key = (door, name.to_owned());
        let Err(refused) = self.failures.check_key(&key) else {
            return;
        };
        let now = Instant::now();
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.len() > SWEEP_ABOVE {
            closed.retain(|_, until| *until > now);
        }
        closed.insert(key, now + refused.wait_time_from(self.clock.now()));
    }

    /// Lets one more application to a community through, or not.
    ///
    /// # Errors
    /// `TOO_MANY_ATTEMPTS`.
    pub fn admit_application(&self, community: &CommunityId) -> Result<()> {
        if self.applications.len() > SWEEP_ABOVE {
            self.applications.retain_recent();
        }
        let attempt = self.applications.check_key(community);
        attempt.map_err(|refused| too_many(refused.wait_time_from(self.clock.now())))
    }
}

fn too_many(wait: Duration) -> Error {
    let seconds = wait.as_secs().max(1);
    Error::new(&reasons::TOO_MANY_ATTEMPTS)
        .with("seconds", seconds)
        .retry_after(Duration::from_secs(seconds))
}

/// One holder of IPv6 addresses has 2^64 of them at least: they count as one.
fn network(address: Option<&str>) -> String {
    match address.and_then(|text| text.parse().ok()) {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn throttle(per_minute: u32) -> Throttle {
        let limit = NonZeroU32::new(per_minute).unwrap();
        Throttle::new(&Config {
            attempts_per_address_per_minute: limit,
            failures_per_name_per_minute: limit,
            ..Config::default()
        })
    }

    #[test]
    fn each_address_and_each_door_has_its_own_budget() {
        let throttle = throttle(2);
        let attempt = |door, address| throttle.admit(door, Some(address)).is_ok();
        assert!(attempt(Door::SignIn, "192.0.2.1") && attempt(Door::SignIn, "192.0.2.1"));
        assert!(!attempt(Door::SignIn, "192.0.2.1"));
        assert!(attempt(Door::SignIn, "192.0.2.2") && attempt(Door::Enrol, "192.0.2.1"));
        assert!(attempt(Door::SignIn, "2001:db8::1") && attempt(Door::SignIn, "2001:db8::2"));
        assert!(!attempt(Door::SignIn, "2001:db8::3"), "one network");
        let refusal = throttle.admit(Door::SignIn, Some("192.0.2.1")).unwrap_err();
        assert!(refusal.is(&reasons::TOO_MANY_ATTEMPTS));
        assert!(
            refusal
                .retry_delay()
                .is_some_and(|delay| (1..=60).contains(&delay.as_secs()))
        );
    }

    #[test]
    fn only_failures_close_a_name() {
        let throttle = throttle(2);
        for _ in 0..20 {
            throttle.admit_name(Door::SignIn, "zhang.san").unwrap();
        }
        for _ in 0..3 {
            throttle.failed(Door::SignIn, "zhang.san");
        }
        assert!(
            throttle
                .admit_name(Door::SignIn, "zhang.san")
                .unwrap_err()
                .is(&reasons::TOO_MANY_ATTEMPTS)
        );
        assert!(throttle.admit_name(Door::SignIn, "li.si").is_ok());
        assert!(throttle.admit_name(Door::ClientToken, "zhang.san").is_ok());
    }
}
