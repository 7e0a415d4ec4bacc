//! The frame of what happens to one booking: what it books is held, the booking is read again, changed and stored, those who wait
//! move up where capacity came free.

use std::sync::Arc;

use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{Result, Timestamp};
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use super::fitting::Ask;
use super::giving_back;
use crate::convert::name;
use crate::domain::{Bookable, Booking, Occasion};
use crate::names::BookingName;
use crate::service::Service;
use crate::{convert, events, store};

/// A step in the life of a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// What was held is booked.
    Confirm,
    /// Approved.
    Approve,
    /// Declined, with the reason.
    Decline(String),
    /// Cancelled, with the reason.
    Cancel(String),
    /// They came.
    CheckIn,
    /// They left.
    Complete,
    /// Nobody came.
    NoShow,
}

impl Step {
    fn take(&self, booking: Booking, bookable: &Bookable, now: Timestamp) -> Result<Booking> {
        match self {
            Self::Confirm => booking.confirm(bookable, now),
            Self::Approve => booking.approve(bookable, now),
            Self::Decline(reason) => booking.decline(reason.clone(), now),
            Self::Cancel(reason) => booking.cancel(reason.clone(), now),
            Self::CheckIn => booking.check_in(bookable, now),
            Self::Complete => booking.complete(bookable, now),
            Self::NoShow => booking.no_show(now),
        }
    }

    fn event(&self, after: &Booking) -> &'static str {
        match self {
            Self::Confirm => super::create::event_of(after.state),
            Self::Approve => events::BookingApproved,
            Self::Decline(_) => events::BookingDeclined,
            Self::Cancel(_) => events::BookingCancelled,
            Self::CheckIn => events::BookingCheckedIn,
            Self::Complete => events::BookingCompleted,
            Self::NoShow => events::BookingNoShow,
        }
    }
}

struct Change {
    service: Arc<Service>,
    by: Authorized,
    name: BookingName,
    step: Step,
}

/// Takes a step with the booking that is named; what is wrong with the step is told to those who may take it.
pub async fn change(
    service: &Arc<Service>,
    admitted: Admitted,
    target: &str,
    step: Result<Step>,
) -> Result<pb::Booking> {
    let (by, found) = service.booking(admitted, &name("name", target)?).await?;
    let step = step?;
    let input = Change {
        service: Arc::clone(service),
        by,
        name: found.name,
        step,
    };
    let booking = service
        .store
        .transaction("resource.change_booking", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %booking.name, state = booking.state.code(), "booking changed");
    Ok(convert::booking::booking(booking, service.now()))
}

async fn apply(tx: &Tx, input: &Change) -> Result<Booking, Failure> {
    let now = input.service.now();
    let found = store::booking::reread(tx, &input.name).await?;
    let bookable = store::bookable::hold(tx, &found.bookable_name()).await?;
    let before = store::booking::reread(tx, &input.name).await?;
    let had = before.occupies;
    let after = input.step.take(before, &bookable, now)?;
    if input.step == Step::Approve {
        bookable.expect_in_use()?;
        let ask = Ask {
            bookable: &bookable,
            wanted: after.wanted(),
            occasion: Occasion::Again,
            now,
        };
        ask.expect_fit(tx, &input.by).await?;
    }
    if let Some(takes) = after.occupies {
        store::bookable::stretch(tx, &input.by, &bookable, takes).await?;
    }
    let event = input.step.event(&after);
    let after = store::booking::save(tx, &input.by, after).await?;
    events::append(tx, &input.by, event, &bookable.name, &after.name, now).await?;
    if had.is_some() && after.occupies != had {
        giving_back::promote(tx, &input.by, &bookable, now).await?;
    }
    Ok(after)
}
