use yihe_testkit::Nats;

use crate::harness::{World, bus, numbers, published, until_published};

#[tokio::test]
async fn a_bus_that_lost_its_streams_is_told_everything_again_and_nothing_has_a_second_effect() {
    let mut nats = Nats::start().unwrap();
    let world = World::new().await;
    let bus = bus(&nats);
    let _relay = world.relay(&bus);
    let _consumer = world.consumer(&bus);
    for number in 0..50_u32 {
        world.tell(0, &number.to_string()).await;
    }
    world.until_heard(50).await;
    nats.kill().unwrap();
    nats.lose_streams().unwrap();
    nats.again().unwrap();
    for number in 50..60_u32 {
        world.tell(0, &number.to_string()).await;
    }
    let heard = world.until_heard(60).await;
    assert_eq!(heard[&440_309_002_021], numbers(0..60));
    until_published(&world.teller).await;
    let subjects: Vec<String> = published(&nats).await.into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, numbers(0..60));
}

#[tokio::test]
async fn a_stream_that_lost_its_end_is_made_anew() {
    let nats = Nats::start().unwrap();
    let world = World::new().await;
    for number in 0..20_u32 {
        world.tell(0, &number.to_string()).await;
    }
    let relay = world.relay(&bus(&nats));
    until_published(&world.teller).await;
    relay.stop().await;
    // what the server acknowledged and had not written to its disk when the power went
    let lease = yihe_store::Lease::take(&world.teller, "relay", std::time::Duration::from_secs(6));
    let lease = lease.await.unwrap().unwrap();
    let at = world.teller.outbox().published_to().await.unwrap().unwrap();
    world.tell(0, "20").await;
    let outbox = world.teller.outbox();
    let beyond = outbox.published(&lease, at.stream_created_at, vec![(21, 21)]);
    assert!(beyond.await.unwrap());
    drop(lease);
    assert!(world.teller.outbox().waiting(1).await.unwrap().is_empty());

    let bus = bus(&nats);
    let _relay = world.relay(&bus);
    let _consumer = world.consumer(&bus);
    world.tell(0, "21").await;
    let heard = world.until_heard(22).await;
    assert_eq!(heard[&440_309_002_021], numbers(0..22));
}
