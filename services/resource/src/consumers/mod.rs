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
    let following = consumer.follow(feed, |tx, event| Box::pin(project_entry_made(tx, event)));
    let _abort_with_us = AbortOnDrop(following.abort_handle());
    let _ = following.await;
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
