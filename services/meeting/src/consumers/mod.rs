//! Reactions to what happens in other services.

mod membership_ended;

use yihe_bus::{Consumer, Source};
use yihe_store::Store;

pub use membership_ended::membership_ended;

/// Follows the directory until aborted.
pub(crate) async fn follow_directory(store: Store, directory: Source) {
    let consumer = Consumer {
        name: "meeting.membership_ended",
        kinds: &[membership_ended::KIND],
        store,
    };
    consumer
        .follow(directory, |tx, event| Box::pin(membership_ended(tx, event)))
        .await;
}
