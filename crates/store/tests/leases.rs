//! What only one replica may do at a time.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::time::Duration;

use yihe_kernel::{AdjustableClock, Clock, SharedClock, Timestamp};
use yihe_store::{Backend, Lease, Store, StoreConfig, with_own_tables};
use yihe_testkit::Postgres;

const TERM: Duration = Duration::from_secs(6);

async fn one_at_a_time(backend: Backend) {
    let clock = Arc::new(AdjustableClock::starting_at(Timestamp::from_seconds(1_772_413_200)));
    let shared: SharedClock = Arc::<AdjustableClock>::clone(&clock);
    let config = StoreConfig::new(backend, [7; 32]);
    let store = Store::open(&config, || with_own_tables(Vec::new()), shared)
        .await
        .unwrap();
    let take = async |name: &str| Lease::take(&store, name, TERM).await.unwrap();

    let first = take("a").await.unwrap();
    assert!(take("a").await.is_none());
    assert!(take("b").await.is_some(), "another name is another lease");
    clock.advance_seconds(4);
    assert!(first.renew().await.unwrap());
    clock.advance_seconds(4);
    assert!(take("a").await.is_none(), "it was renewed");
    clock.advance_seconds(3);
    let second = take("a").await.unwrap();
    assert!(second.fence() > first.fence());
    assert!(!first.renew().await.unwrap(), "it was overtaken");
    drop(first);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(take("a").await.is_none(), "who was overtaken gives nothing back");

    drop(second);
    let mut third = None;
    for _ in 0..200 {
        third = take("a").await;
        if third.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let third = third.unwrap();

    // whoever wrote it had a clock that was an hour ahead
    clock.set(clock.now().plus_seconds(-3_600));
    let fourth = take("a").await.unwrap();
    assert!(!third.renew().await.unwrap() && fourth.renew().await.unwrap());
}

#[tokio::test]
async fn a_lease_has_one_holder_and_who_was_overtaken_learns_of_it() {
    let folder = tempfile::tempdir().unwrap();
    one_at_a_time(Backend::Sqlite {
        file: folder.path().join("a.db"),
    })
    .await;
}

#[tokio::test]
async fn a_lease_has_one_holder_on_postgresql_too() {
    let server = Postgres::start().unwrap();
    let (url, schema) = (server.url(), "leases".to_owned());
    one_at_a_time(Backend::Postgres { url, schema }).await;
}
