use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use yihe_authz::{Capacity, Condition, ConditionSet, Decision, Principal, Seen, Snapshot, Witness};
use yihe_kernel::{Error, Result, Timestamp};

use crate::{Oracle, Request};

/// Samples that wait; one more is dropped, and counted.
const WAITING: usize = 64;
/// It rests so many times as long as it has worked: a comparison takes casbin tens of milliseconds, and must never take a busy node's
/// cores from those who are waiting for an answer.
const REST: u32 = 19;

/// Compares a sample of the decisions made in production with casbin's, on a thread of its own that works a twentieth of the time at
/// most. Deciding never waits for it.
#[derive(Debug)]
pub struct Shadow {
    every: NonZeroU64,
    seen: AtomicU64,
    queue: SyncSender<Sample>,
    counts: Arc<ShadowCounts>,
}

/// What the shadow check has come to since it began; the metric to raise an alarm by.
#[derive(Debug, Default)]
pub struct ShadowCounts {
    agreed: AtomicU64,
    disagreed: AtomicU64,
    dropped: AtomicU64,
    failed: AtomicU64,
}

impl ShadowCounts {
    /// Samples to which casbin gives the same answers.
    #[must_use]
    pub fn agreed(&self) -> u64 {
        self.agreed.load(Ordering::Relaxed)
    }

    /// Samples to which it gives another. More than none is a defect of the index.
    #[must_use]
    pub fn disagreed(&self) -> u64 {
        self.disagreed.load(Ordering::Relaxed)
    }

    /// Samples that were not compared because too many waited.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Samples that casbin could not answer.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct Sample {
    snapshot: Arc<Snapshot>,
    principal: Principal,
    capacity: Capacity,
    permission: Box<str>,
    now: Timestamp,
    decision: Decision,
}

impl Shadow {
    /// Starts to compare one of so many decisions. The thread ends with the value.
    ///
    /// # Errors
    /// `INTERNAL` where the system starts no thread.
    pub fn start(every: NonZeroU64) -> Result<Arc<Self>> {
        let (queue, samples) = sync_channel(WAITING);
        let counts = Arc::new(ShadowCounts::default());
        let theirs = Arc::clone(&counts);
        thread::Builder::new()
            .name("authz-shadow".to_owned())
            .spawn(move || compare_all(&samples, &theirs))
            .map_err(Error::internal)?;
        Ok(Arc::new(Self {
            every,
            seen: AtomicU64::new(0),
            queue,
            counts,
        }))
    }

    /// What it has come to.
    #[must_use]
    pub fn counts(&self) -> Arc<ShadowCounts> {
        Arc::clone(&self.counts)
    }
}

impl Witness for Shadow {
    fn see(&self, seen: &Seen<'_>) {
        if !self
            .seen
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(self.every.get())
        {
            return;
        }
        let sample = Sample {
            snapshot: Arc::clone(seen.snapshot),
            principal: seen.principal.clone(),
            capacity: *seen.capacity,
            permission: seen.permission.into(),
            now: seen.now,
            decision: seen.decision.clone(),
        };
        if self.queue.try_send(sample).is_err() {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn compare_all(samples: &Receiver<Sample>, counts: &ShadowCounts) {
    let mut oracle = match futures::executor::block_on(Oracle::new()) {
        Ok(oracle) => oracle,
        Err(error) => {
            tracing::error!(%error, "decisions are not compared with casbin");
            return;
        }
    };
    for sample in samples {
        let begun = Instant::now();
        let count = match disagreement(&mut oracle, &sample) {
            Ok(None) => &counts.agreed,
            Ok(Some(facts)) => {
                tell(&sample, facts);
                &counts.disagreed
            }
            Err(error) => {
                tracing::warn!(%error, permission = &*sample.permission, "casbin cannot tell");
                &counts.failed
            }
        };
        count.fetch_add(1, Ordering::Relaxed);
        thread::sleep(begun.elapsed() * REST);
    }
}

/// The facts of an object about which casbin decides otherwise. Tried: none, all, and each alone.
fn disagreement(oracle: &mut Oracle, sample: &Sample) -> Result<Option<ConditionSet>> {
    oracle.load(&sample.snapshot.to_proto(), sample.now)?;
    let alone = Condition::ALL
        .into_iter()
        .map(|condition| [condition].into_iter().collect());
    let all = Condition::ALL.into_iter().collect();
    for facts in [ConditionSet::EMPTY, all].into_iter().chain(alone) {
        let request = Request {
            principal: sample.principal.to_string(),
            capacity: sample.capacity.to_string(),
            permission: sample.permission.to_string(),
            now: sample.now,
            facts: facts.iter().map(Condition::as_str).collect(),
        };
        if oracle.allows(&request)? != sample.decision.settle(&|condition| facts.contains(condition)) {
            return Ok(Some(facts));
        }
    }
    Ok(None)
}

fn tell(sample: &Sample, facts: ConditionSet) {
    let revision = sample.snapshot.revision();
    tracing::error!(
        principal = %sample.principal,
        capacity = %sample.capacity,
        permission = &*sample.permission,
        community = sample.snapshot.community().map_or("-", |community| community.as_str()),
        at = %sample.now,
        %facts,
        decided = sample.decision.verdict().as_str_name(),
        grant = sample.decision.grant().map_or("-", |grant| grant),
        directory = revision.directory,
        policy = revision.policy,
        "the index and casbin disagree"
    );
}
