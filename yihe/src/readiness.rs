//! Whether this process is fit to be sent requests: its databases answer, its clock is theirs, and its services know the policies.
//!
//! The bus is no condition: while it is away commands are acknowledged and their events wait.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{sleep, timeout};
use tonic::service::Routes;
use yihe_authz::Snapshots;
use yihe_gateway::Gateway;
use yihe_server::{Health, Tasks};
use yihe_store::Store;

const LOOK: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(3);

/// What readiness depends on, and who is told.
#[derive(Default)]
pub(crate) struct Readiness {
    stores: Vec<Store>,
    services: Vec<Health>,
    gateway: Option<Gateway>,
    policies: Option<Arc<Snapshots>>,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fit {
    Yes,
    /// A database does not answer, or what it says.
    No(String),
}

impl Readiness {
    /// The databases of these must answer.
    pub fn depend_on(&mut self, stores: Vec<Store>) {
        self.stores = stores;
    }

    /// The gateway's own health depends on it.
    pub fn tell(&mut self, gateway: Gateway) {
        self.gateway = Some(gateway);
    }

    /// A service behind a socket of its own, with its health beside it.
    pub fn beside(&mut self, routes: Routes) -> Routes {
        let health = Health::not_ready([]);
        let routes = health.beside(routes);
        self.services.push(health);
        routes
    }

    /// Of the services behind sockets of their own.
    pub fn healths(&self) -> Vec<Health> {
        self.services.clone()
    }

    /// Looks once and then every second, until the task is dropped.
    pub async fn watch(mut self, tolerance: Option<NonZeroU32>, policies: Option<Arc<Snapshots>>) -> Tasks {
        self.policies = policies;
        let mut before = (self.look(tolerance).await, self.knows_policies());
        self.say(&Fit::Yes, &before).await;
        let mut tasks = Tasks::default();
        tasks.spawn("readiness", async move {
            loop {
                sleep(LOOK).await;
                let now = (self.look(tolerance).await, self.knows_policies());
                if now != before {
                    self.say(&before.0, &now).await;
                    before = now;
                }
            }
        });
        tasks
    }

    async fn look(&self, tolerance: Option<NonZeroU32>) -> Fit {
        let answers = self.stores.iter().map(|store| timeout(ANSWER, store.clock_ahead()));
        let mut farthest = 0_i64;
        for answer in join_all(answers).await {
            match answer {
                Ok(Ok(ahead)) => {
                    let ahead = ahead.unwrap_or_default();
                    if ahead.abs() > farthest.abs() {
                        farthest = ahead;
                    }
                }
                Ok(Err(_)) | Err(_) => return Fit::No("a database does not answer".to_owned()),
            }
        }
        let seconds = farthest / 1_000_000;
        let is_far = |tolerance: NonZeroU32| seconds.abs() >= i64::from(tolerance.get());
        if tolerance.is_some_and(is_far) {
            let direction = if seconds > 0 { "behind" } else { "ahead of" };
            let told = "this machine's clock is far";
            return Fit::No(format!(
                "{told} {direction} the database's: set it right (chronyd, systemd-timesyncd)"
            ));
        }
        Fit::Yes
    }

    /// A service that knows none can decide nothing; the gateway looks by itself.
    fn knows_policies(&self) -> bool {
        self.policies.as_ref().is_none_or(|policies| policies.ready())
    }

    async fn say(&self, before: &Fit, (now, knows_policies): &(Fit, bool)) {
        match (before, now) {
            (_, Fit::No(why)) => tracing::error!("not ready: {why}"),
            (Fit::No(_), Fit::Yes) => tracing::info!("ready again"),
            (Fit::Yes, Fit::Yes) => {}
        }
        let is_fit = *now == Fit::Yes;
        for health in &self.services {
            health.set_ready(is_fit && *knows_policies).await;
        }
        if let Some(gateway) = &self.gateway {
            gateway.set_fit(is_fit);
        }
    }
}
