use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use super::create::{draft, keep};
use super::fitting::Ask;
use crate::convert::booking::NewSeries;
use crate::convert::{self, name};
use crate::domain::{Begin, Booker, Booking, Interval, Occasion, Wanted, clock_of};
use crate::names::{BookableName, BookingName, SeriesId};
use crate::service::Service;
use crate::{reasons, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    bookable: BookableName,
    booker: Booker,
    new: NewSeries,
    dates: Vec<Interval>,
}

pub async fn create(
    service: &Arc<Service>,
    request: Request<pb::CreateBookingSeriesRequest>,
) -> Result<pb::BookingSeries> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.bookable(admitted, &name("parent", &request.parent)?).await?;
    let new = NewSeries::try_from(&request)?;
    let input = Create {
        service: Arc::clone(service),
        booker: service.booker(&by).await?,
        by,
        bookable: found.name,
        dates: new.recurrence.expand(new.booking.wanted.interval, &new.excluded)?,
        new,
    };
    let bookings = service
        .store
        .transaction("resource.create_booking_series", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    let now = service.now();
    tracing::info!(count = bookings.len(), "series booked");
    let bookings = bookings.into_iter().map(|it| convert::booking::booking(it, now));
    Ok(pb::BookingSeries {
        bookings: bookings.collect(),
    })
}

async fn apply(tx: &Tx, input: &Create) -> Result<Vec<Booking>, Failure> {
    let now = input.service.now();
    let ids = input.service.store.ids();
    let first = input.bookable.booking(ids.next());
    if let Some(earlier) = input.new.booking.retry.earlier(tx, &input.by, &first, now).await? {
        return of_first(tx, &earlier).await;
    }
    let bookable = store::bookable::hold(tx, &input.bookable).await?;
    bookable.expect_in_use()?;
    bookable.expect_booker(&input.booker)?;
    store::project::expect_open(tx, &first.community, input.new.booking.project).await?;
    let series: SeriesId = ids.next();
    let (mut made, mut conflicts) = (Vec::with_capacity(input.dates.len()), Vec::new());
    for (place, interval) in input.dates.iter().enumerate() {
        let ask = Ask {
            bookable: &bookable,
            wanted: Wanted {
                interval: *interval,
                ..input.new.booking.wanted
            },
            occasion: Occasion::Booking,
            now,
        };
        if let Some(reason) = conflict(tx, input, &ask).await? {
            conflicts.push(format!("{} {reason}", clock_of(interval.from())));
            continue;
        }
        let name = match place {
            0 => first.clone(),
            _ => bookable.name.booking(ids.next()),
        };
        let mut booking = draft(&bookable, &input.booker, &input.new.booking, name, now);
        booking.interval = *interval;
        booking.series = Some(series);
        let booking = booking.begin(&bookable, Begin::AtOnce, now);
        keep(tx, &input.by, &bookable, &booking, now).await?;
        made.push(booking);
    }
    if conflicts.is_empty() {
        return Ok(made);
    }
    Err(Error::new(&reasons::SERIES_CONFLICTS)
        .with("count", conflicts.len())
        .with("dates", conflicts.join(", "))
        .into())
}

/// Why a date is not possible, where it is not.
async fn conflict(tx: &Tx, input: &Create, ask: &Ask<'_>) -> Result<Option<&'static str>, Failure> {
    if let Err(unfit) = ask.judge(tx, &input.by).await? {
        return Ok(Some(unfit.reason().code));
    }
    match ask.expect_quota(tx, input.booker.id).await {
        Ok(()) => Ok(None),
        Err(Failure::Refused(error)) => Ok(Some(error.reason().code)),
        Err(failure) => Err(failure),
    }
}

async fn of_first(tx: &Tx, first: &BookingName) -> Result<Vec<Booking>, Failure> {
    let first = store::booking::reread(tx, first).await?;
    match first.series {
        Some(series) => store::booking::of_series(tx, &first.name.community, series).await,
        None => Ok(vec![first]),
    }
}
