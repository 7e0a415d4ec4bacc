//! One effect per event, in order, across restarts and failures.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sea_orm::EntityTrait;
use yihe_bus::Consumer;
use yihe_kernel::{Error, SystemClock};
use yihe_store::{Backend, NewEvent, Store, StoreConfig, consumer_cursor, with_own_tables};

async fn store(folder: &std::path::Path, name: &str) -> Store {
    let config = StoreConfig::new(
        Backend::Sqlite {
            file: folder.join(name),
        },
        [7; 32],
    );
    Store::open(&config, || with_own_tables(Vec::new()), Arc::new(SystemClock))
        .await
        .unwrap()
}

async fn say(store: &Store, kind: &'static str, subject: &str) {
    let event = NewEvent {
        community: None,
        kind,
        stream: "s".into(),
        subject: subject.into(),
        actor: "services/test".into(),
        organization: None,
        payload: Vec::new(),
        at: store.clock().now(),
    };
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
        let row = consumer_cursor::Entity::find_by_id("test.echo")
            .one(sink.reader())
            .await
            .unwrap();
        row.map(|row| row.sequence)
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
