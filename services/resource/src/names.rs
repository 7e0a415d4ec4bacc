//! Ids and names of what this service keeps.

use yihe_kernel::{CommunityId, OrganizationId};

yihe_kernel::ids! {
    /// Id of something that can be booked.
    BookableId
    /// Id of a booking.
    BookingId
    /// Id of the bookings of one series.
    SeriesId
}

yihe_kernel::names! {
    /// Name of something that can be booked.
    BookableName { "communities" community: CommunityId, "bookables" bookable: BookableId }
    /// Name of a booking.
    BookingName { "communities" community: CommunityId, "bookings" booking: BookingId }
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

/// The name of an organization.
#[must_use]
pub fn organization(organization: OrganizationId) -> String {
    yihe_kernel::OrganizationName { organization }.to_string()
}
