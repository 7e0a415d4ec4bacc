use futures::future::BoxFuture;
use prost::Message;
use uuid::Uuid;
use yihe_authz::{Authorized, Scope};
use yihe_kernel::{CommunityId, Result, SharedClock, Timestamp};
use yihe_store::{Failure, NewEvent, Remembered, Store, Tx};

use crate::store::events::Event;

/// A transaction in which somebody authorized writes. Every write of the store demands one, and every event says who it was.
pub struct Writing<'a> {
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

    /// The principal who writes.
    pub fn actor(&self) -> String {
        self.by.actor()
    }

    /// Appends an event of a community, told as done by the writer.
    pub async fn tell<E: Event>(
        &self,
        community: &CommunityId,
        subject: &impl ToString,
        event: &E,
    ) -> Result<(), Failure> {
        self.tell_as(self.actor(), community, subject, event).await
    }

    /// Appends an event of a community, told as done by `actor`: somebody who becomes known by the very act.
    pub async fn tell_as<E: Event>(
        &self,
        actor: String,
        community: &CommunityId,
        subject: &impl ToString,
        event: &E,
    ) -> Result<(), Failure> {
        let place = Scope::Community(community.clone());
        self.tell_at(actor, &place, subject.to_string(), event).await
    }

    /// Appends an event of a community or region, told as done by `actor`.
    pub async fn tell_at<E: Event>(
        &self,
        actor: String,
        place: &Scope,
        subject: String,
        event: &E,
    ) -> Result<(), Failure> {
        let event = NewEvent {
            community: place.community().cloned(),
            kind: E::KIND,
            stream: place.to_string(),
            subject,
            actor,
            organization: self.by.organization(),
            payload: event.encode_to_vec(),
            at: self.now,
        };
        Ok(self.tx.append(event).await?)
    }

    /// Notes a request under its `request_id`; the name of its result when it was seen before.
    pub async fn seen_before(
        &self,
        scope: &str,
        request_id: Option<Uuid>,
        request: &impl Message,
        result_name: &impl ToString,
    ) -> Result<Option<String>, Failure> {
        let (actor, body, result_name) = (self.actor(), request.encode_to_vec(), result_name.to_string());
        match self
            .tx
            .remember(scope, &actor, request_id, &body, &result_name, self.now)
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
