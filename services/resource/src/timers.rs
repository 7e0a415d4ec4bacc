//! What the service does by itself: every second it ends the bookings whose time came before they were booked and gives what comes
//! free to those who wait. Several replicas may do so at once: each bookable is held while it is swept.

use std::sync::Arc;
use std::time::Duration;

use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_store::{Failure, Tx};

use crate::commands::booking::giving_back;
use crate::names::BookableName;
use crate::service::{NAME, Service};
use crate::store;

const TICK: Duration = Duration::from_secs(1);
/// Bookings that one look finds at most; the rest is found by the next one.
const MOST: u64 = 200;

/// Sweeps until aborted. A sweep that fails comes again.
pub async fn run(service: Arc<Service>) {
    loop {
        match sweep(&service).await {
            Ok(0) => {}
            Ok(done) => tracing::info!(done, "bookables swept"),
            Err(error) => tracing::error!(%error, "the sweep of bookings failed; it comes again"),
        }
        tokio::time::sleep(TICK).await;
    }
}

struct Sweep {
    service: Arc<Service>,
    by: Authorized,
    bookable: BookableName,
}

async fn sweep(service: &Arc<Service>) -> Result<usize> {
    let due = store::booking::lapsed(service.reader(), service.now(), MOST).await;
    let due = due.map_err(refused)?;
    for bookable in &due {
        let input = Sweep {
            service: Arc::clone(service),
            // what a hold and a waiting list promised when they were made
            by: Authorized::by_event(NAME, service.store.ids().next(), bookable.community.clone()),
            bookable: bookable.clone(),
        };
        service
            .store
            .transaction("resource.expire_bookings", input, |tx, input| {
                Box::pin(apply(tx, input))
            })
            .await?;
    }
    Ok(due.len())
}

fn refused(failure: Failure) -> Error {
    match failure {
        Failure::Refused(error) => error,
        Failure::Database(error) => Error::internal(error),
    }
}

async fn apply(tx: &Tx, input: &Sweep) -> Result<(), Failure> {
    let now = input.service.now();
    let bookable = store::bookable::hold(tx, &input.bookable).await?;
    let lapsed = store::booking::lapsed_of(tx, &bookable.name, now, MOST).await?;
    giving_back::expire(tx, &input.by, lapsed, now).await?;
    giving_back::promote(tx, &input.by, &bookable, now).await
}
