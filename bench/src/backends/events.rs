//! Events from the outbox of one service over JetStream to the effect in another one's store: how soon at a given rate, and how many.
//!
//! Relay and consumer are those of a node, both stores lie in one PostgreSQL. An event's time begins when it was to be told, before its
//! transaction, so that a teller that falls behind hides nothing; it ends in the transaction of its effect.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;
use yihe_bus::{Bus, BusConfig, Consumer, Relay, Source};
use yihe_kernel::{CommunityId, SharedClock, SystemClock};
use yihe_store::{Backend, Event, Failure, NewEvent, Store, StoreConfig, Tx, with_own_tables};
use yihe_testkit::{Nats, Postgres};

use super::Arguments;
use super::process::sql;
use crate::figures::{Report, millis, percentile, rate};

const SERVICE: &str = "ledger";
const KIND: &str = "yihe.ledger.v1.Told";
const DATABASE: &str = "events";
/// Communities that events are of, in turn; within one of them order is kept.
const COMMUNITIES: u64 = 20;
const TELLERS: usize = 16;
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn measure(
    server: &Postgres,
    arguments: &Arguments,
    report: &Report,
    told: &mut Map<String, Value>,
) -> Result<()> {
    sql(server, "postgres", &format!("CREATE DATABASE {DATABASE}"))?;
    let nats = Nats::start()?;
    let way = Way::open(server, &nats, arguments.connections).await?;
    let seconds = u64::from(arguments.seconds);
    let taken = way.at_a_rate(arguments.event_rate, seconds).await?;
    // connections, caches and plans are there
    let warm = usize::try_from(arguments.event_rate)?.min(taken.len() / 2);
    let taken = &taken[warm..];
    let (p50, p99) = (percentile(taken, 50)?, percentile(taken, 99)?);
    report.line(&format!(
        "events at {} /s: p50 {} ms, p99 {} ms of {}",
        arguments.event_rate,
        millis(p50),
        millis(p99),
        taken.len()
    ));
    let per_second = way.as_many_as_go(Duration::from_secs(seconds)).await?;
    report.line(&format!("events, as many as go: {per_second} /s"));
    for (key, figure) in [
        ("event_rate", json!(arguments.event_rate)),
        ("event_p50_ms", json!(millis(p50))),
        ("event_p99_ms", json!(millis(p99))),
        ("events_per_s", json!(per_second)),
    ] {
        told.insert(key.to_owned(), figure);
    }
    Ok(())
}

/// How long each event took, by its number; absent before its effect.
#[derive(Default)]
struct Heard(Mutex<Vec<Option<Duration>>>);

impl Heard {
    fn lock(&self) -> MutexGuard<'_, Vec<Option<Duration>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for an event that is going to be told.
    fn expect(&self) -> u64 {
        let mut heard = self.lock();
        heard.push(None);
        heard.len() as u64 - 1
    }

    /// An effect may run more than once: the first counts.
    fn hear(&self, number: u64, took: Duration) {
        let mut heard = self.lock();
        if let Some(slot) = usize::try_from(number).ok().and_then(|number| heard.get_mut(number)) {
            slot.get_or_insert(took);
        }
    }

    fn open(&self) -> usize {
        self.lock().iter().filter(|took| took.is_none()).count()
    }

