use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use futures::StreamExt;
use futures::stream::BoxStream;
use moka::future::Cache;
use moka::ops::compute::{CompResult, Op};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use yihe_kernel::{CommunityId, CommunityName, Error, Kind, Result, SharedClock, reasons};
use yihe_proto::policy::v1 as pb;

use crate::{Capacity, Catalogue, Decision, Principal, Revision, Scope, Snapshot};

/// Where snapshots come from: the policy service, in process or across the wire.
#[async_trait::async_trait]
pub trait SnapshotSource: Send + Sync + 'static {
    /// A community's snapshot, or the root layer, at least as new as asked.
    async fn snapshot(&self, community: Option<&CommunityId>, at_least: Option<Revision>) -> Result<pb::Snapshot>;

    /// The revisions as they change, and a keep-alive at least every 10 s. Changes from the call on are in it.
    async fn watch(&self) -> Result<BoxStream<'static, Result<pb::RevisionChange>>>;
}

/// With no word from the policy service for this long, whatever changes authority, money or votes is refused.
const STALE: Duration = Duration::from_secs(60);
/// With no word for this long, everything is refused.
const LOST: Duration = Duration::from_secs(600);
/// How long a caller waits for a revision it has heard of.
const WAIT: Duration = Duration::from_secs(2);
/// How long a caller waits for any snapshot.
const PATIENCE: Duration = Duration::from_secs(10);
/// Keep-alives come every 10 s; a watch silent for this long is broken.
const SILENCE: Duration = Duration::from_secs(30);
const MEMORY: u64 = 256 * 1024 * 1024;

/// The snapshots of a gateway or service: fetched on first use, once for all who wait, kept in bounded memory, fetched anew when
/// their revision changes.
pub struct Snapshots {
    inner: Arc<Inner>,
    clock: SharedClock,
    follower: tokio::task::AbortHandle,
}

impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshots")
            .field("communities", &self.inner.cache.entry_count())
            .finish_non_exhaustive()
    }
}

impl Drop for Snapshots {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

struct Inner {
    source: Arc<dyn SnapshotSource>,
    root: ArcSwapOption<Snapshot>,
    cache: Cache<CommunityId, Cached>,
    /// The newest revisions heard of since the watch began.
    heard: RwLock<HashMap<CommunityId, Revision>>,
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

impl Snapshots {
    /// Starts to follow the source. Must be called within a runtime; the follower ends with the value.
    #[must_use]
    pub fn new(source: Arc<dyn SnapshotSource>, clock: SharedClock) -> Arc<Self> {
        let weigh = |_: &CommunityId, cached: &Cached| u32::try_from(cached.snapshot.weight()).unwrap_or(u32::MAX);
        let inner = Arc::new(Inner {
            source,
            root: ArcSwapOption::empty(),
            cache: Cache::builder().max_capacity(MEMORY).weigher(weigh).build(),
            heard: RwLock::default(),
            last_word: RwLock::new(Instant::now()),
            epoch: AtomicU64::new(0),
            changes: watch::Sender::new(0),
        });
        let follower = tokio::spawn(Arc::clone(&inner).follow()).abort_handle();
        Arc::new(Self { inner, clock, follower })
    }

    /// The root layer, which decides for regions and gates readiness.
    ///
    /// # Errors
    /// `UNAVAILABLE` while the source does not answer.
    pub async fn root(&self) -> Result<Arc<Snapshot>> {
        match self.inner.root.load_full() {
            Some(root) => Ok(root),
            None => timeout(PATIENCE, self.inner.fetch_root())
                .await
                .unwrap_or_else(|_| Err(late())),
        }
    }

    /// A community's snapshot, as new as the source has told of and as asked.
    ///
    /// # Errors
    /// `UNAVAILABLE` if it is not there in time: 2 s for a revision asked for; the source's own refusals, such as that there is
    /// no such community.
    pub async fn community(&self, community: &CommunityId, at_least: Option<Revision>) -> Result<Arc<Snapshot>> {
        let asked = at_least.unwrap_or_default();
        if let Some(cached) = self.inner.cache.get(community).await
            && self.inner.serves(community, &cached, asked)
        {
            return Ok(cached.snapshot);
        }
        let limit = if asked == Revision::default() { PATIENCE } else { WAIT };
        timeout(limit, self.inner.refresh(community, asked))
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    /// The snapshot that decides in a scope. Where there is no such community, that is the root layer: an operator learns that
    /// it is missing, everybody else is denied as in one where they hold nothing.
    ///
    /// # Errors
    /// As of [`Snapshots::root`] and [`Snapshots::community`].
    pub async fn at(&self, scope: &Scope, at_least: Option<Revision>) -> Result<Arc<Snapshot>> {
        let Scope::Community(community) = scope else {
            return self.root().await;
        };
        match self.community(community, at_least).await {
            Err(error) if error.kind() == Kind::NotFound => self.root().await,
            other => other,
        }
    }

    /// Decides in a scope now, as [`Snapshot::decide`] does; and the snapshot that answered.
    ///
    /// # Errors
    /// `SNAPSHOT_STALE` where the policies were not confirmed for too long; else as of [`Snapshots::at`].
    pub async fn decide(
        &self,
        principal: &Principal,
        capacity: &Capacity,
        permission: &str,
        scope: &Scope,
        at_least: Option<Revision>,
    ) -> Result<(Decision, Arc<Snapshot>)> {
        self.check_age(permission)?;
        let snapshot = self.at(scope, at_least).await?;
        Ok((
            snapshot.decide(principal, capacity, permission, self.clock.now()),
            snapshot,
        ))
    }

    /// Whether decisions can be made: the root layer is there, and the source not lost.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.inner.root.load().is_some() && self.inner.age() <= LOST
    }

