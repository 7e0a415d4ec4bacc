//! One effect per event, in order, across restarts and failures.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Barrier;
use yihe_bus::Consumer;
use yihe_kernel::{Error, SystemClock};
use yihe_store::{Backend, Lease, NewEvent, Store, StoreConfig, StreamPosition, with_own_tables};
use yihe_testkit::Postgres;

async fn open(backend: Backend) -> Store {
    let config = StoreConfig::new(backend, [7; 32]);
    Store::open(&config, || with_own_tables(Vec::new()), Arc::new(SystemClock))
        .await
        .unwrap()
}

async fn store(folder: &std::path::Path, name: &str) -> Store {
    let file = folder.join(name);
    open(Backend::Sqlite { file }).await
}

async fn schema(server: &Postgres, name: &str) -> Store {
    let (url, schema) = (server.url(), name.to_owned());
    open(Backend::Postgres { url, schema }).await
}

fn event(store: &Store, kind: &'static str, subject: &str) -> NewEvent {
    NewEvent {
        community: None,
        kind,
        stream: "s".into(),
        subject: subject.into(),
        actor: "services/test".into(),
        organization: None,
        payload: Vec::new(),
        at: store.clock().now(),
    }
}

async fn say(store: &Store, kind: &'static str, subject: &str) {
    let event = event(store, kind, subject);
    store
        .transaction("test.say", event, |tx, event| {
            Box::pin(async move { Ok(tx.append(event.clone()).await?) })
        })
        .await
        .unwrap();
}

async fn heard(store: &Store) -> Vec<String> {
    store
        .feed()
        .after(0, 1000)
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.subject)
        .collect()
}

fn follow(consumer: Consumer, source: &Store, fail_first: Arc<AtomicU32>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(consumer.follow(source.feed().into(), move |tx, event| {
        let fail_first = Arc::clone(&fail_first);
        Box::pin(async move {
            let echo = NewEvent {
                community: None,
                kind: "echo",
                stream: "s".into(),
                subject: event.subject.clone(),
                actor: "services/test".into(),
                organization: None,
                payload: Vec::new(),
                at: event.at,
            };
            tx.append(echo).await?;
            // after the effect was written: the failure must take it back
            if fail_first
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok()
            {
                return Err(Error::internal("not yet").into());
            }
            Ok(())
        })
    }))
}

