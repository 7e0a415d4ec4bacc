//! Looks now and then at how full things are, where counts are kept.

use std::sync::Arc;
use std::time::Duration;

use yihe_authz::Snapshots;
use yihe_store::{Failure, Outbox};
use yihe_telemetry as telemetry;

/// Shorter than counts are exported, so that each export tells something new.
const LOOK: Duration = Duration::from_secs(5);

/// Looks at the store of a service; `published` says whether a relay empties its outbox.
pub(crate) async fn of_store(service: &'static str, outbox: Outbox, published: bool) {
    while telemetry::is_counting() {
        if let Err(error) = look(service, &outbox, published).await {
            tracing::debug!(service, %error, "the store cannot be looked at");
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn look(service: &'static str, outbox: &Outbox, published: bool) -> Result<(), Failure> {
    if let Some(connections) = outbox.store().connections() {
        telemetry::connections(service, connections.used, connections.idle, connections.max);
    }
    telemetry::dead_letters(service, outbox.store().count_dead_letters().await?);
    if published {
        let backlog = outbox.backlog().await?;
        telemetry::outbox(service, backlog.depth, backlog.lag);
    }
    Ok(())
}

/// Looks at the age of the policies by which a part of the process decides.
pub(crate) async fn of_snapshots(caller: &'static str, snapshots: Arc<Snapshots>) {
    while telemetry::is_counting() {
        telemetry::snapshot_age(caller, snapshots.age());
        tokio::time::sleep(LOOK).await;
    }
}
