//! One effect of one event: now, after some attempts, or put aside.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Error, Result, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, EntityTrait};
use store::{DeadLetter, Event, Failure, Tx, consumed_event};
use tokio::sync::Semaphore;
use yihe_kernel as kernel;
use yihe_store as store;

use crate::consumer::{Consumer, Effect};
use crate::traced;

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How an event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    Done,
    Aside,
}

/// How long to wait after so many failures in a row.
pub(crate) fn pause(first: Duration, failures: u32) -> Duration {
    first.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE)
}

/// Notes the event and has its effect, unless it is noted already.
pub(crate) async fn once(
    tx: &Tx,
    consumer: &str,
    event: &Event,
    effect: &Effect,
    now: Timestamp,
) -> Result<(), Failure> {
    if note(tx, consumer, event, now).await? {
        effect(tx, event).await?;
    }
    Ok(())
}

async fn note(tx: &Tx, consumer: &str, event: &Event, now: Timestamp) -> Result<bool, Failure> {
    let note = consumed_event::ActiveModel {
        consumer: ActiveValue::Set(consumer.to_owned()),
        event_id: ActiveValue::Set(event.id),
        consumed_at: ActiveValue::Set(now.micros()),
    };
    let key = [consumed_event::Column::Consumer, consumed_event::Column::EventId];
    let fresh = consumed_event::Entity::insert(note)
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(fresh == 1)
}

impl Consumer {
    /// Has the effect of an event, however long that takes; puts the event aside after `patience` refusals.
    ///
    /// The gate is held while it works and not while it waits, so that communities that fail do not hold up the others.
    pub(crate) async fn settle(
        &self,
        event: &Event,
        effect: &Effect,
        patience: u32,
        first_pause: Duration,
        gate: &Semaphore,
    ) -> Settled {
        let (mut failures, mut refusals) = (0_u32, 0_u32);
        loop {
            let turn = gate.acquire().await;
            let Err(error) = self.attempt(event, effect).await else {
                return Settled::Done;
            };
            // while the store is away every event fails, and none is to blame
            if self.store_answers().await {
                refusals = refusals.saturating_add(1);
                if refusals >= patience && self.put_aside(event, &error).await.is_ok() {
                    return Settled::Aside;
                }
            }
            drop(turn);
            failures = failures.saturating_add(1);
            tracing::warn!(
                consumer = self.name, event = %event.id, %error, cause = ?error.cause(), failures,
                "an event could not be consumed"
            );
            tokio::time::sleep(pause(first_pause, failures)).await;
        }
    }

    /// Tries what an operator wants tried again, in the order of the stream.
    pub(crate) async fn replay(&self, effect: &Effect) -> Result<()> {
        for letter in self.store.letters_to_replay(self.name).await? {
            let event = letter.event.id;
            match self.unearth(letter, Arc::clone(effect)).await {
                Ok(()) => {
                    tracing::info!(consumer = self.name, %event, "an event that was put aside has its effect now");
                }
                Err(error) => {
                    tracing::error!(consumer = self.name, %event, %error, "an event stays put aside");
                    self.leave_aside(event, describe(&error)).await?;
                }
            }
        }
        Ok(())
    }

    async fn attempt(&self, event: &Event, effect: &Effect) -> Result<()> {
        let now = self.store.clock().now();
        let input = (self.name, event.clone(), Arc::clone(effect), now);
        let span = traced::consuming(self.name, event);
        let done = self
            .store
            .transaction("bus.consume", input, |tx, (name, event, effect, now)| {
                Box::pin(once(tx, name, event, effect, *now))
            });
        span.run(done).await.inspect_err(|error| span.fail(error.reason().code))
    }

    async fn store_answers(&self) -> bool {
        let asked = self.store.transaction("bus.ask", self.name, |tx, name| {
            Box::pin(async move {
                consumed_event::Entity::find_by_id(((*name).to_owned(), uuid::Uuid::nil()))
                    .one(tx)
                    .await?;
                Ok(())
            })
        });
        asked.await.is_ok()
    }

    async fn put_aside(&self, event: &Event, error: &Error) -> Result<()> {
        let now = self.store.clock().now();
        self.store
            .transaction(
                "bus.put_aside",
                (self.name, event.clone(), describe(error), now),
                |tx, (name, event, error, now)| {
                    Box::pin(async move {
                        if note(tx, name, event, *now).await? {
                            tx.bury(name, event, error, *now).await?;
                        }
                        Ok(())
                    })
                },
            )
            .await?;
        tracing::error!(
            consumer = self.name, event = %event.id, kind = event.kind, %error,
            "an event was put aside: see `yihe bus dead list`"
        );
        Ok(())
    }

    async fn unearth(&self, letter: DeadLetter, effect: Effect) -> Result<()> {
        let span = traced::consuming(self.name, &letter.event);
        let done = self.store.transaction(
            "bus.replay",
            (self.name, letter, effect),
            |tx, (name, letter, effect)| {
                Box::pin(async move {
                    if tx.unearth(name, letter.event.id).await? {
                        effect(tx, &letter.event).await?;
                    }
                    Ok(())
                })
            },
        );
        span.run(done).await.inspect_err(|error| span.fail(error.reason().code))
    }

    async fn leave_aside(&self, event: uuid::Uuid, error: String) -> Result<()> {
        self.store
            .transaction(
                "bus.leave_aside",
                (self.name, event, error),
                |tx, (name, event, error)| Box::pin(async move { tx.bury_again(name, *event, error).await }),
            )
            .await
    }
}

/// The error and its cause, for an operator.
fn describe(error: &Error) -> String {
    match error.cause() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
