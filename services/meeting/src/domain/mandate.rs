use yihe_kernel::{Error, FileName, OrganizationId, OrganizationName, Result, Timestamp, UserId};

use super::{Frozen, Meeting, Member, Step};
use crate::names::MandateName;
use crate::reasons;

/// One person let represent one organization in one meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Its name.
    pub name: MandateName,
    /// Who is represented.
    pub organization: OrganizationId,
    /// Who represents it.
    pub person: UserId,
    /// Name of a person without an account; empty for others, and in rows.
    pub display_name: String,
    /// What the organization says of it; may be empty.
    pub note: String,
    /// The sealed paper.
    pub evidence: Option<FileName>,
    /// When it was given or recorded.
    pub granted_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: Option<UserId>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Mandate {
    /// Whether it is good now: it ends with the meeting's minutes, or when it is revoked.
    #[must_use]
    pub const fn in_force(&self) -> bool {
        self.revoked_at.is_none()
    }

    /// Whether it can be given beside those of the meeting: an organization has one substitute at a time.
    ///
    /// # Errors
    /// `MEETING_STATE`, `NOTICE_NOT_SERVED`, `NOT_ON_ROSTER`, `MANDATE_EXISTS`.
    pub fn expect_grantable(&self, meeting: &Meeting, frozen: Option<&Frozen>, others: &[Self]) -> Result<()> {
        meeting.expect(Step::Mandate)?;
        Meeting::frozen(&meeting.name, frozen)?.entry(Member::Organization(self.organization))?;
        let standing = others
            .iter()
            .find(|other| other.organization == self.organization && other.in_force());
        match standing {
            None => Ok(()),
            Some(other) => Err(Error::new(&reasons::MANDATE_EXISTS)
                .with(
                    "organization",
                    OrganizationName {
                        organization: self.organization,
                    },
                )
                .with("name", &other.name)),
        }
    }

    /// Revokes it.
    ///
    /// # Errors
    /// `MEETING_STATE`, `MANDATE_ENDED`.
    pub fn revoke(mut self, meeting: &Meeting, now: Timestamp) -> Result<Self> {
        meeting.expect(Step::Mandate)?;
        if !self.in_force() {
            return Err(Error::new(&reasons::MANDATE_ENDED).with("name", &self.name));
        }
        self.revoked_at = Some(now);
        Ok(self)
    }
}

/// The refusal of who acts for an organization without its mandate.
#[must_use]
pub fn no_mandate(of: impl std::fmt::Display) -> Error {
    Error::new(&reasons::MANDATE_ABSENT).with("member", of)
}
