//! Reactions to what happens in other services.

mod project_entry;

use yihe_bus::Consumer;
use yihe_store::{Feed, Store};

pub use project_entry::project_entry_made;

/// Follows the ledger until aborted.
pub async fn follow_ledger(store: Store, feed: Feed) {
    let consumer = Consumer {
        name: "resource.project_entries",
        kinds: &[project_entry::KIND],
        store,
    };
    consumer
        .follow(feed, |tx, event| Box::pin(project_entry_made(tx, event)))
        .await;
}
