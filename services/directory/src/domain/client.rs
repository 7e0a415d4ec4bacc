//! API clients and their secrets.

use subtle::ConstantTimeEq;
use yihe_kernel::{ClientId, CommunityId, Error, OrganizationId, Result, Timestamp};
use yihe_proto::directory::v1::OrganizationKind;

use crate::domain::names::ClientName;
use crate::reasons;

/// Hours for which the old secret works after a rotation.
pub const OVERLAP_HOURS: i64 = 24;

/// An organization's API client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The community.
    pub community: CommunityId,
    /// Its id.
    pub id: ClientId,
    /// The organization it acts for.
    pub organization: OrganizationId,
    /// Kind of the organization.
    pub kind: OrganizationKind,
    /// When it was made.
    pub created_at: Timestamp,
    /// Hash of the secret; absent until it is collected.
    pub secret_hash: Option<Vec<u8>>,
    /// Hash of the secret before and when it stops.
    pub previous: Option<(Vec<u8>, Timestamp)>,
    /// When the secret was last given out.
    pub rotated_at: Option<Timestamp>,
    /// Tokens issued before this instant are refused.
    pub cutoff_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Client {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> ClientName {
        ClientName {
            community: self.community.clone(),
            client: self.id,
        }
    }

    fn in_force(&self) -> Result<()> {
        if self.revoked_at.is_some() {
            return Err(Error::new(&reasons::CLIENT_REVOKED).with("name", self.name()));
        }
        Ok(())
    }

    /// Takes a new secret. The old one works on for a while, or ends at once together with the tokens it gave.
    ///
    /// # Errors
    /// `CLIENT_REVOKED`.
    pub fn rotate(mut self, new_hash: Vec<u8>, end_old_now: bool, now: Timestamp) -> Result<Self> {
        self.in_force()?;
        let old = self.secret_hash.replace(new_hash);
        if end_old_now {
            self.cutoff_at = Some(now);
        }
        self.previous = old
            .filter(|_| !end_old_now)
            .map(|old| (old, now.plus_seconds(OVERLAP_HOURS * 3600)));
        self.rotated_at = Some(now);
        Ok(self)
    }

    /// Ends it for good.
    ///
    /// # Errors
    /// `CLIENT_REVOKED`.
    pub fn revoke(mut self, now: Timestamp) -> Result<Self> {
        self.in_force()?;
        self.revoked_at = Some(now);
        self.cutoff_at = Some(now);
        self.secret_hash = None;
        self.previous = None;
        Ok(self)
    }

    /// Whether a secret with this hash signs in. Takes the same time for any hash of the usual length.
    #[must_use]
    pub fn accepts(&self, hash: &[u8], now: Timestamp) -> bool {
        let current = self
            .secret_hash
            .as_deref()
            .is_some_and(|known| known.ct_eq(hash).into());
        let previous = self
            .previous
            .as_ref()
            .is_some_and(|(known, until)| now < *until && known.as_slice().ct_eq(hash).into());
        self.revoked_at.is_none() && (current | previous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client {
            community: "440309002021".parse().unwrap(),
            id: uuid::Uuid::nil().into(),
            organization: uuid::Uuid::nil().into(),
            kind: OrganizationKind::ResidentUnit,
            created_at: Timestamp::from_seconds(0),
            secret_hash: Some(vec![1]),
            previous: None,
            rotated_at: None,
            cutoff_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn the_old_secret_works_for_a_day_unless_ended() {
        let now = Timestamp::from_seconds(100);
        let rotated = client().rotate(vec![2], false, now).unwrap();
        let day_after = now.plus_days(1);
        assert!(rotated.accepts(&[2], now) && rotated.accepts(&[1], now) && !rotated.accepts(&[1], day_after));
        assert_eq!(rotated.cutoff_at, None);
        let ended = rotated.rotate(vec![3], true, now).unwrap();
        assert!(ended.accepts(&[3], now) && !ended.accepts(&[2], now));
        assert_eq!(ended.cutoff_at, Some(now));
    }

    #[test]
    fn revoked_is_revoked() {
        let now = Timestamp::from_seconds(100);
        let revoked = client().revoke(now).unwrap();
        assert!(!revoked.accepts(&[1], now));
        assert_eq!(revoked.cutoff_at, Some(now));
        assert!(revoked.clone().revoke(now).unwrap_err().is(&reasons::CLIENT_REVOKED));
        assert!(
            revoked
                .rotate(vec![2], false, now)
                .unwrap_err()
                .is(&reasons::CLIENT_REVOKED)
        );
    }
}
