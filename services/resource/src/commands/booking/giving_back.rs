//! What happens when capacity comes free: holds that ran out end, and those who wait move up, in the same transaction.

use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Tx};

use super::fitting::Ask;
use crate::domain::{Bookable, Booking, Occasion};
use crate::{events, store};

/// Those who wait that one release looks at.
const MOST_WAITING: u64 = 100;

/// Ends bookings whose time came before they were booked.
pub async fn expire(tx: &Tx, by: &Authorized, met: Vec<Booking>, now: Timestamp) -> Result<(), Failure> {
    for booking in met.into_iter().filter(|booking| booking.has_lapsed(now)) {
        let expired = store::booking::save(tx, by, booking.expire()).await?;
        let (stream, subject) = (expired.bookable_name(), &expired.name);
        events::append(tx, by, events::BookingExpired, &stream, subject, now).await?;
    }
    Ok(())
}

/// Lets those move up who wait and fit now, first come first. The bookable must be held.
pub async fn promote(tx: &Tx, by: &Authorized, bookable: &Bookable, now: Timestamp) -> Result<(), Failure> {
    for booking in store::booking::waiting(tx, &bookable.name, MOST_WAITING).await? {
        if booking.has_lapsed(now) {
            expire(tx, by, vec![booking], now).await?;
            continue;
        }
        let ask = Ask {
            bookable,
            wanted: booking.wanted(),
            occasion: Occasion::Again,
            now,
        };
        let fits = ask.judge(tx, by).await?.is_ok();
        if !fits || !within_quota(&ask, tx, &booking).await? {
            continue;
        }
        let promoted = store::booking::save(tx, by, booking.promote(bookable, now)?).await?;
        if let Some(takes) = promoted.occupies {
            store::bookable::stretch(tx, by, bookable, takes).await?;
        }
        events::append(tx, by, events::BookingPromoted, &bookable.name, &promoted.name, now).await?;
    }
    Ok(())
}

async fn within_quota(ask: &Ask<'_>, tx: &Tx, booking: &Booking) -> Result<bool, Failure> {
    match ask.expect_quota(tx, booking.booker.id).await {
        Ok(()) => Ok(true),
        Err(Failure::Refused(_)) => Ok(false),
        Err(failure) => Err(failure),
    }
}
