//! What this service tells others. An event names what it is about; whoever may, reads it there.

use std::fmt::Display;

use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, NewEvent, Tx};

macro_rules! kinds {
    ($($name:ident)+) => {$(
        #[expect(non_upper_case_globals, reason = "named like the type it becomes on the wire")]
        pub const $name: &str = concat!("yihe.resource.v1.", stringify!($name));
    )+};
}

kinds! {
    BookableCreated BookableUpdated BookableEnded
    BookingHeld BookingRequested BookingMade BookingWaits BookingPromoted
    BookingApproved BookingDeclined BookingCancelled BookingExpired
    BookingCheckedIn BookingCompleted BookingNoShow
    NeedCreated NeedEnded OfferCreated OfferEnded CategoryCreated ProjectCreated ProjectEnded
    ClaimProposed ClaimAccepted ClaimDeclined ClaimWithdrawn ClaimFulfilled
}

/// Appends an event of the history of `stream`.
pub async fn append(
    tx: &Tx,
    by: &Authorized,
    kind: &'static str,
    stream: &impl Display,
    subject: &impl Display,
    at: Timestamp,
) -> Result<(), Failure> {
    let event = NewEvent {
        community: Some(by.community()?.clone()),
        kind,
        stream: stream.to_string(),
        subject: subject.to_string(),
        actor: by.actor(),
        organization: by.organization(),
        payload: Vec::new(),
        at,
    };
    tx.append(event).await?;
    Ok(())
}
