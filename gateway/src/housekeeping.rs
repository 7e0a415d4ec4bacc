use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use yihe_authz::Snapshots;
use yihe_server::{Health, Tasks};

use crate::limits::Limits;

const LOOK: Duration = Duration::from_millis(250);
const FORGET: Duration = Duration::from_secs(60);

/// Tells readiness as it changes, and forgets quiet callers.
pub fn look_after(health: Health, snapshots: Arc<Snapshots>, limits: Arc<Limits>, fit: Arc<AtomicBool>) -> Tasks {
    let mut tasks = Tasks::default();
    tasks.spawn("gateway readiness", async move {
        let mut told = false;
        loop {
            let ready = snapshots.ready() && fit.load(Ordering::Relaxed);
            if ready != told {
                health.set_ready(ready).await;
                tracing::info!(ready, "readiness changed");
                told = ready;
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    tasks.spawn("gateway limits", async move {
        loop {
            tokio::time::sleep(FORGET).await;
            limits.forget_quiet();
        }
    });
    tasks
}
