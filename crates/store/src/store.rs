use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use kernel::{Error, Ids, Result, SharedClock, reasons};
use sea_orm::{DatabaseConnection, TransactionTrait};
use tokio::sync::{mpsc, oneshot, watch};
use yihe_kernel as kernel;

use crate::config::{Backend, StoreConfig};
use crate::count::Count;
use crate::failure::{Failure, Trouble, trouble};
use crate::feed::Feed;
use crate::migrations::Migrations;
use crate::open::open;
use crate::outbox::Outbox;
use crate::reader::Reader;
use crate::transaction::Tx;
use crate::watch::Watch;
use crate::writer::{Job, Run, Writer};

/// One service's data. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    reader: Reader,
    write: Write,
    ids: Arc<Ids>,
    clock: SharedClock,
    secret: Arc<[u8; 32]>,
    committed: watch::Sender<u64>,
    elsewhere: watch::Sender<u64>,
}

#[derive(Clone)]
enum Write {
    /// SQLite: one writer that groups commits.
    Queue(mpsc::Sender<Box<dyn Job>>),
    /// PostgreSQL groups commits itself.
    Pool(DatabaseConnection),
}

impl Store {
    /// Opens the store and brings its tables up to date.
    ///
    /// # Errors
    /// `STORAGE_BROKEN`, `STORAGE_FULL` or `UNAVAILABLE`, naming the place.
    pub async fn open(config: &StoreConfig, migrations: Migrations, clock: SharedClock) -> Result<Self> {
        let pools = open(config, migrations).await?;
        let ids = Arc::new(Ids::new(Arc::clone(&clock)));
        let secret = Arc::new(config.secret);
        let committed = watch::Sender::new(0);
        let write = match config.backend {
            Backend::Sqlite { .. } => {
                let (queue, waiting) = mpsc::channel(1024);
                let writer = Writer {
                    pool: pools.write,
                    ids: Arc::clone(&ids),
                    secret: Arc::clone(&secret),
                    group: config.group.max(1),
                    committed: committed.clone(),
                };
                tokio::spawn(writer.work(waiting));
                Write::Queue(queue)
            }
            Backend::Postgres { .. } => Write::Pool(pools.write),
        };
        let reader = Reader {
            pool: pools.read,
            place: config.backend.place().into(),
        };
        Ok(Self {
            reader,
            write,
            ids,
            clock,
            secret,
            committed,
            elsewhere: watch::Sender::new(0),
        })
    }

    /// For reading what is committed.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Ids dated by the store's clock.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// What happened here, for consumers and watchers.
    #[must_use]
    pub fn feed(&self) -> Feed {
        let count = match &self.write {
            Write::Queue(_) => Count::Sequences,
            Write::Pool(pool) => Count::Kept(pool.clone(), Arc::clone(&self.clock)),
        };
        Feed::new(
            self.reader.clone(),
            count,
            self.committed.subscribe(),
            self.elsewhere.subscribe(),
        )
    }

    /// Another replica committed something: feeds look again.
    pub fn stir(&self) {
        self.elsewhere.send_modify(|count| *count += 1);
    }

    pub(crate) fn own_commits(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// What happened here, for the relay to a bus.
    #[must_use]
    pub fn outbox(&self) -> Outbox {
        Outbox::new(self.clone())
    }

    const fn system(&self) -> &'static str {
        match self.write {
            Write::Queue(_) => "sqlite",
            Write::Pool(_) => "postgresql",
        }
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Runs `body` in one transaction and answers after its commit is durable. `name` is for metrics and logs
    /// (`service.command`). The body may run more than once, so it must do nothing but read its input and use the
    /// transaction. It goes on when the caller goes away.
    ///
    /// # Errors
    /// What the body refuses with; `STORAGE_FULL`, `STORAGE_BROKEN`, `UNAVAILABLE` or `INTERNAL` when the database fails.
    pub async fn transaction<I, T, F>(&self, name: &'static str, input: I, body: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a Tx, &'a I) -> BoxFuture<'a, Result<T, Failure>> + Send + Sync + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let work = Work {
            watch: Watch::begin(name, self.system()),
            input,
            body,
            last: None,
            answer,
        };
        match &self.write {
            Write::Queue(queue) => {
                let job: Box<dyn Job> = Box::new(work);
                queue
                    .send(job)
                    .await
                    .map_err(|_| Error::internal("the writer has stopped"))?;
            }
            Write::Pool(pool) => {
                tokio::spawn(run_on_pool(pool.clone(), self.clone(), work));
            }
        }
        match answered.await {
            Ok(result) => result.map_err(|failure| failure.at(&self.reader.place)),
            Err(_) => Err(Error::new(&reasons::INTERNAL).caused_by(format!("{name} was abandoned"))),
        }
    }
}

