//! Tailing the outbox of a service of the same process.

use std::sync::Arc;
use std::time::Duration;

use kernel::Result;
use store::{Event, Feed, StreamPosition};
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
    /// Everything up to here was taken or passed over; absent before the first.
    seen: Option<StreamPosition>,
    /// What the cursor in the store says. What lies between was passed over, and is again after a restart.
    noted: Option<StreamPosition>,
}

impl Place {
    const fn noted(at: Option<StreamPosition>) -> Self {
        Self { seen: at, noted: at }
    }

    /// How many were passed over since the cursor was noted, at most.
    fn passed(&self) -> i64 {
        let seen = self.seen.map_or(0, |seen| seen.position);
        let same =
            |noted: &StreamPosition| Some(noted.stream_created_at) == self.seen.map(|seen| seen.stream_created_at);
        seen - self.noted.filter(same).map_or(0, |noted| noted.position)
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
            None => place.insert(Place::noted(self.store.stream_position(self.name).await?)),
        };
        loop {
            let events = feed.tail(place.seen, BATCH).await?;
            if events.is_empty() {
                return Ok(());
            }
            for (at, event) in events {
                if self.takes(&event.kind) {
                    self.take(event, at, Arc::clone(effect)).await?;
                    *place = Place::noted(Some(at));
                }
                place.seen = Some(at);
            }
            if let Some(seen) = place.seen.filter(|_| place.passed() >= PASSED_AT_MOST) {
                self.store.set_stream_position(self.name, seen).await?;
                *place = Place::noted(Some(seen));
            }
        }
    }

    async fn take(&self, event: Event, at: StreamPosition, effect: Effect) -> Result<()> {
        let now = self.store.clock().now();
        let span = traced::consuming(self.name, &event);
        let done = self.store.transaction(
            "bus.consume",
            (self.name, event, at, effect, now),
            |tx, (name, event, at, effect, now)| {
                Box::pin(async move {
                    once(tx, name, event, effect, *now).await?;
                    tx.set_stream_position(name, *at).await
                })
            },
        );
        span.run(done).await.inspect_err(|error| span.fail(error.reason().code))
    }
}
