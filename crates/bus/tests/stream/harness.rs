use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_nats::jetstream;
use futures::StreamExt;
use tokio::task::JoinHandle;
use yihe_bus::{Bus, BusConfig, Consumer, Relay, Source};
use yihe_kernel::{AdjustableClock, Error, SharedClock};
use yihe_store::{Backend, Event, Failure, NewEvent, Store, StoreConfig, Tx, with_own_tables};
use yihe_testkit::Nats;

pub const SERVICE: &str = "ledger";
pub const KIND: &str = "yihe.ledger.v1.Told";
const ECHO: &str = "echo";

/// One service that tells, one that listens, and the way between.
pub struct World {
    _folder: tempfile::TempDir,
    pub clock: Arc<AdjustableClock>,
    pub teller: Store,
    pub listener: Store,
    /// Subjects whose effect fails.
    pub refused: Arc<Mutex<Vec<String>>>,
}

impl World {
    pub async fn new() -> Self {
        // shown where a test fails
        let _ = tracing_subscriber::fmt().with_test_writer().try_init();
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AdjustableClock::default());
        let teller = open(folder.path(), "teller.db", &clock).await;
        let listener = open(folder.path(), "listener.db", &clock).await;
        Self {
            _folder: folder,
            clock,
            teller,
            listener,
            refused: Arc::default(),
        }
    }

    /// Appends an event of a community, `440309002021` and on.
    pub async fn tell(&self, community: u64, subject: &str) {
        tell(&self.teller, community, subject).await;
    }

    pub fn relay(&self, bus: &Bus) -> Running {
        relay(&self.teller, bus)
    }

    pub fn consumer(&self, bus: &Bus) -> Running {
        let consumer = Consumer {
            name: "test.echo",
            kinds: &[KIND],
            store: self.listener.clone(),
        };
        let refused = Arc::clone(&self.refused);
        let source = Source::Stream(bus.clone(), SERVICE);
        Running(tokio::spawn(consumer.follow(source, move |tx, event| {
            let refused = Arc::clone(&refused);
            Box::pin(async move {
                echo(tx, event).await?;
                // after the effect was written: the refusal must take it back
                if refused.lock().unwrap().contains(&event.subject) {
                    return Err(Error::internal("not this one").into());
                }
                Ok(())
            })
        })))
    }

    /// What had an effect, in order, by community.
    pub async fn heard(&self) -> BTreeMap<u64, Vec<String>> {
        let mut heard: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for event in self.listener.feed().after(0, 100_000).await.unwrap() {
            let community = event.community.unwrap().to_string().parse().unwrap();
            heard.entry(community).or_default().push(event.subject);
        }
        heard
    }

    pub async fn until_heard(&self, count: usize) -> BTreeMap<u64, Vec<String>> {
        let begun = Instant::now();
        loop {
            let heard = self.heard().await;
            let so_far: usize = heard.values().map(Vec::len).sum();
            if so_far >= count {
                return heard;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "only {so_far} of {count}: {heard:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A task that ends with the test.
pub struct Running(JoinHandle<()>);

impl Running {
    pub async fn stop(mut self) {
        self.0.abort();
        let _ = (&mut self.0).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub fn bus(nats: &Nats) -> Bus {
    Bus::new(config(nats))
}

pub fn config(nats: &Nats) -> BusConfig {
    BusConfig {
        ca: None,
        own: None,
        url: nats.url(),
        prefix: "test".into(),
        replicas: 1,
        keep: None,
        attempts: 3,
        first_pause: Duration::from_millis(20),
    }
}

pub fn relay(store: &Store, bus: &Bus) -> Running {
    let relay = Relay {
        bus: bus.clone(),
        service: SERVICE,
        outbox: store.outbox(),
    };
    Running(tokio::spawn(relay.run()))
}

pub async fn open(folder: &Path, name: &str, clock: &Arc<AdjustableClock>) -> Store {
    let clock: SharedClock = Arc::<AdjustableClock>::clone(clock);
    let file = folder.join(name);
    open_at(Backend::Sqlite { file }, clock).await
}

pub async fn open_at(backend: Backend, clock: SharedClock) -> Store {
    let config = StoreConfig::new(backend, [7; 32]);
    Store::open(&config, || with_own_tables(Vec::new()), clock)
        .await
        .unwrap()
}

pub fn event(store: &Store, community: u64, subject: &str) -> NewEvent {
    NewEvent {
        community: Some((440_309_002_021 + community).to_string().parse().unwrap()),
        kind: KIND,
        stream: "s".into(),
        subject: subject.into(),
        actor: "services/test".into(),
        organization: None,
        payload: vec![1],
        at: store.clock().now(),
    }
}

pub async fn tell(store: &Store, community: u64, subject: &str) {
    store
        .transaction("test.tell", event(store, community, subject), |tx, event| {
            Box::pin(async move { Ok(tx.append(event.clone()).await?) })
        })
        .await
        .unwrap();
}

async fn echo(tx: &Tx, event: &Event) -> Result<(), Failure> {
    let echo = NewEvent {
        community: event.community.clone(),
        kind: ECHO,
        stream: "s".into(),
        subject: event.subject.clone(),
        actor: event.actor.clone(),
        organization: None,
        payload: Vec::new(),
        at: event.at,
    };
    Ok(tx.append(echo).await?)
}

/// Ids of the messages of the stream, in its order, and what they are about.
pub async fn published(nats: &Nats) -> Vec<(String, String)> {
    let client = async_nats::connect(nats.url()).await.unwrap();
    let context = jetstream::new(client);
    let mut stream = context.get_stream(format!("test_{SERVICE}")).await.unwrap();
    let count = usize::try_from(stream.info().await.unwrap().state.messages).unwrap();
    let reader = stream
        .create_consumer(jetstream::consumer::pull::Config::default())
        .await
        .unwrap();
    let messages = reader.messages().await.unwrap().take(count);
    messages
        .map(|message| {
            let headers = message.unwrap().message.headers.unwrap();
            let text = |name: &str| headers.get(name).unwrap().to_string();
            (text("Nats-Msg-Id"), text("Yihe-Subject"))
        })
        .collect()
        .await
}

/// Waits until everything in an outbox has its position.
pub async fn until_published(store: &Store) {
    let begun = Instant::now();
    while !store.outbox().waiting(1).await.unwrap().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(40), "the outbox is not empty");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub fn numbers(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}
