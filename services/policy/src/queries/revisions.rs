use std::collections::VecDeque;
use std::sync::Arc;

use arc_swap::ArcSwap;
use futures::StreamExt;
use futures::stream::{BoxStream, unfold};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};
use tonic::{Request, Status};
use yihe_authz::{Revision, Scope};
use yihe_kernel::{Error, Result, reasons};
use yihe_proto::policy::v1::{RevisionChange, WatchRevisionsRequest};

use crate::authority::Known;
use crate::config::Pace;
use crate::domain::rules::Rules;
use crate::service::Policy;

/// Streams all known communities and regions, then each change, with keep-alives between. Refused while the directory is silent, and
/// silent when it becomes so: a watch begun anew must not make old knowledge look fresh.
pub(crate) async fn watch_revisions(
    policy: &Policy,
    request: Request<WatchRevisionsRequest>,
) -> Result<BoxStream<'static, Result<RevisionChange, Status>>> {
    let (admitted, _) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let known = Arc::clone(&policy.composer.known);
    let pace = policy.composer.pace;
    let mut ticks = known.ticks();
    let deadline = Instant::now() + pace.wait;
    while !known.is_fresh(pace.fresh) {
        if !matches!(timeout_at(deadline, ticks.changed()).await, Ok(Ok(()))) {
            return Err(Error::new(&reasons::UNAVAILABLE).with("detail", "the directory is silent"));
        }
    }
    let mut watching = Watching {
        known,
        ticks,
        pace,
        rules: Arc::clone(&policy.composer.rules),
        step: 0,
        told_at: Instant::now(),
        waiting: VecDeque::new(),
    };
    watching.keep_alive();
    watching.gather();
    Ok(unfold(watching, Watching::next).boxed())
}

struct Watching {
    known: Arc<Known>,
    ticks: watch::Receiver<()>,
    pace: Pace,
    rules: Arc<ArcSwap<Rules>>,
    /// What the watcher knows already, as in [`Known::changes_after`].
    step: u64,
    told_at: Instant,
    waiting: VecDeque<RevisionChange>,
}

impl Watching {
    async fn next(mut self) -> Option<(Result<RevisionChange, Status>, Self)> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                self.told_at = Instant::now();
                return Some((Ok(change), self));
            }
            tokio::select! {
                changed = self.ticks.changed() => changed.ok()?,
                () = sleep_until(self.told_at + self.pace.keep_alive) => {
                    // also while nothing may be told: the next try comes one keep-alive later
                    self.told_at = Instant::now();
                    self.keep_alive();
                }
            }
            self.gather();
        }
    }

    fn gather(&mut self) {
        if !self.known.is_fresh(self.pace.fresh) {
            return;
        }
        let (changes, step) = self.known.changes_after(self.step);
        self.step = step;
        let (rules, known) = (self.rules.load(), &self.known);
        let told = changes.into_iter().map(|(scope, directory)| {
            let policy = rules.sequence(scope.community(), &known.regions(&scope));
            let policy = policy.max(known.least_rules(&scope));
            change(&scope, Revision { directory, policy })
        });
        self.waiting.extend(told);
    }

    /// Names no place; its revision is that of the root layer.
    fn keep_alive(&mut self) {
        if self.known.is_fresh(self.pace.fresh) {
            let root = Revision {
                directory: 0,
                policy: self.rules.load().sequence(None, &[]),
            };
            self.waiting.push_back(RevisionChange {
                revision: Some(root.to_proto()),
                ..RevisionChange::default()
            });
        }
    }
}

fn change(scope: &Scope, revision: Revision) -> RevisionChange {
    let name = scope.to_string();
    let (community, region) = match scope {
        Scope::Community(_) => (name, String::new()),
        Scope::Region(_) => (String::new(), name),
    };
    RevisionChange {
        community,
        revision: Some(revision.to_proto()),
        region,
    }
}
