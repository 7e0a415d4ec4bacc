use std::collections::BTreeMap;

use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp};
use yihe_store::{Event, Failure, Tx};

use crate::commands::booking::giving_back;
use crate::commands::listing::end::event_of;
use crate::domain::ClaimState;
use crate::names::{BookableId, BookableName, BookingId};
use crate::service::NAME;
use crate::{events, store};

/// Type of the event.
pub const KIND: &str = "yihe.directory.v1.MembershipEnded";

/// What stands where others read why.
const LEFT: &str = "单位已退出本社区 (the organization left the community)";

yihe_kernel::names! {
    /// Subject of the event.
    MembershipName { "communities" community: CommunityId, "memberships" membership: OrganizationId }
}

/// Who left, when, and what ends it.
struct Leaving {
    by: Authorized,
    community: CommunityId,
    organization: OrganizationId,
    left_at: Timestamp,
    now: Timestamp,
}

/// An organization left the community: what it booked and what others booked of its own is cancelled unless it has begun, those who
/// wait move up, what it opened to others is out of use, and its claims, needs and offers end. What was made after it left was made
/// by a member again, and stays. Stands for the permissions `resource.booking.cancel`, `resource.bookable.end`,
/// `resource.claim.withdraw`, `resource.claim.decline`, `resource.need.end` and `resource.offer.end`.
///
/// # Errors
/// `INTERNAL` for a subject that is no membership; the database's.
pub async fn membership_ended(tx: &Tx, event: &Event, now: Timestamp) -> Result<(), Failure> {
    let subject: MembershipName = event.subject.parse().map_err(Error::internal)?;
    let leaving = Leaving {
        by: Authorized::by_event(NAME, event.id, subject.community.clone()),
        community: subject.community,
        organization: subject.membership,
        left_at: event.at,
        now,
    };
    leaving.end_claims(tx).await?;
    leaving.end_listings(tx).await?;
    leaving.end_bookings(tx).await
}

impl Leaving {
    async fn end_claims(&self, tx: &Tx) -> Result<(), Failure> {
        for name in store::claim::open_of(tx, &self.community, self.organization, self.left_at).await? {
            let claim = store::claim::hold(tx, &name).await?;
            let is_its_own = claim.claimant.id == self.organization;
            let (after, counted) = match claim.state {
                ClaimState::Proposed if !is_its_own => claim.decline(LEFT.to_owned())?,
                ClaimState::Proposed | ClaimState::Accepted => claim.withdraw(LEFT.to_owned())?,
                ClaimState::Fulfilled | ClaimState::Declined | ClaimState::Withdrawn => continue,
            };
            if !store::listing::count(tx, &self.by, &after.listing, counted).await? {
                return Err(Error::internal(format!("{name} gives back more than was committed")).into());
            }
            let after = store::claim::save(tx, &self.by, after).await?;
            let kind = match after.state {
                ClaimState::Declined => events::ClaimDeclined,
                _ => events::ClaimWithdrawn,
            };
            events::append(tx, &self.by, kind, &after.listing, &after.name, self.now).await?;
        }
        Ok(())
    }

    async fn end_listings(&self, tx: &Tx) -> Result<(), Failure> {
        for name in store::listing::open_of(tx, &self.community, self.organization, self.left_at).await? {
            if store::listing::end(tx, &self.by, &name, self.now).await? {
                events::append(tx, &self.by, event_of(name.list), &name, &name, self.now).await?;
            }
        }
        Ok(())
    }

    /// One bookable after the other, always in the same order.
    async fn end_bookings(&self, tx: &Tx) -> Result<(), Failure> {
        let mut concerned: BTreeMap<BookableId, Vec<BookingId>> = BTreeMap::new();
        for id in store::bookable::open_of(tx, &self.community, self.organization, self.left_at).await? {
            concerned.entry(id).or_default();
        }
        for (bookable, booking) in store::booking::open_of(tx, &self.community, self.organization, self.left_at).await?
        {
            concerned.entry(bookable).or_default().push(booking);
        }
        for (bookable, bookings) in concerned {
            let name = BookableName {
                community: self.community.clone(),
                bookable,
            };
            self.end_of(tx, &name, &bookings).await?;
        }
        Ok(())
    }

    async fn end_of(&self, tx: &Tx, name: &BookableName, bookings: &[BookingId]) -> Result<(), Failure> {
        let bookable = store::bookable::hold(tx, name).await?;
        for booking in store::booking::some(tx, name, bookings).await? {
            if let Some(cancelled) = booking.party_left(LEFT, self.left_at, self.now) {
                let cancelled = store::booking::save(tx, &self.by, cancelled).await?;
                events::append(tx, &self.by, events::BookingCancelled, name, &cancelled.name, self.now).await?;
            }
        }
        if bookable.owner.id != self.organization {
            return giving_back::promote(tx, &self.by, &bookable, self.now).await;
        }
        if let Some(ended) = bookable.owner_left(self.left_at, self.now) {
            store::bookable::save(tx, &self.by, ended).await?;
            events::append(tx, &self.by, events::BookableEnded, name, name, self.now).await?;
        }
        Ok(())
    }
}
