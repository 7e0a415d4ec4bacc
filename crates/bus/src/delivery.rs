//! Reading a stream, one replica of a consumer at a time.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::pull::{Config as PullConfig, Stream as Messages};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use async_nats::jetstream::message::AckKind;
use async_nats::jetstream::stream::Stream;
use futures::{StreamExt, TryStreamExt};
use kernel::Error;
use store::{Lease, StreamPosition};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use yihe_kernel as kernel;
use yihe_store as store;

use crate::connection::{Bus, made_at};
use crate::consumer::{Consumer, Effect};
use crate::lanes::{Held, Lane, Lanes};
use crate::relay::{Halt, RENEW, TERM, rest};
use crate::settle::Settled;
use crate::wire;

/// Messages in hand at most; the server sends no more.
const WINDOW: i64 = 1024;
const BATCH: usize = 256;
/// Communities whose events are settled at once.
const AT_ONCE: usize = 32;
const ACK_WAIT: Duration = Duration::from_secs(60);
const PULL: Duration = Duration::from_secs(10);
const HEARTBEAT: Duration = Duration::from_secs(2);

/// One reader's turn: what it reads, and what it has in hand.
struct Turn<'a> {
    consumer: &'a Consumer,
    effect: &'a Effect,
    bus: &'a Bus,
    lanes: Lanes,
    settling: JoinSet<(Lane, i64, Settled)>,
    gate: Arc<Semaphore>,
    /// Deliveries are counted: where one is missing it went nowhere, and its neighbours must wait for it.
    deliveries: u64,
}

impl Consumer {
    pub(crate) async fn follow_stream(self, bus: Bus, service: &'static str, effect: Effect) {
        let mut failures = 0;
        loop {
            let Err(halt) = self.read(&bus, service, &effect, &mut failures).await;
            rest(&bus, self.name, halt, &mut failures).await;
        }
    }

    async fn read(
        &self,
        bus: &Bus,
        service: &'static str,
        effect: &Effect,
        failures: &mut u32,
    ) -> Result<std::convert::Infallible, Halt> {
        let lease = Lease::take(&self.store, self.name, TERM).await?;
        let lease = lease.ok_or(Halt::Overtaken)?;
        let stream = bus.stream(service).await?;
        let known = self.store.stream_position(self.name).await?;
        let start = known
            .filter(|known| known.stream_created_at == made_at(&stream))
            .map_or(0, |known| known.position);
        let filter = wire::filter(&bus.config().prefix, service, self.kinds);
        let mut messages = self.attach(&stream, lease.fence(), filter, start).await?;
        let mut turn = Turn {
            consumer: self,
            effect,
            bus,
            lanes: Lanes::starting_after(start),
            settling: JoinSet::new(),
            gate: Arc::new(Semaphore::new(AT_ONCE)),
            deliveries: 0,
        };
        let mut tick = interval(RENEW);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut noted = start;
        loop {
            tokio::select! {
                _ = tick.tick() => {
                    if !lease.renew().await? {
                        return Err(Halt::Overtaken);
                    }
                    let position = turn.lanes.settled_up_to();
                    if position > noted {
                        let at = StreamPosition { stream_created_at: made_at(&stream), position };
                        self.store.set_stream_position(self.name, at).await?;
                        noted = position;
                    }
                    self.replay(effect).await?;
                }
                Some(ended) = turn.settling.join_next() => {
                    let (lane, position, settled) = ended.map_err(|error| Halt::Store(Error::internal(error)))?;
                    *failures = 0;
                    turn.settled(lane, position, settled);
                }
                message = messages.next() => {
                    let message = message.ok_or_else(|| lost("the delivery ended"))?.map_err(lost)?;
                    turn.delivered(message).await?;
                }
            }
        }
    }

    /// A reader on the server for this holder of the lease alone: what an earlier holder still asks for finds its own gone.
    async fn attach(&self, stream: &Stream, fence: i64, filter: String, start: i64) -> Result<Messages, Halt> {
        let base = self.name.replace('.', "_");
        let name = format!("{base}-{fence}");
        let names: Vec<String> = stream.consumer_names().try_collect().await.map_err(lost)?;
        // a later holder's is left alone: whoever finds itself overtaken here stops at its next look at the lease
        let is_earlier = |other: &String| {
            other
                .strip_prefix(&base)
                .and_then(|rest| rest.strip_prefix('-'))
                .is_some_and(|number| number.parse::<i64>().is_ok_and(|number| number <= fence))
        };
        for old in names.iter().filter(|other| is_earlier(other)) {
            // somebody else may have removed it meanwhile
            let _ = stream.delete_consumer(old).await;
        }
        let next = u64::try_from(start).unwrap_or_default().saturating_add(1);
        let config = PullConfig {
            durable_name: Some(name),
            description: Some(format!("read by {} as holder {fence} of its lease", self.name)),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: next },
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_ack_pending: WINDOW,
            filter_subject: filter,
            ..PullConfig::default()
        };
        let reader = stream.create_consumer(config).await.map_err(lost)?;
        let messages = reader
            .stream()
            .max_messages_per_batch(BATCH)
            .expires(PULL)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
            .map_err(lost)?;
        Ok(messages)
    }
}

impl Turn<'_> {
    async fn delivered(&mut self, message: async_nats::jetstream::Message) -> Result<(), Halt> {
        let info = message.info().map_err(lost)?;
        let (number, position) = (info.consumer_sequence, info.stream_sequence);
        let position = i64::try_from(position).map_err(lost)?;
        if number != self.deliveries.saturating_add(1) {
            return Err(lost("a delivery was lost on the way"));
        }
        self.deliveries = number;
        if self.lanes.holds(position) {
            return Ok(());
        }
        let (message, acker) = message.split();
        let event = match wire::event(&message, position) {
            Ok(event) => event,
            Err(error) => {
                tracing::error!(consumer = self.consumer.name, position, %error, "a message on the bus is no event");
                self.lanes.pass(position);
                return acker.ack_with(AckKind::Term).await.map_err(lost);
            }
        };
        if !self.consumer.takes(&event.kind) {
            self.lanes.pass(position);
            return acker.ack().await.map_err(lost);
        }
        if let Some((lane, held)) = self.lanes.enter(Held { event, acker }) {
            self.settle(lane, held);
        }
        Ok(())
    }

    fn settle(&mut self, lane: Lane, held: Held) {
        let config = self.bus.config();
        let patience = if self.lanes.is_sick(&lane) { 2 } else { config.attempts };
        let first_pause = config.first_pause;
        let (consumer, effect) = (self.consumer.clone(), Arc::clone(self.effect));
        let gate = Arc::clone(&self.gate);
        self.settling.spawn(async move {
            let settled = consumer
                .settle(&held.event, &effect, patience, first_pause, &gate)
                .await;
            // an acknowledgement that is lost is one delivery more, without effect
            let _ = held.acker.ack().await;
            (lane, held.event.sequence, settled)
        });
    }

    fn settled(&mut self, lane: Lane, position: i64, settled: Settled) {
        let next = self.lanes.leave(lane, position, settled == Settled::Aside);
        if let Some((lane, held)) = next {
            self.settle(lane, held);
        }
    }
}

fn lost(error: impl Into<async_nats::Error>) -> Halt {
    Halt::Broken(error.into().to_string())
}
