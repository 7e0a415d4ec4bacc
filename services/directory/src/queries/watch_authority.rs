use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{BoxStream, unfold};
use tokio::time::{Instant, timeout_at};
use tonic::Status;
use yihe_authz::{Admitted, Scope};
use yihe_kernel::Result;
use yihe_proto::directory::v1 as pb;
use yihe_store::{Failure, Feed, Store};

use crate::directory::Directory;
use crate::store::{community, region_committee};

/// Silence after which a keep-alive is sent; at most 10 s by the contract.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Commits that follow one another are looked at together.
const BREATH: Duration = Duration::from_millis(2);

/// `WatchAuthority`.
pub fn watch(
    directory: &Directory,
    admitted: Admitted,
) -> Result<BoxStream<'static, Result<pb::AuthorityChange, Status>>> {
    admitted.without_target()?;
    // the feed comes first: what is committed while all places are read is seen again
    let watching = Watching {
        feed: directory.store.feed(),
        store: directory.store.clone(),
        known: HashMap::new(),
        waiting: VecDeque::new(),
        caught_up: false,
        told_at: Instant::now(),
    };
    let changes = unfold(Some(watching), |watching| async move {
        let mut watching = watching?;
        match watching.next().await {
            Ok(Some(change)) => Some((Ok(change), Some(watching))),
            Ok(None) => None,
            Err(failure) => Some((Err(failure.into()), None)),
        }
    });
    Ok(changes.boxed())
}

struct Watching {
    feed: Feed,
    store: Store,
    known: HashMap<Scope, u64>,
    waiting: VecDeque<pb::AuthorityChange>,
    caught_up: bool,
    told_at: Instant,
}

impl Watching {
    async fn next(&mut self) -> Result<Option<pb::AuthorityChange>, Failure> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                self.told_at = Instant::now();
                return Ok(Some(change));
            }
            if !self.caught_up {
                self.look().await?;
                self.caught_up = true;
                self.waiting.push_back(pb::AuthorityChange {
                    caught_up: true,
                    ..Default::default()
                });
                continue;
            }
            // most commits change nobody's authority: they must not put off the keep-alive
            let due = self.told_at + KEEP_ALIVE;
            match timeout_at(due, self.feed.changed()).await {
                Ok(true) => tokio::time::sleep(BREATH).await,
                Ok(false) => return Ok(None),
                Err(_) => {}
            }
            self.look().await?;
            if self.waiting.is_empty() && Instant::now() >= due {
                self.waiting.push_back(pb::AuthorityChange::default());
            }
        }
    }

    /// Compares all sequences: a commit of another process on the same database says nothing here, and events of a database
    /// with several writers are not in the order of commits.
    async fn look(&mut self) -> Result<(), Failure> {
        for (community, sequence) in community::sequences(self.store.reader()).await? {
            self.note(Scope::Community(community), sequence);
        }
        for (region, sequence) in region_committee::sequences(self.store.reader()).await? {
            self.note(Scope::Region(region), sequence);
        }
        Ok(())
    }

    fn note(&mut self, scope: Scope, sequence: u64) {
        if self.known.get(&scope) == Some(&sequence) {
            return;
        }
        let name = scope.to_string();
        let (community, region) = match &scope {
            Scope::Community(_) => (name, String::new()),
            Scope::Region(_) => (String::new(), name),
        };
        self.waiting.push_back(pb::AuthorityChange {
            community,
            sequence,
            caught_up: false,
            region,
        });
        self.known.insert(scope, sequence);
    }
}
