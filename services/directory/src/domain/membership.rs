//! Organizations and their membership in a community.

use yihe_kernel::{CommunityId, Error, OrganizationId, Result, Timestamp, reasons as common};
use yihe_proto::directory::v1::OrganizationKind;

use crate::domain::names::MembershipName;
use crate::reasons;

/// An organization, the same in every community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its kind.
    pub kind: OrganizationKind,
    /// Its name.
    pub display_name: String,
}

/// An organization's membership in one community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The community.
    pub community: CommunityId,
    /// The organization.
    pub organization: Organization,
    /// The organization above it in the community's tree.
    pub superior: Option<OrganizationId>,
    /// The partner's own key for itself.
    pub external_ref: Option<String>,
    /// When it was registered, last.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Grows with every write.
    pub version: i64,
}

impl Membership {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> MembershipName {
        MembershipName {
            community: self.community.clone(),
            membership: self.organization.id,
        }
    }

    /// The etag of this version.
    #[must_use]
    pub fn etag(&self) -> String {
        etag(self.version)
    }

    /// Whether it is in force.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Ends it.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`, `MEMBERSHIP_ENDED`; `PARTY_COMMITTEE_REQUIRED` for the core of the community.
    pub fn end(mut self, expected_etag: &str, now: Timestamp) -> Result<Self> {
        check_etag(&self.name(), expected_etag, self.version)?;
        if !self.is_active() {
            return Err(Error::new(&reasons::MEMBERSHIP_ENDED).with("name", self.name()));
        }
        if self.organization.kind == OrganizationKind::PartyCommittee {
            return Err(Error::new(&reasons::PARTY_COMMITTEE_REQUIRED).with("name", self.name()));
        }
        self.ended_at = Some(now);
        self.version += 1;
        Ok(self)
    }
}

/// The etag of a version.
#[must_use]
pub fn etag(version: i64) -> String {
    format!("v{version}")
}

/// Refuses an etag that is not the version's; an empty one skips the check.
///
/// # Errors
/// `ETAG_MISMATCH`.
pub fn check_etag(name: &impl std::fmt::Display, expected: &str, version: i64) -> Result<()> {
    if expected.is_empty() || expected == etag(version) {
        return Ok(());
    }
    Err(Error::new(&common::ETAG_MISMATCH).with("name", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn membership(kind: OrganizationKind) -> Membership {
        let organization = Organization {
            id: uuid::Uuid::nil().into(),
            kind,
            display_name: "深圳北站".into(),
        };
        Membership {
            community: "440309002021".parse().unwrap(),
            organization,
            superior: None,
            external_ref: None,
            created_at: Timestamp::from_seconds(1),
            ended_at: None,
            version: 1,
        }
    }

    #[test]
    fn ends_once() {
        let now = Timestamp::from_seconds(9);
        let ended = membership(OrganizationKind::ResidentUnit).end("v1", now).unwrap();
        assert_eq!((ended.ended_at, ended.etag().as_str()), (Some(now), "v2"));
        assert!(ended.clone().end("v1", now).unwrap_err().is(&common::ETAG_MISMATCH));
        assert!(ended.end("", now).unwrap_err().is(&reasons::MEMBERSHIP_ENDED));
    }

    #[test]
    fn the_core_stays() {
        let refusal = membership(OrganizationKind::PartyCommittee)
            .end("", Timestamp::from_seconds(9))
            .unwrap_err();
        assert!(refusal.is(&reasons::PARTY_COMMITTEE_REQUIRED));
    }
}
