//! Ids and names of what this service keeps.

use yihe_kernel::{CommunityId, OrganizationId};

yihe_kernel::ids! {
    /// Id of something that can be booked.
    BookableId
    /// Id of a booking.
    BookingId
    /// Id of the bookings of one series.
    SeriesId
    /// Id of a need or an offer.
    ListingId
    /// Id of a claim.
    ClaimId
    /// Id of a project.
    ProjectId
    /// Id of a resolution, which the meeting service keeps.
    ResolutionId
    /// Id of a transfer, which the ledger keeps.
    TransferId
}

yihe_kernel::names! {
    /// Name of something that can be booked.
    BookableName { "communities" community: CommunityId, "bookables" bookable: BookableId }
    /// Name of a booking.
    BookingName { "communities" community: CommunityId, "bookings" booking: BookingId }
    /// Name of a need.
    NeedName { "communities" community: CommunityId, "needs" need: ListingId }
    /// Name of an offer.
    OfferName { "communities" community: CommunityId, "offers" offer: ListingId }
    /// Name of a claim.
    ClaimName { "communities" community: CommunityId, "claims" claim: ClaimId }
    /// Name of a project.
    ProjectName { "communities" community: CommunityId, "projects" project: ProjectId }
    /// Name of a resolution.
    ResolutionName { "communities" community: CommunityId, "resolutions" resolution: ResolutionId }
    /// Name of a transfer.
    TransferName { "communities" community: CommunityId, "transfers" transfer: TransferId }
}

impl BookableName {
    /// A booking in the same community.
    #[must_use]
    pub fn booking(&self, booking: BookingId) -> BookingName {
        BookingName {
            community: self.community.clone(),
            booking,
        }
    }
}

impl BookingName {
    /// Something that can be booked in the same community.
    #[must_use]
    pub fn bookable(&self, bookable: BookableId) -> BookableName {
        BookableName {
            community: self.community.clone(),
            bookable,
        }
    }
}

/// The name of a project of a community.
#[must_use]
pub fn project(community: &CommunityId, project: ProjectId) -> String {
    ProjectName {
        community: community.clone(),
        project,
    }
    .to_string()
}

/// The name of who books.
#[must_use]
pub fn booker(booker: crate::domain::BookerId) -> String {
    match booker {
        crate::domain::BookerId::Organization(id) => organization(id),
        crate::domain::BookerId::Person(user) => yihe_kernel::UserName { user }.to_string(),
    }
}

/// The name of an organization.
#[must_use]
pub fn organization(organization: OrganizationId) -> String {
    yihe_kernel::OrganizationName { organization }.to_string()
}
