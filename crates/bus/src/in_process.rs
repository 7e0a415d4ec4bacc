//! Tailing the outbox of a service of the same process.

use std::sync::Arc;
use std::time::Duration;

use kernel::Result;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, EntityTrait};
use store::{Event, Failure, Feed, Tx, consumer_cursor};
use yihe_kernel as kernel;
use yihe_store as store;

use crate::consumer::{Consumer, Effect};
use crate::settle::{once, pause};
use crate::traced;

const BATCH: u64 = 200;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
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

impl Consumer {
    pub(crate) async fn follow_outbox(self, mut feed: Feed, effect: Effect) {
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
                    tracing::warn!(consumer = self.name, %error, failures, "an event could not be consumed");
                    tokio::time::sleep(pause(FIRST_PAUSE, failures)).await;
                }
            }
        }
    }

    async fn catch_up(&self, feed: &Feed, effect: &Effect, place: &mut Option<Place>) -> Result<()> {
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
                if self.takes(&event.kind) {
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

    async fn take(&self, event: Event, effect: Effect) -> Result<()> {
        let now = self.store.clock().now();
        let span = traced::consuming(self.name, &event);
        let done = self.store.transaction(
            "bus.consume",
            (self.name, event, effect, now),
            |tx, (name, event, effect, now)| {
                Box::pin(async move {
                    once(tx, name, event, effect, *now).await?;
                    move_cursor(tx, name, event.sequence).await
                })
            },
        );
        span.run(done).await.inspect_err(|error| span.fail(error.reason().code))
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