    /// Refuses a permission that may not be decided on policies last confirmed so long ago.
    ///
    /// # Errors
    /// `SNAPSHOT_STALE`.
    pub fn check_age(&self, permission: &str) -> Result<()> {
        let age = self.inner.age();
        if age <= STALE || (age <= LOST && !is_critical(permission)) {
            return Ok(());
        }
        Err(Error::new(&crate::reasons::SNAPSHOT_STALE)
            .with("permission", permission)
            .with("seconds", age.as_secs()))
    }

    /// Ticks whenever a revision has changed anywhere, or changes may have been missed: whoever has a stream open decides anew.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }
}

fn is_critical(permission: &str) -> bool {
    ["policy.", "ledger.", "directory.application.", "meeting.ballot."]
        .iter()
        .any(|prefix| permission.starts_with(prefix))
}

fn late() -> Error {
    Error::new(&reasons::UNAVAILABLE).with("detail", "the policies are not there in time")
}

impl Inner {
    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    fn age(&self) -> Duration {
        self.last_word.read().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    fn note_word(&self) {
        *self.last_word.write().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn needed(&self, community: &CommunityId, asked: Revision) -> Revision {
        let heard = self.heard.read().unwrap_or_else(PoisonError::into_inner);
        heard.get(community).map_or(asked, |heard| heard.join(asked))
    }

    fn serves(&self, community: &CommunityId, cached: &Cached, asked: Revision) -> bool {
        cached.epoch == self.epoch() && cached.snapshot.revision().covers(self.needed(community, asked))
    }

    /// Fetches once for all who wait for the same community.
    async fn refresh(&self, community: &CommunityId, asked: Revision) -> Result<Arc<Snapshot>> {
        let fetch = |entry: Option<moka::Entry<CommunityId, Cached>>| async move {
            match entry.map(moka::Entry::into_value) {
                Some(cached) if self.serves(community, &cached, asked) => Ok(Op::Nop),
                _ => self.fetch(community, asked).await.map(Op::Put),
            }
        };
        let result = self.cache.entry_by_ref(community).and_try_compute_with(fetch).await;
        match result? {
            CompResult::Inserted(entry) | CompResult::ReplacedWith(entry) | CompResult::Unchanged(entry) => {
                Ok(entry.into_value().snapshot)
            }
            CompResult::StillNone(_) | CompResult::Removed(_) => Err(late()),
        }
    }

    async fn fetch(&self, community: &CommunityId, asked: Revision) -> Result<Cached> {
        loop {
            let (epoch, needed) = (self.epoch(), self.needed(community, asked));
            let at_least = (needed != Revision::default()).then_some(needed);
            let wire = self.source.snapshot(Some(community), at_least).await?;
            let snapshot = Arc::new(Snapshot::compose(wire, Catalogue::shipped())?);
            if snapshot.community() != Some(community) {
                return Err(Error::internal(format!(
                    "asked for the snapshot of {community}, got another"
                )));
            }
            let cached = Cached { epoch, snapshot };
            if self.serves(community, &cached, asked) {
                return Ok(cached);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn fetch_root(&self) -> Result<Arc<Snapshot>> {
        let wire = self.source.snapshot(None, None).await?;
        let root = Arc::new(Snapshot::compose(wire, Catalogue::shipped())?);
        self.root.store(Some(Arc::clone(&root)));
        Ok(root)
    }

    async fn follow(self: Arc<Self>) {
        let mut pause = Duration::from_millis(50);
        loop {
            let error = match self.follow_once(&mut pause).await {
                Ok(()) => "the watch has ended".to_owned(),
                Err(error) => error.to_string(),
            };
            tracing::warn!(error, "the policies are not followed; trying again");
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    async fn follow_once(&self, pause: &mut Duration) -> Result<()> {
        let mut stream = timeout(PATIENCE, self.source.watch())
            .await
            .unwrap_or_else(|_| Err(late()))?;
        timeout(PATIENCE, self.fetch_root())
            .await
            .unwrap_or_else(|_| Err(late()))?;
        // what was cached before the watch may be behind, what is fetched from now on is not
        self.heard.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.note_word();
        *pause = Duration::from_millis(50);
        self.tick();
        while let Some(change) = timeout(SILENCE, stream.next()).await.map_err(|_| late())? {
            self.hear(&change?).await?;
        }
        Ok(())
    }

    async fn hear(&self, change: &pb::RevisionChange) -> Result<()> {
        let revision = Revision::from_proto(change.revision.as_ref());
        if change.community.is_empty() {
            let behind = self
                .root
                .load()
                .as_ref()
                .is_none_or(|root| !root.revision().covers(revision));
            if change.revision.is_some() && behind {
                timeout(PATIENCE, self.fetch_root())
                    .await
                    .unwrap_or_else(|_| Err(late()))?;
                self.tick();
            }
        } else {
            let name = change
                .community
                .parse::<CommunityName>()
                .map_err(|refusal| Error::malformed_name("community", &refusal))?;
            let mut heard = self.heard.write().unwrap_or_else(PoisonError::into_inner);
            let newest = heard.entry(name.community).or_default();
            *newest = newest.join(revision);
            drop(heard);
            self.tick();
        }
        self.note_word();
        Ok(())
    }

    fn tick(&self) {
        self.changes.send_modify(|count| *count += 1);
    }
}
