//! A policy service for tests, which can be made to change, to be slow, to lie and to fall silent.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::stream::BoxStream;
use yihe_kernel::{Error, Result, reasons};
use yihe_proto::policy::v1 as pb;

use crate::{Revision, Scope, SnapshotSource};

#[derive(Default)]
struct State {
    snapshots: HashMap<String, pb::Snapshot>,
    watchers: Vec<UnboundedSender<Result<pb::RevisionChange>>>,
    delay: Duration,
    down: bool,
}

/// The source. What it holds is told by the community's name; the root layer's is empty.
#[derive(Default)]
pub struct FakeSource {
    state: Mutex<State>,
    pub fetches: AtomicU32,
    pub watches: AtomicU32,
}

impl FakeSource {
    /// A source with the sample community and a root layer that lets an operator do everything.
    pub fn new(snapshot: pb::Snapshot) -> Self {
        let source = Self::default();
        source.put(pb::Snapshot {
            grants: vec![crate::sample::grant("operator", "OPERATOR", "*")],
            ..pb::Snapshot::default()
        });
        source.put(snapshot);
        source
    }

    /// Replaces a snapshot, telling nobody.
    pub fn put(&self, snapshot: pb::Snapshot) {
        let name = format!("{}{}", snapshot.community, snapshot.region);
        self.state.lock().unwrap().snapshots.insert(name, snapshot);
    }

    /// Answers for a community with a snapshot, be it another's.
    pub fn put_as(&self, community: &str, snapshot: pb::Snapshot) {
        self.state
            .lock()
            .unwrap()
            .snapshots
            .insert(community.to_owned(), snapshot);
    }

    /// The same snapshot at another revision of the directory, telling nobody.
    pub fn put_revision(&self, community: &str, directory: u64) {
        let mut state = self.state.lock().unwrap();
        let revision = Revision { directory, policy: 1 }.to_proto();
        state.snapshots.get_mut(community).unwrap().revision = Some(revision);
    }

    /// Tells all watchers; an empty name is a keep-alive.
    pub fn tell(&self, community: &str, directory: u64) {
        let revision = (directory > 0).then(|| Revision { directory, policy: 1 }.to_proto());
        let is_region = community.starts_with("regions/");
        let of = |wanted: bool| if wanted { community.to_owned() } else { String::new() };
        let change = pb::RevisionChange {
            community: of(!is_region),
            revision,
            region: of(is_region),
        };
        self.state
            .lock()
            .unwrap()
            .watchers
            .retain(|watcher| watcher.unbounded_send(Ok(change.clone())).is_ok());
    }

    pub fn watched(&self) -> bool {
        self.state
            .lock()
            .unwrap()
            .watchers
            .iter()
            .any(|watcher| !watcher.is_closed())
    }

    pub fn slow(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }

    /// Ends all watches and answers no more, or answers again.
    pub fn down(&self, down: bool) {
        let mut state = self.state.lock().unwrap();
        state.down = down;
        state.watchers.clear();
    }

    pub fn fetched(&self) -> u32 {
        self.fetches.load(Ordering::SeqCst)
    }

    fn delay(&self) -> Result<Duration> {
        let state = self.state.lock().unwrap();
        if state.down {
            Err(Error::new(&reasons::UNAVAILABLE).with("detail", "down"))
        } else {
            Ok(state.delay)
        }
    }
}

#[async_trait::async_trait]
impl SnapshotSource for FakeSource {
    // lazy: it answers with what it had when asked, whatever revision was asked for
    async fn snapshot(&self, scope: Option<&Scope>, _: Option<Revision>) -> Result<pb::Snapshot> {
        let delay = self.delay()?;
        let name = scope.map(ToString::to_string).unwrap_or_default();
        let snapshot = self.state.lock().unwrap().snapshots.get(&name).cloned();
        if scope.is_some() {
            self.fetches.fetch_add(1, Ordering::SeqCst);
        }
        tokio::time::sleep(delay).await;
        snapshot.ok_or_else(|| Error::not_found(name))
    }

    async fn watch(&self) -> Result<BoxStream<'static, Result<pb::RevisionChange>>> {
        self.delay()?;
        self.watches.fetch_add(1, Ordering::SeqCst);
        let (sender, receiver) = unbounded();
        self.state.lock().unwrap().watchers.push(sender);
        Ok(receiver.boxed())
    }
}
