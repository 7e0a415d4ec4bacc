use std::time::Duration;

use yihe_testkit::Nats;

use crate::harness::{World, bus, numbers, published, until_published};

#[tokio::test]
async fn what_was_there_before_the_bus_is_published_too_and_each_event_has_one_effect_in_order() {
    let nats = Nats::start().unwrap();
    let world = World::new().await;
    for number in 0..300_u32 {
        world.tell(u64::from(number % 3), &number.to_string()).await;
    }
    let bus = bus(&nats);
    let _relay = world.relay(&bus);
    let _consumer = world.consumer(&bus);
    for number in 300..330_u32 {
        world.tell(u64::from(number % 3), &number.to_string()).await;
    }
    let heard = world.until_heard(330).await;
    for (community, subjects) in &heard {
        let wanted: Vec<String> = (0..330_u64)
            .filter(|number| 440_309_002_021 + number % 3 == *community)
            .map(|number| number.to_string())
            .collect();
        assert_eq!(*subjects, wanted);
    }
    until_published(&world.teller).await;
    let told = world.teller.feed().after(0, 1000).await.unwrap();
    let told: Vec<(String, String)> = told
        .into_iter()
        .map(|event| (event.id.to_string(), event.subject))
        .collect();
    assert_eq!(published(&nats).await, told);
}

#[tokio::test]
async fn a_server_that_is_killed_and_started_again_loses_and_doubles_nothing() {
    let mut nats = Nats::start().unwrap();
    let world = World::new().await;
    let bus = bus(&nats);
    let _relay = world.relay(&bus);
    let _consumer = world.consumer(&bus);
    let mut told = 0..;
    for round in 0..3 {
        for number in told.by_ref().take(40) {
            world.tell(0, &u32::to_string(&number)).await;
        }
        nats.kill().unwrap();
        for number in told.by_ref().take(40) {
            world.tell(0, &u32::to_string(&number)).await;
        }
        tokio::time::sleep(Duration::from_millis(300 * round)).await;
        nats.again().unwrap();
    }
    let heard = world.until_heard(240).await;
    assert_eq!(heard[&440_309_002_021], numbers(0..240));
    until_published(&world.teller).await;
    let subjects: Vec<String> = published(&nats).await.into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, numbers(0..240));
}

#[tokio::test]
async fn relay_and_consumer_that_are_stopped_under_way_go_on_where_they_were() {
    let nats = Nats::start().unwrap();
    let world = World::new().await;
    for round in 0..4 {
        // as processes do, each has its own connection
        let bus = bus(&nats);
        let relay = world.relay(&bus);
        let consumer = world.consumer(&bus);
        for number in round * 50..(round + 1) * 50 {
            world.tell(0, &u32::to_string(&number)).await;
        }
        world.until_heard(usize::try_from(round * 50 + 10).unwrap()).await;
        relay.stop().await;
        consumer.stop().await;
    }
    let bus = bus(&nats);
    let _relay = world.relay(&bus);
    let _consumer = world.consumer(&bus);
    world.until_heard(200).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(world.heard().await[&440_309_002_021], numbers(0..200));
}
