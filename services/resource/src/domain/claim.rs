use yihe_kernel::{Error, OrganizationId, Result, Timestamp};

use super::code::codes;
use super::{List, ListingName, Organization};
use crate::names::{ClaimName, ProjectId};
use crate::reasons;

codes! {
    /// Where a claim stands.
    ClaimState {
        /// Proposed.
        Proposed = "PROPOSED",
        /// Accepted: it is counted as committed.
        Accepted = "ACCEPTED",
        /// What was claimed came.
        Fulfilled = "FULFILLED",
        /// Declined.
        Declined = "DECLINED",
        /// Taken back.
        Withdrawn = "WITHDRAWN",
    }
}

/// A claim on (part of) a need or an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its name.
    pub name: ClaimName,
    /// What is claimed.
    pub listing: ListingName,
    /// Who owns that.
    pub owner: OrganizationId,
    /// Who claims, as it was called then.
    pub claimant: Organization,
    /// How much.
    pub quantity: i64,
    /// How much came.
    pub delivered: i64,
    /// What goes with it.
    pub note: String,
    /// State.
    pub state: ClaimState,
    /// Why it was declined or withdrawn.
    pub reason: String,
    /// The project it belongs to.
    pub project: Option<ProjectId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// What a step of a claim does to the counts of what is claimed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// More, or less, committed.
    pub committed: i64,
    /// More delivered.
    pub delivered: i64,
}

impl Claim {
    fn expect(&self, states: &[ClaimState]) -> Result<()> {
        if states.contains(&self.state) {
            return Ok(());
        }
        Err(Error::new(&reasons::CLAIM_STATE)
            .with("name", &self.name)
            .with("state", self.state.code()))
    }

    /// Who gets what is claimed: the owner of a need, the claimant of an offer.
    #[must_use]
    pub fn receiver(&self) -> OrganizationId {
        match self.listing.list {
            List::Need => self.owner,
            List::Offer => self.claimant.id,
        }
    }

    /// Accepts; whether so much is open is for the count to say.
    ///
    /// # Errors
    /// `CLAIM_STATE`.
    pub fn accept(mut self) -> Result<(Self, Counted)> {
        self.expect(&[ClaimState::Proposed])?;
        self.state = ClaimState::Accepted;
        let counted = Counted {
            committed: self.quantity,
            delivered: 0,
        };
        Ok((self, counted))
    }

    /// Declines.
    ///
    /// # Errors
    /// `CLAIM_STATE`.
    pub fn decline(mut self, reason: String) -> Result<(Self, Counted)> {
        self.expect(&[ClaimState::Proposed])?;
        self.state = ClaimState::Declined;
        self.reason = reason;
        Ok((self, Counted::default()))
    }

    /// Takes it back; what was committed is open again.
    ///
    /// # Errors
    /// `CLAIM_STATE`.
    pub fn withdraw(mut self, reason: String) -> Result<(Self, Counted)> {
        self.expect(&[ClaimState::Proposed, ClaimState::Accepted])?;
        let committed = match self.state {
            ClaimState::Accepted => -self.quantity,
            ClaimState::Proposed | ClaimState::Fulfilled | ClaimState::Declined | ClaimState::Withdrawn => 0,
        };
        self.state = ClaimState::Withdrawn;
        self.reason = reason;
        let counted = Counted {
            committed,
            delivered: 0,
        };
        Ok((self, counted))
    }

    /// What was claimed came, all of it (0) or so much; the rest is open again.
    ///
    /// # Errors
    /// `CLAIM_STATE`, `NOT_THE_RECEIVER`, `DELIVERED_ABOVE_CLAIMED`.
    pub fn fulfil(mut self, by: Option<OrganizationId>, delivered: i64) -> Result<(Self, Counted)> {
        if by != Some(self.receiver()) {
            return Err(Error::new(&reasons::NOT_THE_RECEIVER).with("name", &self.name));
        }
        self.expect(&[ClaimState::Accepted])?;
        if delivered > self.quantity {
            return Err(Error::new(&reasons::DELIVERED_ABOVE_CLAIMED)
                .with("name", &self.name)
                .with("claimed", self.quantity)
                .with("delivered", delivered));
        }
        self.delivered = if delivered == 0 { self.quantity } else { delivered };
        self.state = ClaimState::Fulfilled;
        let counted = Counted {
            committed: -self.quantity,
            delivered: self.delivered,
        };
        Ok((self, counted))
    }
}
