use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use moka::future::Cache;
use moka::ops::compute::{CompResult, Op};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use yihe_kernel::{Error, Result};

use super::{MEMORY, SHARED, SnapshotSource, late};
use crate::{Catalogue, Layers, Revision, Scope, Snapshot};

/// What a gateway or service has fetched, and what it has heard since.
pub(super) struct Inner {
    pub(super) source: Arc<dyn SnapshotSource>,
    root: ArcSwapOption<Snapshot>,
    layers: Layers,
    cache: Cache<Scope, Cached>,
    /// The newest revisions heard of since the watch began.
    heard: RwLock<HashMap<Scope, Revision>>,
    last_word: RwLock<Instant>,
    /// Grows with each new watch: what was fetched under an earlier one may have missed a change.
    epoch: AtomicU64,
    changes: watch::Sender<u64>,
}

#[derive(Clone)]
struct Cached {
    epoch: u64,
    snapshot: Arc<Snapshot>,
}

impl Inner {
    pub(super) fn new(source: Arc<dyn SnapshotSource>) -> Self {
        let weigh = |_: &Scope, cached: &Cached| u32::try_from(cached.snapshot.weight()).unwrap_or(u32::MAX);
        Self {
            source,
            root: ArcSwapOption::empty(),
            layers: Layers::default(),
            cache: Cache::builder().max_capacity(MEMORY).weigher(weigh).build(),
            heard: RwLock::default(),
            last_word: RwLock::new(Instant::now()),
            epoch: AtomicU64::new(0),
            changes: watch::Sender::new(0),
        }
    }

    pub(super) fn root(&self) -> Option<Arc<Snapshot>> {
        self.root.load_full()
    }

    pub(super) fn count(&self) -> u64 {
        self.cache.entry_count()
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The snapshot of a community or region, if it is there and new enough.
    pub(super) async fn cached(&self, scope: &Scope, asked: Revision) -> Option<Arc<Snapshot>> {
        let cached = self.cache.get(scope).await?;
        self.serves(scope, &cached, asked).then_some(cached.snapshot)
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// How long the source has been silent.
    pub(super) fn age(&self) -> Duration {
        self.last_word.read().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    pub(super) fn note_word(&self) {
        *self.last_word.write().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn needed(&self, scope: &Scope, asked: Revision) -> Revision {
        let heard = self.heard.read().unwrap_or_else(PoisonError::into_inner);
        heard.get(scope).map_or(asked, |heard| heard.join(asked))
    }

    fn serves(&self, scope: &Scope, cached: &Cached, asked: Revision) -> bool {
        cached.epoch == self.epoch() && cached.snapshot.revision().covers(self.needed(scope, asked))
    }

    /// Fetches once for all who wait for the same place.
    pub(super) async fn refresh(&self, scope: &Scope, asked: Revision) -> Result<Arc<Snapshot>> {
        let fetch = |entry: Option<moka::Entry<Scope, Cached>>| async move {
            match entry.map(moka::Entry::into_value) {
                Some(cached) if self.serves(scope, &cached, asked) => Ok(Op::Nop),
                before => self.fetch(scope, asked, before).await.map(Op::Put),
            }
        };
        let result = self.cache.entry_by_ref(scope).and_try_compute_with(fetch).await;
        let result = result?;
        // shared layers go with the snapshots that use them
        if self.layers.weight() > SHARED {
            self.cache.invalidate_all();
        }
        match result {
            CompResult::Inserted(entry) | CompResult::ReplacedWith(entry) | CompResult::Unchanged(entry) => {
                Ok(entry.into_value().snapshot)
            }
            CompResult::StillNone(_) | CompResult::Removed(_) => Err(late()),
        }
    }

    async fn fetch(&self, scope: &Scope, asked: Revision, before: Option<Cached>) -> Result<Cached> {
        let mut held = self.layers.wide();
        held.extend(before.iter().flat_map(|cached| cached.snapshot.layers().cloned()));
        loop {
            let (epoch, needed) = (self.epoch(), self.needed(scope, asked));
            let at_least = (needed != Revision::default()).then_some(needed);
            let wire = self.source.snapshot_beside(Some(scope), at_least, &held).await?;
            let snapshot = Arc::new(Snapshot::sharing(&self.layers, wire, Catalogue::shipped())?);
            if snapshot.scope().as_ref() != Some(scope) {
                return Err(Error::internal(format!(
                    "asked for the snapshot of {scope}, got another"
                )));
            }
            let cached = Cached { epoch, snapshot };
            if self.serves(scope, &cached, asked) {
                return Ok(cached);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) async fn fetch_root(&self) -> Result<Arc<Snapshot>> {
        let held = self.layers.wide();
        let wire = self.source.snapshot_beside(None, None, &held).await?;
        let root = Arc::new(Snapshot::sharing(&self.layers, wire, Catalogue::shipped())?);
        self.root.store(Some(Arc::clone(&root)));
        Ok(root)
    }

    /// Notes that a community or region has come to a revision.
    pub(super) fn note_revision(&self, scope: Scope, revision: Revision) {
        let mut heard = self.heard.write().unwrap_or_else(PoisonError::into_inner);
        let newest = heard.entry(scope).or_default();
        *newest = newest.join(revision);
    }

    /// Notes that a watch has begun: what was fetched before it may be behind, what is fetched from now on is not.
    pub(super) fn note_watch(&self) {
        self.heard.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn tick(&self) {
        self.changes.send_modify(|count| *count += 1);
    }
}
