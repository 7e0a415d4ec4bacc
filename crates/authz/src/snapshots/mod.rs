mod follow;
mod inner;
#[cfg(test)]
mod swapping;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::stream::BoxStream;
use tokio::sync::watch;
use tokio::time::timeout;
use yihe_kernel::{CommunityId, Error, Kind, Result, SharedClock, reasons};
use yihe_proto::policy::v1 as pb;

use self::inner::Inner;
use crate::{Capacity, Decision, Layer, Principal, Revision, Scope, Seen, Snapshot, Usage, Witness};

/// Where snapshots come from: the policy service, in process or across the wire.
#[async_trait::async_trait]
pub trait SnapshotSource: Send + Sync + 'static {
    /// The snapshot of a community or region, or the root layer, at least as new as asked.
    async fn snapshot(&self, scope: Option<&Scope>, at_least: Option<Revision>) -> Result<pb::Snapshot>;

    /// The same for a caller that holds layers of rules: those need not come with their grants.
    async fn snapshot_beside(
        &self,
        scope: Option<&Scope>,
        at_least: Option<Revision>,
        _held: &[Arc<Layer>],
    ) -> Result<pb::Snapshot> {
        self.snapshot(scope, at_least).await
    }

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
/// What snapshots may take without the layers they share.
const MEMORY: u64 = 192 * 1024 * 1024;
/// What the layers they share may take, each counted once.
const SHARED: usize = 64 * 1024 * 1024;

/// The snapshots of a gateway or service: fetched on first use, once for all who wait, kept in bounded memory, fetched anew when
/// their revision changes.
pub struct Snapshots {
    inner: Arc<Inner>,
    clock: SharedClock,
    follower: tokio::task::AbortHandle,
    usage: Arc<Usage>,
    witness: OnceLock<Arc<dyn Witness>>,
}

impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshots")
            .field("places", &self.inner.count())
            .finish_non_exhaustive()
    }
}

impl Drop for Snapshots {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl Snapshots {
    /// Ends following the source, so that a node that stops need not wait for the stream. What was fetched grows stale.
    pub fn unfollow(&self) {
        self.follower.abort();
    }

    /// Starts to follow the source. Must be called within a runtime; the follower ends with the value.
    #[must_use]
    pub fn new(source: Arc<dyn SnapshotSource>, clock: SharedClock) -> Arc<Self> {
        let inner = Arc::new(Inner::new(source));
        let follower = tokio::spawn(Arc::clone(&inner).follow()).abort_handle();
        Arc::new(Self {
            inner,
            clock,
            follower,
            usage: Arc::default(),
            witness: OnceLock::new(),
        })
    }

    /// What was decided by them, counted by kind.
    #[must_use]
    pub const fn usage(&self) -> &Arc<Usage> {
        &self.usage
    }

    /// The root layer, which gates readiness.
    ///
    /// # Errors
    /// `UNAVAILABLE` while the source does not answer.
    pub async fn root(&self) -> Result<Arc<Snapshot>> {
        match self.inner.root() {
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
        self.of(&Scope::Community(community.clone()), at_least).await
    }

    /// The snapshot of a community or region, as new as the source has told of and as asked.
    ///
    /// # Errors
    /// As of [`Snapshots::community`].
    pub async fn of(&self, scope: &Scope, at_least: Option<Revision>) -> Result<Arc<Snapshot>> {
        let asked = at_least.unwrap_or_default();
        if let Some(snapshot) = self.inner.cached(scope, asked).await {
            return Ok(snapshot);
        }
        let limit = if asked == Revision::default() { PATIENCE } else { WAIT };
        timeout(limit, self.inner.refresh(scope, asked))
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    /// The snapshot that decides in a scope. Where there is no such community or region, that is the root layer: an operator
    /// learns that it is missing, everybody else is denied as in one where they hold nothing.
    ///
    /// # Errors
    /// As of [`Snapshots::root`] and [`Snapshots::of`].
    pub async fn at(&self, scope: &Scope, at_least: Option<Revision>) -> Result<Arc<Snapshot>> {
        match self.of(scope, at_least).await {
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
        let now = self.clock.now();
        let decision = snapshot.decide(principal, capacity, permission, now);
        self.show(&Seen {
            snapshot: &snapshot,
            principal,
            capacity,
            permission,
            now,
            decision: &decision,
        });
        Ok((decision, snapshot))
    }

    /// Has decisions shown to a witness from now on; the first one stays.
    pub fn show_to(&self, witness: Arc<dyn Witness>) {
        let _ = self.witness.set(witness);
    }

    /// Shows a decision that was made by one of these snapshots.
    pub fn show(&self, seen: &Seen<'_>) {
        if let Some(witness) = self.witness.get() {
            witness.see(seen);
        }
    }

    /// Whether decisions can be made: the root layer is there, and the source not lost.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.inner.root().is_some() && self.inner.age() <= LOST
    }

    /// Since when the policies were last confirmed.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.inner.age()
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
        self.inner.changes()
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
