//! Publishing an outbox to its stream, one relay at a time.

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::context::PublishErrorKind;
use kernel::Error;
use store::{Event, Lease, Outbox};
use tokio::time::{sleep, timeout};
use yihe_kernel as kernel;
use yihe_store as store;

use crate::connection::{Bus, BusError, made_at};
use crate::{traced, wake, wire};

const BATCH: u64 = 256;
/// A relay that says nothing for so long is overtaken.
pub(crate) const TERM: Duration = Duration::from_secs(6);
pub(crate) const RENEW: Duration = Duration::from_secs(2);
/// Other replicas tell of their commits; what they tell may be lost.
const LOOK: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Publishes the outbox of a service.
///
/// Each message says after which one of the stream it comes, so what a relay sends that was overtaken is refused, and so is
/// everything after a message that was lost on the way.
pub struct Relay {
    /// Where to.
    pub bus: Bus,
    /// The service's name.
    pub service: &'static str,
    /// Its outbox.
    pub outbox: Outbox,
}

/// Why a relay stopped for now.
pub(crate) enum Halt {
    /// Somebody else does it.
    Overtaken,
    /// The bus cannot be used.
    Bus(BusError),
    /// Something went wrong under way; whether the bus can be used is seen when it is joined again.
    Broken(String),
    Store(Error),
}

impl From<BusError> for Halt {
    fn from(error: BusError) -> Self {
        Self::Bus(error)
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl From<store::Failure> for Halt {
    fn from(failure: store::Failure) -> Self {
        Self::Store(failure.into())
    }
}

/// Waits before trying again, longer each time something is wrong.
pub(crate) async fn rest(bus: &Bus, who: &str, halt: Halt, failures: &mut u32) {
    match halt {
        Halt::Overtaken => {
            *failures = 0;
            sleep(RENEW / 2).await;
            return;
        }
        Halt::Bus(error) => bus.tell_down(&error),
        Halt::Broken(what) => tracing::warn!(who, what, "the bus was interrupted; joining it again"),
        Halt::Store(error) => {
            tracing::warn!(who, %error, cause = ?error.cause(), "the bus cannot be served; trying again");
        }
    }
    *failures = failures.saturating_add(1);
    let pause = Duration::from_millis(50).saturating_mul(1 << (*failures).min(10));
    sleep(pause.min(LONGEST_PAUSE)).await;
}

impl Relay {
    /// Publishes until dropped.
    pub async fn run(self) {
        let publish = async {
            let mut failures = 0;
            loop {
                let Err(halt) = self.serve(&mut failures).await;
                rest(&self.bus, self.service, halt, &mut failures).await;
            }
        };
        tokio::join!(publish, wake::exchange(&self.bus, self.service, &self.outbox));
    }

    async fn serve(&self, failures: &mut u32) -> Result<std::convert::Infallible, Halt> {
        let lease = Lease::take(self.outbox.store(), "relay", TERM).await?;
        let lease = lease.ok_or(Halt::Overtaken)?;
        let context = self.bus.context().await?;
        let (mut last, made_at) = self.join(&lease).await?;
        let mut feed = self.outbox.feed();
        let mut renewed = tokio::time::Instant::now();
        loop {
            let events = self.outbox.waiting(BATCH).await?;
            if events.is_empty() {
                *failures = 0;
                if renewed.elapsed() >= RENEW {
                    if !lease.renew().await? {
                        return Err(Halt::Overtaken);
                    }
                    renewed = tokio::time::Instant::now();
                }
                if timeout(LOOK, feed.changed()).await == Ok(false) {
                    std::future::pending::<()>().await;
                }
                continue;
            }
            let (positions, failed) = self.publish(&context, events, last).await;
            if let Some((_, position)) = positions.last() {
                last = u64::try_from(*position).unwrap_or_default().max(last);
                if !self.outbox.published(&lease, made_at, positions).await? {
                    return Err(Halt::Overtaken);
                }
                renewed = tokio::time::Instant::now();
            }
            match failed {
                None => *failures = 0,
                // a duplicate took no place, or somebody else published: the stream knows its end
                Some(failed) if failed.kind() == PublishErrorKind::WrongLastSequence => {
                    (last, _) = self.join(&lease).await?;
                }
                Some(failed) => return Err(Halt::Broken(failed.to_string())),
            }
        }
    }

    /// The end of the stream, which is the one that was published to, or a new one to which everything is published again.
    async fn join(&self, lease: &Lease) -> Result<(u64, i64), Halt> {
        let mut stream = self.bus.stream(self.service).await?;
        let before = self.outbox.published_to().await?;
        let same = before.filter(|before| before.stream_created_at == made_at(&stream));
        let last = |stream: &async_nats::jetstream::stream::Stream| stream.cached_info().state.last_sequence;
        if let Some(before) = same {
            if i64::try_from(last(&stream)).unwrap_or(i64::MAX) >= before.position {
                return Ok((last(&stream), before.stream_created_at));
            }
            tracing::error!(
                service = self.service,
                "the bus has lost events that it acknowledged; they are published again to a new stream"
            );
            self.bus.remove_stream(self.service).await?;
            stream = self.bus.stream(self.service).await?;
        } else if before.is_some() {
            tracing::warn!(
                service = self.service,
                "the stream on the bus is another one than before; all events are published again"
            );
        }
        if !self.outbox.begin(lease, made_at(&stream)).await? {
            return Err(Halt::Overtaken);
        }
        Ok((last(&stream), made_at(&stream)))
    }

    /// Publishes events without waiting for one before sending the next. Returns the positions of those that are
    /// acknowledged, up to the first that is not.
    async fn publish(
        &self,
        context: &Context,
        events: Vec<Event>,
        last: u64,
    ) -> (Vec<(i64, i64)>, Option<async_nats::jetstream::context::PublishError>) {
        let prefix = &self.bus.config().prefix;
        let mut sent = Vec::with_capacity(events.len());
        let mut failed = None;
        for (mut event, expected) in events.into_iter().zip(last..) {
            let sequence = event.sequence;
            let span = traced::publishing(self.service, &mut event);
            let subject = wire::subject(prefix, self.service, &event);
            let message = wire::message(event).expected_last_sequence(expected);
            match context.send_publish(subject, message).await {
                Ok(ack) => sent.push((sequence, ack, span)),
                Err(error) => {
                    span.fail("not_sent");
                    failed = Some(error);
                    break;
                }
            }
        }
        let mut positions = Vec::with_capacity(sent.len());
        for (sequence, ack, span) in sent {
            match ack.await {
                Ok(ack) => positions.push((sequence, i64::try_from(ack.sequence).unwrap_or(i64::MAX))),
                Err(error) => {
                    span.fail("not_acknowledged");
                    return (positions, Some(error));
                }
            }
            span.end();
        }
        (positions, failed)
    }
}
