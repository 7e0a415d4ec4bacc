//! Reactions to what happens in other services.

mod membership_ended;
mod project_entry;

use std::sync::Arc;

use yihe_bus::{Consumer, Source};
use yihe_store::Store;

pub use membership_ended::membership_ended;
pub use project_entry::project_entry_made;

/// Follows the directory until aborted.
pub async fn follow_directory(store: Store, directory: Source) {
    let clock = Arc::clone(store.clock());
    let consumer = Consumer {
        name: "resource.membership_ended",
        kinds: &[membership_ended::KIND],
        store,
    };
    consumer
        .follow(directory, move |tx, event| {
            let now = clock.now();
            Box::pin(membership_ended(tx, event, now))
        })
        .await;
}

/// Follows the ledger until aborted.
pub async fn follow_ledger(store: Store, ledger: Source) {
    let consumer = Consumer {
        name: "resource.project_entries",
        kinds: &[project_entry::KIND],
        store,
    };
    consumer
        .follow(ledger, |tx, event| Box::pin(project_entry_made(tx, event)))
        .await;
}
