//! What the service does by itself when its time has come. A timer is a named sweep over what is due; it is run every second
//! with the instant that the injected clock shows. Several replicas may run the same timer at once, so a sweep changes rows
//! only by guarded updates, each under a proof of [`by_timer`].

mod escalate;
#[cfg(test)]
mod tests;
mod vote_keys;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Ids, Result, SharedClock, Timestamp};

use crate::commands::minutes::closing;
use crate::service::Service;

const TICK: Duration = Duration::from_secs(1);

type Sweep = Box<dyn Fn(Timestamp) -> BoxFuture<'static, Result<u64>> + Send + Sync>;

/// One named timer.
pub struct Timer {
    name: &'static str,
    sweep: Sweep,
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timer({})", self.name)
    }
}

impl Timer {
    /// A timer of the service. `sweep` does what is due at the instant it is given and tells how much that was; what it
    /// leaves undone comes again with the next tick.
    pub fn new<F>(
        name: &'static str,
        service: &Arc<Service>,
        sweep: impl Fn(Arc<Service>, Timestamp) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<u64>> + Send + 'static,
    {
        let service = Arc::clone(service);
        Self {
            name,
            sweep: Box::new(move |now| Box::pin(sweep(Arc::clone(&service), now))),
        }
    }
}

/// All timers of the service.
pub fn of_service(service: &Arc<Service>) -> Vec<Timer> {
    vec![
        Timer::new("meeting.vote_keys", service, vote_keys::sweep),
        Timer::new(escalate::NAME, service, escalate::sweep),
        Timer::new("minutes.close_signing", service, closing::sweep),
    ]
}

/// The proof under which a timer writes; which permission it stands for is told beside the timer.
pub fn by_timer(ids: &Ids, community: &CommunityId) -> Authorized {
    Authorized::by_event("meeting", ids.next(), community.clone())
}

/// Runs timers one after another, every second, until aborted. One that fails is logged and keeps none of the others waiting.
pub async fn run(clock: SharedClock, timers: Vec<Timer>) {
    run_every(TICK, clock, timers).await;
}

async fn run_every(tick: Duration, clock: SharedClock, timers: Vec<Timer>) {
    loop {
        for timer in &timers {
            match (timer.sweep)(clock.now()).await {
                Ok(0) => {}
                Ok(done) => tracing::info!(timer = timer.name, done, "timer swept"),
                Err(error) => tracing::error!(timer = timer.name, %error, "timer failed; it comes again"),
            }
        }
        tokio::time::sleep(tick).await;
    }
}
