//! Recording what the services tell.

use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_bus::{Consumer, Source};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_store::{Event, Failure, Store, Tx};

use crate::service::NAME;
use crate::store;

/// Services whose events are recorded, each with the name of its reader.
const READERS: [(&str, &str); 7] = [
    ("directory", "record.of_directory"),
    ("policy", "record.of_policy"),
    ("meeting", "record.of_meeting"),
    ("file", "record.of_file"),
    ("ledger", "record.of_ledger"),
    ("resource", "record.of_resource"),
    ("record", "record.of_record"),
];

/// The name of the reader of a service's events.
///
/// # Errors
/// `INTERNAL` for a service that this one does not know.
pub fn reader(service: &str) -> Result<&'static str> {
    let known = READERS.iter().find(|(name, _)| *name == service);
    known
        .map(|(_, reader)| *reader)
        .ok_or_else(|| Error::internal(format!("the record has no reader for the {service} service")))
}

/// Follows a service until aborted.
pub async fn follow(store: Store, (service, reader): (&'static str, &'static str), source: Source) {
    let clock = Arc::clone(store.clock());
    let consumer = Consumer {
        name: reader,
        kinds: &[],
        store,
    };
    consumer
        .follow(source, move |tx, event| {
            let now = clock.now();
            Box::pin(record(tx, service, event, now))
        })
        .await;
}

/// Puts an event into the history of its community; one that belongs to none is in no history. Stands for no permission: the history is
/// this service's own.
async fn record(tx: &Tx, service: &str, event: &Event, now: Timestamp) -> Result<(), Failure> {
    let Some(community) = &event.community else {
        return Ok(());
    };
    let by = Authorized::by_event(NAME, event.id, community.clone());
    store::event::append(tx, &by, service, event, now).await
}