    /// What was heard from a number on, once everything is.
    async fn all_since(&self, first: usize) -> Result<Vec<Duration>> {
        let begun = Instant::now();
        while self.open() > 0 {
            ensure!(begun.elapsed() < PATIENCE, "{} events were not heard", self.open());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(self.lock().iter().skip(first).copied().flatten().collect())
    }
}

struct Way {
    teller: Store,
    base: Instant,
    heard: Arc<Heard>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Way {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Way {
    async fn open(server: &Postgres, nats: &Nats, connections: u32) -> Result<Self> {
        let teller = open(server, "teller", connections).await?;
        let listener = open(server, "listener", connections).await?;
        let bus = Bus::new(BusConfig {
            url: nats.url(),
            prefix: "bench".into(),
            replicas: 1,
            keep: None,
            attempts: 3,
            first_pause: Duration::from_millis(20),
            ca: None,
            own: None,
        });
        let relay = Relay {
            bus: bus.clone(),
            service: SERVICE,
            outbox: teller.outbox(),
        };
        let consumer = Consumer {
            name: "bench.hear",
            kinds: &[KIND],
            store: listener,
        };
        let (base, heard) = (Instant::now(), Arc::new(Heard::default()));
        let hears = Arc::clone(&heard);
        let follow = consumer.follow(Source::Stream(bus, SERVICE), move |tx, event| {
            let heard = Arc::clone(&hears);
            Box::pin(async move {
                let (number, due) = read(&event.payload)?;
                keep(tx, event).await?;
                heard.hear(number, base.elapsed().saturating_sub(due));
                Ok(())
            })
        });
        let way = Self {
            teller,
            base,
            heard,
            tasks: vec![tokio::spawn(relay.run()), tokio::spawn(follow)],
        };
        // stream and consumer are made at their first use
        tell(way.teller.clone(), Arc::clone(&way.heard), base.elapsed()).await?;
        way.heard.all_since(0).await?;
        Ok(way)
    }

    /// Tells so many a second, whatever becomes of those before. Returns how long each took.
    async fn at_a_rate(&self, per_second: u32, seconds: u64) -> Result<Vec<Duration>> {
        let first = self.heard.lock().len();
        let pause = Duration::from_secs(1) / per_second.max(1);
        let mut ticks = tokio::time::interval(pause);
        let mut telling = Vec::new();
        for _ in 0..u64::from(per_second) * seconds {
            let due = ticks.tick().await.into_std().saturating_duration_since(self.base);
            telling.push(tokio::spawn(tell(self.teller.clone(), Arc::clone(&self.heard), due)));
        }
        for telling in telling {
            telling.await??;
        }
        self.heard.all_since(first).await
    }

    /// Tells as fast as it goes for so long. Returns how many a second had their effect until the last one had.
    async fn as_many_as_go(&self, lasting: Duration) -> Result<f64> {
        let first = self.heard.lock().len();
        let (base, begun) = (self.base, Instant::now());
        let tellers = (0..TELLERS).map(|_| {
            let (teller, heard) = (self.teller.clone(), Arc::clone(&self.heard));
            tokio::spawn(async move {
                while begun.elapsed() < lasting {
                    tell(teller.clone(), Arc::clone(&heard), base.elapsed()).await?;
                }
                anyhow::Ok(())
            })
        });
        let tellers: Vec<_> = tellers.collect();
        for teller in tellers {
            teller.await??;
        }
        let count = self.heard.all_since(first).await?.len();
        Ok(rate(count, begun.elapsed()))
    }
}

async fn open(server: &Postgres, schema: &str, connections: u32) -> Result<Store> {
    let backend = Backend::Postgres {
        url: server.url_of(DATABASE),
        schema: schema.to_owned(),
    };
    let config = StoreConfig {
        connections,
        ..StoreConfig::new(backend, [7; 32])
    };
    let clock: SharedClock = Arc::new(SystemClock);
    let opened = Store::open(&config, || with_own_tables(Vec::new()), clock).await;
    opened.with_context(|| format!("the store {schema}"))
}

async fn tell(teller: Store, heard: Arc<Heard>, due: Duration) -> Result<()> {
    let number = heard.expect();
    let community: CommunityId = (440_309_002_001 + number % COMMUNITIES).to_string().parse()?;
    let event = NewEvent {
        stream: format!("communities/{community}/accounts/1"),
        subject: format!("communities/{community}/transfers/{number}"),
        community: Some(community),
        kind: KIND,
        actor: "services/bench".into(),
        organization: None,
        payload: written(number, due),
        at: teller.clock().now(),
    };
    let told = teller.transaction("bench.tell", event, |tx, event| {
        Box::pin(async move { Ok(tx.append(event.clone()).await?) })
    });
    Ok(told.await?)
}

/// The effect: a row.
async fn keep(tx: &Tx, event: &Event) -> Result<(), Failure> {
    let kept = NewEvent {
        community: event.community.clone(),
        kind: "yihe.ledger.v1.Kept",
        stream: event.stream.clone(),
        subject: event.subject.clone(),
        actor: event.actor.clone(),
        organization: None,
        payload: Vec::new(),
        at: event.at,
    };
    Ok(tx.append(kept).await?)
}

fn written(number: u64, due: Duration) -> Vec<u8> {
    let nanos = u64::try_from(due.as_nanos()).unwrap_or(u64::MAX);
    [number.to_be_bytes(), nanos.to_be_bytes()].concat()
}

fn read(payload: &[u8]) -> Result<(u64, Duration), Failure> {
    let words = || -> Result<(u64, Duration)> {
        let (Some(number), Some(nanos), 16) = (payload.first_chunk(), payload.last_chunk(), payload.len()) else {
            bail!("an event of {} bytes", payload.len());
        };
        Ok((
            u64::from_be_bytes(*number),
            Duration::from_nanos(u64::from_be_bytes(*nanos)),
        ))
    };
    words().map_err(|error| yihe_kernel::Error::internal(format!("{error:#}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_time_survive_the_way() {
        let due = Duration::from_nanos(1_234_567_890_123);
        assert_eq!(read(&written(7, due)).unwrap(), (7, due));
        assert!(read(&[1; 15]).is_err() && read(&[1; 17]).is_err());
    }

    #[tokio::test]
    async fn the_first_effect_of_each_event_counts() {
        let heard = Heard::default();
        assert_eq!((heard.expect(), heard.expect(), heard.expect()), (0, 1, 2));
        heard.hear(1, Duration::from_millis(3));
        heard.hear(1, Duration::from_millis(9));
        heard.hear(9, Duration::from_millis(9));
        assert_eq!(heard.open(), 2);
        heard.hear(0, Duration::from_millis(1));
        heard.hear(2, Duration::from_millis(2));
        let since = heard.all_since(1).await.unwrap();
        assert_eq!(since, [3, 2].map(Duration::from_millis));
    }
}
