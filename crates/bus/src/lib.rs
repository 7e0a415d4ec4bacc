//! Consuming what other services' transactions appended to their outbox, in process.
//!
//! **Invariants**: at least once and in order; a consumer's effect, its note of the event's id and its cursor are one
//! transaction of the consumer's own store, so each event has one effect however often it is delivered.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use kernel::Result;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, EntityTrait};
use store::{Event, Failure, Feed, Store, Tx, consumed_event, consumer_cursor};
use yihe_kernel as kernel;
use yihe_store as store;

const BATCH: u64 = 200;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Events passed over until the cursor is noted again: a note is a commit, and most services tell much that few consume.
const PASSED_AT_MOST: i64 = 1000;

/// How far a consumer is.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Everything up to here was taken or passed over.
    seen: i64,
    /// What the cursor in the store says; no greater. What lies between was passed over, and is again after a restart.
    noted: i64,
}

impl Place {
    const fn noted(sequence: i64) -> Self {
        Self {
            seen: sequence,
            noted: sequence,
        }
    }
}

/// Who consumes, what, and into which store.
#[derive(Clone)]
pub struct Consumer {
    /// Stable name, `service.what`; the cursor is kept under it.
    pub name: &'static str,
    /// Types of events it takes effect of; others are passed over.
    pub kinds: &'static [&'static str],
    /// The consumer's own store.
    pub store: Store,
}

impl Consumer {
    /// Follows `feed` until dropped, or until its store is closed. `effect` runs in a transaction and may be rerun; an event whose
    /// effect fails is tried again with growing pauses, and nothing after it is taken before.
    pub async fn follow<F>(self, mut feed: Feed, effect: F)
    where
        F: for<'a> Fn(&'a Tx, &'a Event) -> BoxFuture<'a, Result<(), Failure>> + Send + Sync + 'static,
    {
        let effect = Arc::new(effect);
        let mut failures: u32 = 0;
        let mut place: Option<Place> = None;
        loop {
            match self.catch_up(&feed, &effect, &mut place).await {
                Ok(()) => {
                    failures = 0;
                    if !feed.changed().await {
                        return;
                    }
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    let pause = Duration::from_millis(50)
                        .saturating_mul(1 << failures.min(10))
                        .min(LONGEST_PAUSE);
                    tracing::warn!(consumer = self.name, %error, failures, "an event could not be consumed");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    async fn catch_up<F>(&self, feed: &Feed, effect: &Arc<F>, place: &mut Option<Place>) -> Result<()>
    where
        F: for<'a> Fn(&'a Tx, &'a Event) -> BoxFuture<'a, Result<(), Failure>> + Send + Sync + 'static,
    {
        let place = match place {
            Some(place) => place,
            None => place.insert(Place::noted(self.cursor().await?)),
        };
        loop {
            let events = feed.after(place.seen, BATCH).await?;
            if events.is_empty() {
                return Ok(());
            }
            for event in events {
                let sequence = event.sequence;
                if self.kinds.contains(&event.kind.as_str()) {
                    self.take(event, Arc::clone(effect)).await?;
                    *place = Place::noted(sequence);
                }
                place.seen = sequence;
            }
            if place.seen - place.noted >= PASSED_AT_MOST {
                self.store
                    .transaction("bus.move_cursor", (self.name, place.seen), |tx, (name, cursor)| {
                        Box::pin(move_cursor(tx, name, *cursor))
                    })
                    .await?;
                *place = Place::noted(place.seen);
            }
        }
    }

    async fn cursor(&self) -> Result<i64, Failure> {
        let row = consumer_cursor::Entity::find_by_id(self.name.to_owned())
            .one(self.store.reader())
            .await?;
        Ok(row.map_or(0, |row| row.sequence))
    }

    async fn take<F>(&self, event: Event, effect: Arc<F>) -> Result<()>
    where
        F: for<'a> Fn(&'a Tx, &'a Event) -> BoxFuture<'a, Result<(), Failure>> + Send + Sync + 'static,
    {
        let now = self.store.clock().now();
        self.store
            .transaction(
                "bus.consume",
                (self.name, event, effect, now),
                |tx, (name, event, effect, now)| {
                    Box::pin(async move {
                        let note = consumed_event::ActiveModel {
                            consumer: ActiveValue::Set((*name).to_owned()),
                            event_id: ActiveValue::Set(event.id),
                            consumed_at: ActiveValue::Set(now.micros()),
                        };
                        let key = [consumed_event::Column::Consumer, consumed_event::Column::EventId];
                        let fresh = consumed_event::Entity::insert(note)
                            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
                            .exec_without_returning(tx)
                            .await?;
                        if fresh == 1 {
                            effect(tx, event).await?;
                        }
                        move_cursor(tx, name, event.sequence).await
                    })
                },
            )
            .await
    }
}

async fn move_cursor(tx: &Tx, name: &str, sequence: i64) -> Result<(), Failure> {
    let row = consumer_cursor::ActiveModel {
        consumer: ActiveValue::Set(name.to_owned()),
        sequence: ActiveValue::Set(sequence),
    };
    consumer_cursor::Entity::insert(row)
        .on_conflict(
            OnConflict::column(consumer_cursor::Column::Consumer)
                .update_column(consumer_cursor::Column::Sequence)
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
