use yihe_authz::{Capacity, Principal};
use yihe_kernel::{Error, OrganizationId, Result, Timestamp, reasons as common};

use crate::names::WebhookName;
use crate::reasons;
use crate::store::event::Wanted;

/// How long the secret before the last is good for.
const OLD_SECRET: i64 = 24 * 3600 * 1_000_000;

/// Whether a webhook tells, and why it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Enabled,
    Failed,
    Gone,
    Unentitled,
}

impl State {
    const ALL: [Self; 4] = [Self::Enabled, Self::Failed, Self::Gone, Self::Unentitled];

    /// The contract's code, without prefix.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Failed => "FAILED",
            Self::Gone => "GONE",
            Self::Unentitled => "UNENTITLED",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Where the record is told to.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub name: WebhookName,
    pub organization: OrganizationId,
    /// Who answers for it: it is told what this principal may read for the organization.
    pub answerable: Principal,
    pub url: String,
    pub description: String,
    /// The filter as it was given, in the contract's encoding.
    pub filter: Vec<u8>,
    /// The same, read.
    pub wanted: Wanted,
    pub state: State,
    /// Counted from 1.
    pub secret_version: i64,
    /// Until when the version before is good too.
    pub old_secret_until: Option<Timestamp>,
    /// Everything up to here was told, or is not for it.
    pub place: i64,
    pub failures: i32,
    pub failing_since: Option<Timestamp>,
    pub next_attempt_at: Timestamp,
    pub created_at: Timestamp,
    /// Counts what people change, not what is delivered.
    pub version: i64,
}

impl Webhook {
    /// For whom it tells.
    pub fn capacity(&self) -> Capacity {
        Capacity::Organization(self.organization)
    }

    pub fn etag(&self) -> String {
        self.version.to_string()
    }

    /// # Errors
    /// `ETAG_MISMATCH`.
    pub fn expect_etag(&self, etag: &str) -> Result<()> {
        if etag.is_empty() || etag == self.etag() {
            return Ok(());
        }
        Err(Error::new(&common::ETAG_MISMATCH).with("name", &self.name))
    }

    /// A new secret; the last one is good for a day more.
    pub fn rotate(mut self, now: Timestamp) -> Self {
        self.secret_version += 1;
        self.old_secret_until = Some(Timestamp::from_micros(now.micros().saturating_add(OLD_SECRET)));
        self
    }

    /// The versions of the secret with which a message is signed, newest first.
    pub fn secret_versions(&self, now: Timestamp) -> Vec<i64> {
        let old = self.old_secret_until.is_some_and(|until| now < until);
        let mut versions = vec![self.secret_version];
        versions.extend(old.then_some(self.secret_version - 1));
        versions
    }

    /// Tells on from where it stood.
    ///
    /// # Errors
    /// `WEBHOOK_STATE` where it tells already.
    pub fn enable(mut self, now: Timestamp) -> Result<Self> {
        if self.state == State::Enabled {
            return Err(Error::new(&reasons::WEBHOOK_STATE)
                .with("name", &self.name)
                .with("state", self.state.code()));
        }
        self.state = State::Enabled;
        Ok(self.afresh(now))
    }

    /// Goes on elsewhere in the history.
    pub fn replay(mut self, place: i64, now: Timestamp) -> Self {
        self.place = place;
        self.afresh(now)
    }

    /// What failed is forgotten.
    pub fn afresh(mut self, now: Timestamp) -> Self {
        self.failures = 0;
        self.failing_since = None;
        self.next_attempt_at = now;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook() -> Webhook {
        Webhook {
            name: "communities/440309002021/webhooks/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f"
                .parse()
                .unwrap(),
            organization: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f".parse().unwrap(),
            answerable: Principal::Operator,
            url: String::new(),
            description: String::new(),
            filter: Vec::new(),
            wanted: Wanted::default(),
            state: State::Failed,
            secret_version: 1,
            old_secret_until: None,
            place: 7,
            failures: 3,
            failing_since: Some(Timestamp::from_seconds(1)),
            next_attempt_at: Timestamp::from_seconds(9),
            created_at: Timestamp::from_seconds(0),
            version: 4,
        }
    }

    #[test]
    fn what_is_enabled_goes_on_where_it_stood() {
        let now = Timestamp::from_seconds(100);
        let enabled = webhook().enable(now).unwrap();
        assert_eq!((enabled.place, enabled.failures, enabled.next_attempt_at), (7, 0, now));
        assert_eq!(enabled.failing_since, None);
        let refused = enabled.enable(now).unwrap_err();
        assert_eq!(refused.reason().code, "WEBHOOK_STATE");
    }

    #[test]
    fn the_old_secret_is_good_for_a_day() {
        let now = Timestamp::from_seconds(1000);
        assert_eq!(webhook().secret_versions(now), [1]);
        let rotated = webhook().rotate(now);
        assert_eq!(rotated.secret_versions(now), [2, 1]);
        assert_eq!(rotated.secret_versions(Timestamp::from_seconds(1000 + 86_399)), [2, 1]);
        assert_eq!(rotated.secret_versions(Timestamp::from_seconds(1000 + 86_400)), [2]);
    }

    #[test]
    fn states_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::of_code(state.code()), Some(state));
        }
        assert_eq!(State::of_code("ASLEEP"), None);
    }
}
