use std::time::{Duration, Instant};

use yihe_testkit::Nats;

use crate::harness::{World, bus};

#[tokio::test]
async fn an_event_that_is_refused_too_often_is_put_aside_and_holds_up_its_own_community_alone() {
    let nats = Nats::start().unwrap();
    let world = World::new().await;
    world.refused.lock().unwrap().push("bad".into());
    let bus = bus(&nats);
    let _relay = world.relay(&bus);
    let consumer = world.consumer(&bus);
    world.tell(0, "before").await;
    world.tell(0, "bad").await;
    world.tell(0, "after").await;
    world.tell(1, "elsewhere").await;
    let heard = world.until_heard(3).await;
    assert_eq!(heard[&440_309_002_022], ["elsewhere"]);
    assert_eq!(heard[&440_309_002_021], ["before", "after"]);
    let order = world.listener.feed().after(0, 9).await.unwrap();
    let last = order.last().map(|event| event.subject.as_str());
    assert_eq!(last, Some("after"), "its own community waited: {order:?}");

    let aside = world.listener.dead_letters().await.unwrap();
    assert_eq!(aside.len(), 1);
    assert_eq!(
        (aside[0].consumer.as_str(), aside[0].event.subject.as_str()),
        ("test.echo", "bad")
    );
    assert!(aside[0].error.contains("not this one"), "{}", aside[0].error);

    // asked for while it still fails: it stays
    let event = aside[0].event.id;
    assert_eq!(world.listener.replay_dead_letters(Some(event)).await.unwrap(), 1);
    until(async || !world.listener.dead_letters().await.unwrap()[0].replay).await;
    assert_eq!(world.heard().await[&440_309_002_021], ["before", "after"]);

    // delivered again to another reader: still put aside, not tried
    consumer.stop().await;
    world.refused.lock().unwrap().clear();
    let _consumer = world.consumer(&bus);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.listener.dead_letters().await.unwrap().len(), 1);

    assert_eq!(world.listener.replay_dead_letters(None).await.unwrap(), 1);
    until(async || world.listener.dead_letters().await.unwrap().is_empty()).await;
    assert_eq!(world.heard().await[&440_309_002_021], ["before", "after", "bad"]);
    assert_eq!(world.listener.replay_dead_letters(None).await.unwrap(), 0);
}

#[tokio::test]
async fn many_events_that_fail_in_one_community_do_not_starve_the_others() {
    let nats = Nats::start().unwrap();
    let world = World::new().await;
    world.refused.lock().unwrap().push("bad".into());
    let bus = bus(&nats);
    let _relay = world.relay(&bus);
    for _ in 0..100 {
        world.tell(0, "bad").await;
    }
    world.tell(1, "good").await;
    let begun = Instant::now();
    let _consumer = world.consumer(&bus);
    let heard = world.until_heard(1).await;
    assert_eq!(heard[&440_309_002_022], ["good"]);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    until(async || world.listener.dead_letters().await.unwrap().len() == 100).await;
}

async fn until(holds: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(40), "it does not come to that");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
