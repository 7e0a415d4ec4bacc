//! The one writer of a SQLite file. Transactions that wait while another commits share the next commit: one `fsync` for all.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::Ids;
use sea_orm::{DatabaseConnection, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::{mpsc, watch};
use yihe_kernel as kernel;

use crate::failure::{Failure, Trouble, trouble};
use crate::transaction::Tx;

/// How one run of a body ended.
pub(crate) enum Run {
    Done,
    Refused,
    Failed(Trouble),
}

/// One transaction waiting for the writer; may be run several times, ends once.
pub(crate) trait Job: Send {
    fn name(&self) -> &'static str;
    fn run<'a>(&'a mut self, tx: &'a Tx) -> BoxFuture<'a, Run>;
    /// Gives the last run's answer to the caller, or the commit's failure.
    fn end(self: Box<Self>, committed: Result<(), Failure>);
}

pub(crate) struct Writer {
    pub pool: DatabaseConnection,
    pub ids: Arc<Ids>,
    pub secret: Arc<[u8; 32]>,
    pub group: usize,
    pub committed: watch::Sender<u64>,
}

const ATTEMPTS: u32 = 5;

impl Writer {
    pub async fn work(self, mut waiting: mpsc::Receiver<Box<dyn Job>>) {
        let mut alone: VecDeque<Box<dyn Job>> = VecDeque::new();
        loop {
            if let Some(job) = alone.pop_front() {
                self.solo(job).await;
                continue;
            }
            let Some(first) = waiting.recv().await else { return };
            if let Some(mut left) = self.together(first, &mut waiting).await {
                alone.append(&mut left);
            }
        }
    }

    /// Runs jobs until none waits, then commits them as one. Returns jobs that must run again, each alone.
    async fn together(
        &self,
        first: Box<dyn Job>,
        waiting: &mut mpsc::Receiver<Box<dyn Job>>,
    ) -> Option<VecDeque<Box<dyn Job>>> {
        let tx = match self.begin().await {
            Ok(tx) => tx,
            Err(error) => {
                first.end(Err(error.into()));
                return None;
            }
        };
        let mut done: VecDeque<Box<dyn Job>> = VecDeque::new();
        let mut next = Some(first);
        while let Some(mut job) = next {
            tx.forget_writes();
            let run = contained(job.as_mut(), &tx).await;
            done.push_back(job);
            let clean = match run {
                Run::Done => true,
                // a refusal that wrote nothing leaves nothing behind
                Run::Refused => !tx.has_written(),
                Run::Failed(_) => false,
            };
            if !clean {
                let _ = tx.rollback().await;
                return Some(done);
            }
            next = if done.len() < self.group {
                waiting.try_recv().ok()
            } else {
                None
            };
        }
        match tx.commit().await {
            Ok(()) => {
                self.committed.send_modify(|count| *count += 1);
                for job in done {
                    job.end(Ok(()));
                }
                None
            }
            Err(error) if done.len() == 1 => {
                if let Some(job) = done.pop_front() {
                    job.end(Err(error.into()));
                }
                None
            }
            Err(_) => Some(done),
        }
    }

    async fn solo(&self, mut job: Box<dyn Job>) {
        for attempt in 1..=ATTEMPTS {
            let outcome = self.attempt(job.as_mut()).await;
            match outcome {
                Err(error) if trouble(&error) == Trouble::Retry && attempt < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(20) * attempt).await;
                }
                outcome => {
                    job.end(outcome.map_err(Failure::from));
                    return;
                }
            }
        }
    }

    async fn attempt(&self, job: &mut dyn Job) -> Result<(), DbErr> {
        let tx = self.begin().await?;
        match contained(job, &tx).await {
            Run::Done => {
                tx.commit().await?;
                self.committed.send_modify(|count| *count += 1);
                Ok(())
            }
            Run::Refused | Run::Failed(_) => {
                // on a full disk SQLite has rolled back by itself, and says so; the body's own error is what counts
                let _ = tx.rollback().await;
                Ok(())
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the store's own transaction")]
    async fn begin(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = self.pool.begin_with_options(options).await?;
        Ok(Tx::new(inner, Arc::clone(&self.ids), Arc::clone(&self.secret)))
    }
}

/// A panicking body must not take the writer with it.
async fn contained(job: &mut dyn Job, tx: &Tx) -> Run {
    let name = job.name();
    match AssertUnwindSafe(job.run(tx)).catch_unwind().await {
        Ok(run) => run,
        Err(_) => {
            tracing::error!(transaction = name, "the body of a transaction panicked");
            Run::Failed(Trouble::Other)
        }
    }
}