async fn until(store: &Store, count: usize) -> Vec<String> {
    for _ in 0..400 {
        let heard = heard(store).await;
        if heard.len() >= count {
            return heard;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    heard(store).await
}

#[tokio::test]
async fn each_event_has_one_effect_in_order_despite_failures_and_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let source = store(folder.path(), "source.db").await;
    let sink = store(folder.path(), "sink.db").await;
    let consumer = Consumer {
        name: "test.echo",
        kinds: &["wanted"],
        store: sink.clone(),
    };

    say(&source, "wanted", "1").await;
    say(&source, "other", "2").await;
    let failures = Arc::new(AtomicU32::new(2));
    let task = follow(consumer.clone(), &source, Arc::clone(&failures));
    say(&source, "wanted", "3").await;
    assert_eq!(until(&sink, 2).await, ["1", "3"]);
    assert_eq!(failures.load(Ordering::SeqCst), 0);

    task.abort();
    let _ = task.await;
    say(&source, "wanted", "4").await;
    let _task = follow(consumer, &source, Arc::new(AtomicU32::new(0)));
    assert_eq!(until(&sink, 3).await, ["1", "3", "4"]);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(heard(&sink).await, ["1", "3", "4"]);
}

#[tokio::test]
async fn what_is_passed_over_is_noted_by_the_thousand() {
    let folder = tempfile::tempdir().unwrap();
    let source = store(folder.path(), "source.db").await;
    let sink = store(folder.path(), "sink.db").await;
    let consumer = Consumer {
        name: "test.echo",
        kinds: &["wanted"],
        store: sink.clone(),
    };
    let noted = || async {
        let noted = sink.stream_position("test.echo").await.unwrap();
        noted.map(|noted| noted.position)
    };
    let task = follow(consumer.clone(), &source, Arc::default());
    say(&source, "other", "1").await;
    say(&source, "other", "2").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(noted().await, None, "passing over two events is no reason to commit");
    for _ in 0..1000 {
        say(&source, "other", "more").await;
    }
    for _ in 0..400 {
        if noted().await.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(noted().await.is_some_and(|noted| noted >= 1000));

    task.abort();
    let _ = task.await;
    say(&source, "wanted", "at last").await;
    let _task = follow(consumer, &source, Arc::default());
    assert_eq!(until(&sink, 1).await, ["at last"]);
}

/// Appends at once and commits when told to.
fn say_slowly(store: &Store, subject: &str) -> (Arc<Barrier>, tokio::task::JoinHandle<()>) {
    let barrier = Arc::new(Barrier::new(2));
    let input = (event(store, "wanted", subject), Arc::clone(&barrier));
    let store = store.clone();
    let task = tokio::spawn(async move {
        store
            .transaction("test.say_slowly", input, |tx, (event, barrier)| {
                Box::pin(async move {
                    tx.append(event.clone()).await?;
                    barrier.wait().await;
                    barrier.wait().await;
                    Ok(())
                })
            })
            .await
            .unwrap();
    });
    (barrier, task)
}

#[tokio::test]
async fn what_is_committed_late_is_heard_on_postgresql() {
    let server = Postgres::start().unwrap();
    let (source, sink) = (schema(&server, "source").await, schema(&server, "sink").await);
    let consumer = Consumer {
        name: "test.echo",
        kinds: &["wanted"],
        store: sink.clone(),
    };
    let task = follow(consumer.clone(), &source, Arc::default());
    say(&source, "wanted", "1").await;
    let (barrier, late) = say_slowly(&source, "late");
    barrier.wait().await;
    say(&source, "wanted", "3").await;
    assert_eq!(until(&sink, 2).await, ["1", "3"]);
    barrier.wait().await;
    late.await.unwrap();
    assert_eq!(until(&sink, 3).await, ["1", "3", "late"]);

    task.abort();
    let _ = task.await;
    let (barrier, late) = say_slowly(&source, "later");
    barrier.wait().await;
    say(&source, "wanted", "5").await;
    let task = follow(consumer.clone(), &source, Arc::default());
    assert_eq!(until(&sink, 4).await, ["1", "3", "late", "5"]);
    task.abort();
    let _ = task.await;
    barrier.wait().await;
    late.await.unwrap();
    let _task = follow(consumer, &source, Arc::new(AtomicU32::new(2)));
    assert_eq!(until(&sink, 5).await, ["1", "3", "late", "5", "later"]);
}

#[tokio::test]
async fn who_reads_at_once_counts_each_event_once_on_postgresql() {
    let server = Postgres::start().unwrap();
    let source = schema(&server, "source").await;
    let tellers: Vec<_> = (0..8)
        .map(|teller| {
            let source = source.clone();
            tokio::spawn(async move {
                for number in 0..25 {
                    say(&source, "wanted", &format!("{teller}-{number}")).await;
                }
            })
        })
        .collect();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let feed = source.feed();
            tokio::spawn(async move {
                let (mut from, mut read) = (None, Vec::new());
                while read.len() < 200 {
                    for (at, event) in feed.tail(from, 7).await.unwrap() {
                        from = Some(at);
                        read.push((at, event.id));
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                read
            })
        })
        .collect();
    for teller in tellers {
        teller.await.unwrap();
    }
    let mut orders = Vec::new();
    for reader in readers {
        orders.push(
            tokio::time::timeout(Duration::from_secs(60), reader)
                .await
                .unwrap()
                .unwrap(),
        );
    }
    let mut ids: Vec<_> = orders[0].iter().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    assert!(orders.iter().all(|order| *order == orders[0]));
}

#[tokio::test]
async fn an_outbox_that_a_bus_was_given_is_counted_anew() {
    let server = Postgres::start().unwrap();
    let (source, sink) = (schema(&server, "source").await, schema(&server, "sink").await);
    let consumer = Consumer {
        name: "test.echo",
        kinds: &["wanted"],
        store: sink.clone(),
    };
    for subject in ["1", "2", "3"] {
        say(&source, "wanted", subject).await;
    }
    let task = follow(consumer.clone(), &source, Arc::default());
    assert_eq!(until(&sink, 3).await.len(), 3);
    task.abort();
    let _ = task.await;
    // a bus takes over, and the consumer was told of the first there
    let lease = Lease::take(&source, "relay", Duration::from_secs(6))
        .await
        .unwrap()
        .unwrap();
    assert!(source.outbox().begin(&lease, 1_000).await.unwrap());
    let waiting = source.outbox().waiting(10).await.unwrap();
    let positions = waiting.iter().map(|event| event.sequence).zip(1..).collect();
    assert!(source.outbox().published(&lease, 1_000, positions).await.unwrap());
    let at = StreamPosition {
        stream_created_at: 1_000,
        position: 3,
    };
    sink.set_stream_position("test.echo", at).await.unwrap();
    say(&source, "wanted", "4").await;
    // and goes again
    let _task = follow(consumer, &source, Arc::default());
    assert_eq!(until(&sink, 4).await, ["1", "2", "3", "4"]);
}
