use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::bookable::BookableChanges;
use crate::convert::name;
use crate::domain::{Bookable, Interval, Taken, profile};
use crate::names::BookableName;
use crate::service::Service;
use crate::store::occupancy::Occupied;
use crate::{events, reasons, store};

struct Update {
    service: Arc<Service>,
    by: Authorized,
    name: BookableName,
    changes: BookableChanges,
}

pub async fn update(service: &Arc<Service>, request: Request<pb::UpdateBookableRequest>) -> Result<pb::Bookable> {
    let (admitted, request) = service.guard.admit(request).await?;
    let target = request.bookable.as_ref().map(|it| it.name.as_str()).unwrap_or_default();
    let (by, found) = service.bookable(admitted, &name("bookable.name", target)?).await?;
    let input = Update {
        service: Arc::clone(service),
        by,
        name: found.name,
        changes: BookableChanges::try_from(&request)?,
    };
    let bookable = service
        .store
        .transaction("resource.update_bookable", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %bookable.name, "bookable changed");
    Ok(bookable.into())
}

async fn apply(tx: &Tx, input: &Update) -> Result<Bookable, Failure> {
    let now = input.service.now();
    let before = store::bookable::hold(tx, &input.name).await?;
    before.expect_etag(&input.changes.etag)?;
    before.expect_in_use()?;
    let after = input.changes.apply_to(before);
    if let Some(ahead) = Interval::new(now, Timestamp::MAX) {
        let taken = store::occupancy::within(tx, &after, ahead).await?;
        let taken: Vec<_> = taken.into_iter().filter(|one| one.is_live(now)).collect();
        expect_capacity(&after, &taken, ahead)?;
        expect_no_blackout(tx, &after, &taken).await?;
    }
    let bookable = store::bookable::save(tx, &input.by, after).await?;
    events::append(tx, &input.by, events::BookableUpdated, &input.name, &input.name, now).await?;
    Ok(bookable)
}

/// What is taken already stays taken.
fn expect_capacity(bookable: &Bookable, taken: &[Occupied], ahead: Interval) -> Result<()> {
    let taken: Vec<Taken> = taken.iter().map(|one| one.taken).collect();
    let most = profile(&taken, ahead).into_iter().max_by_key(|span| span.quantity);
    match most.filter(|span| span.quantity > bookable.capacity) {
        None => Ok(()),
        Some(span) => Err(Error::new(&reasons::CAPACITY_IN_USE)
            .with("name", &bookable.name)
            .with("least", span.quantity)
            .with("at", span.interval.from())),
    }
}

async fn expect_no_blackout(tx: &Tx, bookable: &Bookable, taken: &[Occupied]) -> Result<(), Failure> {
    for blackout in &bookable.rules.blackouts {
        let near = taken
            .iter()
            .filter(|one| one.taken.interval.overlaps(blackout.interval));
        let near: Vec<_> = near.map(|one| one.booking).collect();
        let booked = store::booking::some(tx, &bookable.name, &near).await?;
        if let Some(booking) = booked.iter().find(|it| it.interval.overlaps(blackout.interval)) {
            return Err(Error::new(&reasons::BLACKOUT_IN_USE)
                .with("booking", &booking.name)
                .with("from", blackout.interval.from())
                .with("until", blackout.interval.until())
                .into());
        }
    }
    Ok(())
}
