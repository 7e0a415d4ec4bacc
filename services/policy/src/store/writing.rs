use futures::future::BoxFuture;
use prost::Message;
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Result, SharedClock, Timestamp};
use yihe_store::{Failure, NewEvent, Remembered, Store, Tx};

use super::events::Event;
use crate::domain::place::{ChangeName, Place};

/// A transaction in which somebody authorized writes. Every write of a change demands one, and every event says who it was.
pub(crate) struct Writing<'a> {
    tx: &'a Tx,
    by: &'a Authorized,
    /// The present instant, the same for the whole transaction.
    pub now: Timestamp,
}

struct Job<I, F> {
    by: Authorized,
    clock: SharedClock,
    input: I,
    body: F,
}

impl Writing<'_> {
    /// Runs `body` in one transaction of the store, as [`Store::transaction`] does, for whoever `by` proves to be authorized.
    pub async fn run<I, T, F>(store: &Store, name: &'static str, by: Authorized, input: I, body: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a Writing<'a>, &'a I) -> BoxFuture<'a, Result<T, Failure>> + Send + Sync + 'static,
    {
        let job = Job {
            by,
            clock: store.clock().clone(),
            input,
            body,
        };
        store.transaction(name, job, |tx, job| Box::pin(attempt(tx, job))).await
    }

    /// For reading inside the transaction.
    pub fn tx(&self) -> &Tx {
        self.tx
    }

    /// Appends an event about a change.
    pub async fn tell<E: Event>(&self, change: &ChangeName, event: &E) -> Result<(), Failure> {
        let event = NewEvent {
            community: change.place.community().cloned(),
            kind: E::KIND,
            stream: change.place.to_string(),
            subject: change.to_string(),
            actor: self.by.actor(),
            organization: self.by.organization(),
            payload: event.encode_to_vec(),
            at: self.now,
        };
        Ok(self.tx.append(event).await?)
    }

    /// Notes a request under its `request_id`; the name of its result when it was seen before.
    pub async fn seen_before(
        &self,
        place: &Place,
        request_id: Option<Uuid>,
        request: &impl Message,
        result: &ChangeName,
    ) -> Result<Option<String>, Failure> {
        let (actor, body, result) = (self.by.actor(), request.encode_to_vec(), result.to_string());
        match self
            .tx
            .remember(place.code(), &actor, request_id, &body, &result, self.now)
            .await?
        {
            Remembered::Fresh => Ok(None),
            Remembered::Replay(name) => Ok(Some(name)),
        }
    }
}

async fn attempt<I, T, F>(tx: &Tx, job: &Job<I, F>) -> Result<T, Failure>
where
    I: Sync,
    F: Sync,
    F: for<'a> Fn(&'a Writing<'a>, &'a I) -> BoxFuture<'a, Result<T, Failure>>,
{
    let writing = Writing {
        tx,
        by: &job.by,
        now: job.clock.now(),
    };
    (job.body)(&writing, &job.input).await
}
