//! The authorized lookup: loads a target, settles the open conditions with its facts, and answers for a missing one as for one
//! that the caller may not see.

use yihe_authz::{Admitted, Authorized, Condition};
use yihe_kernel::{OrganizationId, Result};

use crate::domain::{Bookable, BookerId, Booking, Claim, Listing, ListingName, Project};
use crate::names::{BookableName, BookingName, ClaimName, ProjectName};
use crate::service::Service;
use crate::store;
use crate::store::visible::Sight;

/// The facts about a target. Conditions without meaning here hold for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The acting organization owns what is booked or claimed.
    pub owner: bool,
    /// The acting organization owes the claim.
    pub assignee: bool,
    /// It is about the acting organization, or the person acting for itself: its booking, its claim.
    pub caller: bool,
}

impl Facts {
    /// Of what an organization owns.
    #[must_use]
    pub fn owned(owner: OrganizationId, acting: Option<OrganizationId>) -> Self {
        Self {
            owner: acting == Some(owner),
            ..Self::default()
        }
    }

    /// Whether a condition holds.
    #[must_use]
    pub fn holds(self, condition: Condition) -> bool {
        match condition {
            Condition::Owner => self.owner,
            Condition::Assignee => self.assignee,
            Condition::Caller => self.caller,
            Condition::Participant | Condition::Convener | Condition::Serves => false,
        }
    }
}

/// Who would book: the organization acted for, or the person acting for itself.
pub fn acting(admitted: &Admitted) -> Option<BookerId> {
    let person = admitted.user().map(BookerId::Person);
    admitted.organization().map(BookerId::Organization).or(person)
}

/// The caller of a list, before it is known what it may see.
pub fn sight(admitted: &Admitted) -> Sight {
    Sight {
        filter: admitted.filter(),
        acting: acting(admitted),
    }
}

/// Settles the open conditions of a call with the facts.
pub fn settle(admitted: Admitted, facts: Facts) -> Result<Authorized> {
    admitted.settle(&|condition| facts.holds(condition))
}

impl Service {
    /// Something that can be booked.
    pub async fn bookable(&self, admitted: Admitted, name: &BookableName) -> Result<(Authorized, Bookable)> {
        let Some(bookable) = store::bookable::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = Facts::owned(bookable.owner.id, admitted.organization());
        Ok((settle(admitted, facts)?, bookable))
    }

    /// The proof about something that can be booked and is read by the transaction anyway: who may whatever it is needs no look at it
    /// before.
    pub async fn may_book(&self, admitted: Admitted, name: &BookableName) -> Result<Authorized> {
        if admitted.is_unconditional() {
            return admitted.without_target();
        }
        Ok(self.bookable(admitted, name).await?.0)
    }

    /// A booking: who owns what is booked owns it, and it is about who booked.
    pub async fn booking(&self, admitted: Admitted, name: &BookingName) -> Result<(Authorized, Booking)> {
        let Some(booking) = store::booking::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = Facts {
            caller: acting(&admitted) == Some(booking.booker.id),
            ..Facts::owned(booking.owner, admitted.organization())
        };
        Ok((settle(admitted, facts)?, booking))
    }

    /// A need or an offer.
    pub async fn listing(&self, admitted: Admitted, name: &ListingName) -> Result<(Authorized, Listing)> {
        let Some(listing) = store::listing::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = Facts::owned(listing.owner.id, admitted.organization());
        Ok((settle(admitted, facts)?, listing))
    }

    /// A claim: who owns what is claimed owns it, and who claimed owes it.
    pub async fn claim(&self, admitted: Admitted, name: &ClaimName) -> Result<(Authorized, Claim)> {
        let Some(claim) = store::claim::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let acting = admitted.organization();
        let claimant = acting == Some(claim.claimant.id);
        let facts = Facts {
            assignee: claimant,
            caller: claimant,
            ..Facts::owned(claim.owner, acting)
        };
        Ok((settle(admitted, facts)?, claim))
    }

    /// A project.
    pub async fn project(&self, admitted: Admitted, name: &ProjectName) -> Result<(Authorized, Project)> {
        let Some(project) = store::project::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = Facts::owned(project.owner.id, admitted.organization());
        Ok((settle(admitted, facts)?, project))
    }
}
