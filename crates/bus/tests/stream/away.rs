use std::time::Duration;

use yihe_testkit::Nats;

use crate::harness::{World, bus, numbers};

#[tokio::test]
async fn while_there_is_no_server_events_wait_and_flow_when_it_comes() {
    let mut nats = Nats::away().unwrap();
    let world = World::new().await;
    let bus = bus(&nats);
    let told = bus.check().await.unwrap_err().to_string();
    assert!(told.contains("start nats-server there or correct bus.url"), "{told}");
    let _relay = world.relay(&bus);
    let _consumer = world.consumer(&bus);
    for number in 0..10_u32 {
        world.tell(0, &number.to_string()).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.teller.outbox().waiting(100).await.unwrap().len(), 10);
    nats.again().unwrap();
    bus.check().await.unwrap();
    assert_eq!(world.until_heard(10).await[&440_309_002_021], numbers(0..10));
}

#[tokio::test]
async fn a_server_without_jetstream_is_named_with_what_to_do() {
    let nats = Nats::start_without_streams().unwrap();
    let told = bus(&nats).check().await.unwrap_err().to_string();
    assert!(told.contains("start nats-server with -js"), "{told}");
}
