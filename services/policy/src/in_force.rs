use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};
use yihe_authz::Domain;
use yihe_kernel::{Error, Result};
use yihe_store::Store;

use crate::authority::Known;
use crate::config::Pace;
use crate::domain::rules::{RuleLayer, Rules};
use crate::store::{made, revision};

/// The rules in force, kept as new as what is committed.
pub(crate) struct InForce {
    store: Store,
    rules: Arc<ArcSwap<Rules>>,
    known: Arc<Known>,
    /// Layers are put into force one at a time, so that none is lost.
    turn: Mutex<()>,
}

impl fmt::Debug for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InForce").finish_non_exhaustive()
    }
}

impl InForce {
    /// Takes the base and everything that domains have made.
    ///
    /// # Errors
    /// `STORED_RULE_BROKEN` naming the first row that cannot be understood.
    pub async fn load(store: Store, base: Rules, known: Arc<Known>) -> Result<Self> {
        let mut layers = Vec::new();
        let mut newest = base.newest();
        for (domain, sequence) in revision::of_domains(store.reader()).await? {
            newest = newest.max(sequence);
            layers.push(layer(&store, &domain, sequence).await?);
        }
        known.begin(newest);
        Ok(Self {
            rules: Arc::new(ArcSwap::from_pointee(base.with(layers))),
            turn: Mutex::default(),
            store,
            known,
        })
    }

    /// Where readers find them.
    pub fn rules(&self) -> Arc<ArcSwap<Rules>> {
        Arc::clone(&self.rules)
    }

    /// Puts into force what was committed since. What cannot be read leaves the rules before it in force.
    pub async fn refresh(&self) -> Result<()> {
        let _turn = self.turn.lock().await;
        for (domain, sequence) in revision::of_domains(self.store.reader()).await? {
            let code = read_domain(&domain)?;
            let before = self.rules.load_full();
            if before.layer(&code).is_some_and(|layer| layer.sequence >= sequence) {
                continue;
            }
            let layer = layer(&self.store, &domain, sequence).await?;
            self.rules.store(Arc::new(before.with([layer])));
            self.known.note_newest(sequence);
            self.known.note_rules(&code);
        }
        Ok(())
    }

    /// Follows the commits of this node for ever, and looks from time to time for those of others on the same database.
    pub async fn follow(self: Arc<Self>, pace: Pace) {
        let mut feed = self.store.feed();
        let mut pause = pace.least_pause;
        loop {
            if timeout(pace.keep_alive, feed.changed()).await == Ok(false) {
                return;
            }
            while let Err(error) = self.refresh().await {
                tracing::error!(%error, "the newest rules are not in force; those before stay; trying again");
                sleep(pause).await;
                pause = next_pause(pause, pace);
            }
            pause = pace.least_pause;
        }
    }
}

fn next_pause(pause: Duration, pace: Pace) -> Duration {
    (pause * 2).min(pace.greatest_pause)
}

async fn layer(store: &Store, domain: &str, sequence: u64) -> Result<RuleLayer> {
    let made = made::load(store.reader(), &read_domain(domain)?, sequence).await?;
    Ok(made.layer())
}

fn read_domain(text: &str) -> Result<Domain> {
    text.parse().map(Domain::Code).map_err(Error::internal)
}