struct Work<I, T, F> {
    watch: Watch,
    input: I,
    body: F,
    last: Option<Result<T, Failure>>,
    answer: oneshot::Sender<Result<T, Failure>>,
}

impl<I, T, F> Work<I, T, F>
where
    I: Send + Sync + 'static,
    T: Send + 'static,
    F: for<'a> Fn(&'a Tx, &'a I) -> BoxFuture<'a, Result<T, Failure>> + Send + Sync + 'static,
{
    async fn attempt(&mut self, tx: &Tx) -> Run {
        // whichever task runs it, the body and the events it appends belong to the caller's trace
        let result = self.watch.span().run((self.body)(tx, &self.input)).await;
        let run = match &result {
            Ok(_) => Run::Done,
            Err(Failure::Refused(_)) => Run::Refused,
            Err(Failure::Database(error)) => Run::Failed(trouble(error)),
        };
        self.last = Some(result);
        run
    }

    fn finish(self, committed: Result<(), Failure>) {
        let result = match (committed, self.last) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(Error::internal(format!("{} did not run to its end", self.watch.name())).into()),
            (Err(failure), _) => Err(failure),
        };
        self.watch.end(result.as_ref().err());
        // the caller may be gone; what was committed stays
        let _ = self.answer.send(result);
    }
}

impl<I, T, F> Job for Work<I, T, F>
where
    I: Send + Sync + 'static,
    T: Send + 'static,
    F: for<'a> Fn(&'a Tx, &'a I) -> BoxFuture<'a, Result<T, Failure>> + Send + Sync + 'static,
{
    fn name(&self) -> &'static str {
        self.watch.name()
    }

    fn run<'a>(&'a mut self, tx: &'a Tx) -> BoxFuture<'a, Run> {
        self.last = None;
        Box::pin(self.attempt(tx))
    }

    fn end(self: Box<Self>, committed: Result<(), Failure>) {
        (*self).finish(committed);
    }
}

const ATTEMPTS: u32 = 6;

#[expect(clippy::disallowed_methods, reason = "this is the store's own transaction")]
async fn run_on_pool<I, T, F>(pool: DatabaseConnection, store: Store, mut work: Work<I, T, F>)
where
    I: Send + Sync + 'static,
    T: Send + 'static,
    F: for<'a> Fn(&'a Tx, &'a I) -> BoxFuture<'a, Result<T, Failure>> + Send + Sync + 'static,
{
    for attempt in 1..=ATTEMPTS {
        let outcome = async {
            let tx = Tx::new(pool.begin().await?, Arc::clone(&store.ids), Arc::clone(&store.secret));
            match work.attempt(&tx).await {
                Run::Done => tx.commit().await.map(|()| None),
                Run::Refused => tx.rollback().await.map(|()| None),
                Run::Failed(trouble) => tx.rollback().await.map(|()| Some(trouble)),
            }
        }
        .await;
        let again = match &outcome {
            Ok(trouble) => *trouble == Some(Trouble::Retry),
            Err(error) => trouble(error) == Trouble::Retry,
        };
        if again && attempt < ATTEMPTS {
            tokio::time::sleep(Duration::from_millis(5) * attempt * attempt).await;
            continue;
        }
        if matches!(outcome, Ok(None)) {
            store.committed.send_modify(|count| *count += 1);
        }
        work.finish(outcome.map(|_| ()).map_err(Failure::from));
        return;
    }
}
