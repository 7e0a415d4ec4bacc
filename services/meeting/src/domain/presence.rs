use yihe_kernel::{Error, OrganizationId, OrganizationName, Result, Timestamp, UserId};

use super::{Frozen, Quorum};
use crate::reasons;

/// One interval during which an organization was represented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Orders intervals that began in one instant.
    pub id: uuid::Uuid,
    /// The organization.
    pub organization: OrganizationId,
    /// The person who represented it.
    pub representative: UserId,
    /// First instant.
    pub started_at: Timestamp,
    /// First instant after; absent while it lasts.
    pub ended_at: Option<Timestamp>,
}

/// What a check-in comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival<'a> {
    /// A new interval begins.
    New,
    /// The same person is there for the same organization already.
    There(&'a Presence),
}

/// Who came and went in one meeting.
///
/// **Invariant**: an organization has one open interval at most, and a person represents one organization in a meeting: else
/// one person could cast two ballots by changing hats.
#[derive(Debug, Clone, Default)]
pub struct Room(pub Vec<Presence>);

impl Room {
    /// The intervals that last.
    pub fn present(&self) -> impl Iterator<Item = &Presence> {
        self.0.iter().filter(|presence| presence.ended_at.is_none())
    }

    /// Whether `user` can represent `organization` from now on.
    ///
    /// # Errors
    /// `NOT_ON_ROSTER`, `ALREADY_REPRESENTED`, `REPRESENTS_ANOTHER`.
    pub fn arrive(&self, frozen: &Frozen, organization: OrganizationId, user: UserId) -> Result<Arrival<'_>> {
        frozen.entry(organization)?;
        let other = self
            .0
            .iter()
            .find(|presence| presence.representative == user && presence.organization != organization);
        if let Some(other) = other {
            let organization = OrganizationName {
                organization: other.organization,
            };
            return Err(Error::new(&reasons::REPRESENTS_ANOTHER).with("organization", organization));
        }
        match self.present().find(|presence| presence.organization == organization) {
            None => Ok(Arrival::New),
            Some(presence) if presence.representative == user => Ok(Arrival::There(presence)),
            Some(_) => Err(Error::new(&reasons::ALREADY_REPRESENTED)
                .with("organization", OrganizationName { organization })
                .with("name", &frozen.meeting)),
        }
    }

    /// The open interval of `user` for `organization`.
    ///
    /// # Errors
    /// `NOT_CHECKED_IN`.
    pub fn interval_of(&self, organization: OrganizationId, user: UserId) -> Result<&Presence> {
        self.present()
            .find(|presence| presence.organization == organization && presence.representative == user)
            .ok_or_else(|| {
                let organization = OrganizationName { organization };
                Error::new(&reasons::NOT_CHECKED_IN).with("organization", organization)
            })
    }

    /// Who counts now, and whether that is enough.
    ///
    /// # Errors
    /// `INTERNAL` where the frozen pack cannot be applied to the frozen roster.
    pub fn quorum(&self, frozen: &Frozen, now: Timestamp) -> Result<Quorum> {
        let present = self.present().map(|presence| presence.organization);
        Quorum::certify(frozen, present, now)
    }
}
