use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Result, Timestamp};
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use super::fitting::Ask;
use super::giving_back;
use crate::convert::booking::NewBooking;
use crate::convert::{self, name};
use crate::domain::{Begin, Bookable, Booker, Booking, BookingState, Occasion, Unfit};
use crate::names::{BookableName, BookingName};
use crate::service::Service;
use crate::{events, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    bookable: BookableName,
    booker: Booker,
    new: NewBooking,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateBookingRequest>) -> Result<pb::Booking> {
    let (admitted, request) = service.guard.admit(request).await?;
    let bookable: BookableName = name("parent", &request.parent)?;
    let by = service.may_book(admitted, &bookable).await?;
    let new = NewBooking::try_from(&request)?;
    let input = Create {
        service: Arc::clone(service),
        booker: service.booker(&by).await?,
        by,
        bookable,
        new,
    };
    let booking = service
        .store
        .transaction("resource.create_booking", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %booking.name, state = booking.state.code(), "booked");
    Ok(convert::booking::booking(booking, service.now()))
}

/// The event that tells of the state in which a booking begins or goes on.
pub const fn event_of(state: BookingState) -> &'static str {
    match state {
        BookingState::Held => events::BookingHeld,
        BookingState::PendingApproval => events::BookingRequested,
        BookingState::Waiting => events::BookingWaits,
        BookingState::Confirmed
        | BookingState::CheckedIn
        | BookingState::Completed
        | BookingState::Cancelled
        | BookingState::Expired
        | BookingState::NoShow => events::BookingMade,
    }
}

async fn apply(tx: &Tx, input: &Create) -> Result<Booking, Failure> {
    let now = input.service.now();
    let name = input.bookable.booking(input.service.store.ids().next());
    if let Some(earlier) = input.new.retry.earlier(tx, &input.by, &name, now).await? {
        return store::booking::reread(tx, &earlier).await;
    }
    let bookable = store::bookable::hold(tx, &input.bookable).await?;
    bookable.expect_in_use()?;
    bookable.expect_booker(&input.booker)?;
    store::project::expect_open(tx, &name.community, input.new.project).await?;
    let ask = Ask {
        bookable: &bookable,
        wanted: input.new.wanted,
        occasion: Occasion::Booking,
        now,
    };
    ask.expect_quota(tx, input.booker.id).await?;
    let how = begin(tx, input, &ask).await?;
    let booking = draft(&bookable, &input.booker, &input.new, name, now).begin(&bookable, how, now);
    keep(tx, &input.by, &bookable, &booking, now).await?;
    Ok(booking)
}

async fn begin(tx: &Tx, input: &Create, ask: &Ask<'_>) -> Result<Begin, Failure> {
    let mut verdict = ask.judge(tx, &input.by).await?;
    if verdict == Ok(true) {
        // what ran out belongs to those who waited for it first
        giving_back::promote(tx, &input.by, ask.bookable, ask.now).await?;
        verdict = ask.judge(tx, &input.by).await?;
    }
    match verdict {
        Ok(_) if input.new.hold_minutes > 0 => Ok(Begin::Held(input.new.hold_minutes)),
        Ok(_) => Ok(Begin::AtOnce),
        Err(Unfit::Full { .. }) if input.new.wait_if_full => Ok(Begin::Waiting),
        Err(unfit) => Err(ask.refuse(tx, &unfit).await?.into()),
    }
}

/// A booking as it was asked for, before it has begun.
pub fn draft(bookable: &Bookable, booker: &Booker, new: &NewBooking, name: BookingName, now: Timestamp) -> Booking {
    Booking {
        name,
        bookable: bookable.name.bookable,
        owner: bookable.owner.id,
        booker: booker.clone(),
        interval: new.wanted.interval,
        quantity: new.wanted.quantity,
        purpose: new.purpose.clone(),
        project: new.project,
        state: BookingState::Waiting,
        expires_at: None,
        occupies: None,
        alone: false,
        external_ref: new.external_ref.clone(),
        series: None,
        note: String::new(),
        created_at: now,
        version: 1,
    }
}

/// Stores a booking that has begun, with its event.
pub async fn keep(
    tx: &Tx,
    by: &Authorized,
    bookable: &Bookable,
    booking: &Booking,
    now: Timestamp,
) -> Result<(), Failure> {
    if let Some(takes) = booking.occupies {
        store::bookable::stretch(tx, by, bookable, takes).await?;
    }
    store::booking::insert(tx, by, booking).await?;
    let event = event_of(booking.state);
    events::append(tx, by, event, &bookable.name, &booking.name, now).await
}
