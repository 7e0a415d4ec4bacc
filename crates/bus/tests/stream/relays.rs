use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Statement};
use yihe_kernel::SystemClock;
use yihe_store::Backend;
use yihe_testkit::{Nats, Postgres};

use crate::harness::{World, bus, event, numbers, open_at, published, relay, tell, until_published};

#[tokio::test]
async fn relays_that_overtake_one_another_publish_nothing_twice_or_out_of_order() {
    let nats = Nats::start().unwrap();
    let world = World::new().await;
    let _relays = [(); 3].map(|()| world.relay(&bus(&nats)));
    let _consumer = world.consumer(&bus(&nats));
    for number in 0..400_u32 {
        world.tell(0, &number.to_string()).await;
        if number % 20 == 0 {
            // the lease of whoever holds it runs out, while it is at work
            world.clock.advance_seconds(7);
            tokio::time::sleep(Duration::from_millis(u64::from(number % 7) * 40)).await;
        }
    }
    let heard = world.until_heard(400).await;
    assert_eq!(heard[&440_309_002_021], numbers(0..400));
    until_published(&world.teller).await;
    let subjects: Vec<String> = published(&nats).await.into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, numbers(0..400));
}

#[tokio::test]
async fn a_relay_that_is_gone_is_followed_by_another_when_its_lease_runs_out() {
    let nats = Nats::start().unwrap();
    let world = World::new().await;
    let held = yihe_store::Lease::take(&world.teller, "relay", Duration::from_secs(6))
        .await
        .unwrap();
    let held = held.unwrap();
    let _relay = world.relay(&bus(&nats));
    world.tell(0, "0").await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(world.teller.outbox().waiting(9).await.unwrap().len(), 1);
    world.clock.advance_seconds(7);
    until_published(&world.teller).await;
    assert!(!held.renew().await.unwrap(), "it was overtaken");
    let late = world.teller.outbox().published(&held, 1, vec![(1, 99)]).await.unwrap();
    assert!(!late, "who was overtaken notes nothing");
}

#[tokio::test]
async fn a_commit_of_one_replica_wakes_feeds_of_the_others_and_is_published_by_the_one_that_relays() {
    let (nats, postgres) = (Nats::start().unwrap(), Postgres::start().unwrap());
    let place = Backend::Postgres {
        url: postgres.url(),
        schema: "teller".into(),
    };
    let [first, second] = [
        open_at(place.clone(), Arc::new(SystemClock)).await,
        open_at(place, Arc::new(SystemClock)).await,
    ];
    let _relay = relay(&first, &bus(&nats));
    tell(&first, 0, "0").await;
    until_published(&first).await;
    let _waits = relay(&second, &bus(&nats));
    // until it listens
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut feed = first.feed();
    let begun = Instant::now();
    for number in 1..=20_u32 {
        tell(&second, 0, &number.to_string()).await;
        assert!(feed.changed().await);
        until_published(&second).await;
    }
    // whoever only looks once a second would have taken ten
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let subjects: Vec<String> = published(&nats).await.into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, numbers(0..21));
}

#[tokio::test]
async fn a_lower_sequence_that_is_committed_later_is_published_nevertheless() {
    let (nats, postgres) = (Nats::start().unwrap(), Postgres::start().unwrap());
    let backend = Backend::Postgres {
        url: postgres.url(),
        schema: "teller".into(),
    };
    let store = open_at(backend, Arc::new(SystemClock)).await;
    let _relay = relay(&store, &bus(&nats));
    let slow = tokio::spawn({
        let (store, slow) = (store.clone(), event(&store, 0, "slow"));
        async move {
            let body = store.transaction("test.slow", slow, |tx, event| {
                Box::pin(async move {
                    tx.append(event.clone()).await?;
                    let wait = Statement::from_string(tx.get_database_backend(), "SELECT pg_sleep(1.5)");
                    tx.query_one_raw(wait).await?;
                    Ok(())
                })
            });
            body.await.unwrap();
        }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    tell(&store, 0, "quick").await;
    until_published(&store).await;
    slow.await.unwrap();
    until_published(&store).await;
    let subjects: Vec<String> = published(&nats).await.into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, ["quick", "slow"]);
    let sequences: Vec<String> = store
        .feed()
        .after(0, 9)
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.subject)
        .collect();
    assert_eq!(sequences, ["slow", "quick"]);
}
