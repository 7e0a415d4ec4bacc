//! Streams: all that was, then all that comes, with no gap and none twice, whatever happens to the stream.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::timeout;
use tonic::{Status, Streaming};
use yihe_proto::record::v1::{Event, EventFilter, SubscribeRequest, SubscribeResponse};
use yihe_record::Started;

use crate::harness::{House, PARENT, Party, reason, told, types};

const NEED: &str = "yihe.resource.v1.NeedCreated";
const CLOSED: &str = "yihe.meeting.v1.MeetingClosed";
const PATIENCE: Duration = Duration::from_secs(20);

async fn subscribe(party: &Party, cursor: &str) -> Streaming<SubscribeResponse> {
    let request = SubscribeRequest {
        parent: PARENT.to_owned(),
        cursor: cursor.to_owned(),
        ..Default::default()
    };
    told(party.record().subscribe(request)).await.unwrap()
}

async fn next(stream: &mut Streaming<SubscribeResponse>) -> Result<SubscribeResponse, Status> {
    let message = timeout(PATIENCE, stream.message()).await.expect("nothing was told");
    message.map(|message| message.expect("the stream has ended"))
}

/// Messages until so many events were told.
async fn events(stream: &mut Streaming<SubscribeResponse>, count: usize) -> Vec<Event> {
    let mut all = Vec::new();
    while all.len() < count {
        all.extend(next(stream).await.unwrap().events);
    }
    all
}

/// A reader that is disconnected at random, now here and now at another replica, reads exactly the history.
pub async fn random_disconnections(house: &House, replicas: &[&Started], seed: u64) {
    const COUNT: usize = 300;
    let mut random = StdRng::seed_from_u64(seed);
    let (secretary, need, meeting) = (house.secretary(), house.name("needs"), house.name("meetings"));
    let reading = async {
        let (mut read, mut cursor, mut streams): (Vec<Event>, String, u32) = (Vec::new(), String::new(), 0);
        while read.len() < COUNT {
            let replica = replicas[random.random_range(0..replicas.len())];
            let mut stream = subscribe(&secretary.at(replica), &cursor).await;
            streams += 1;
            for _ in 0..random.random_range(0..4) {
                let message = next(&mut stream).await.unwrap();
                read.extend(message.events);
                cursor = message.cursor;
                if read.len() >= COUNT {
                    break;
                }
            }
        }
        assert!(streams > 3, "the stream was never cut");
        read
    };
    let telling = async {
        for number in 0..COUNT {
            let (kind, subject) = if number % 3 == 0 {
                (NEED, &need)
            } else {
                (CLOSED, &meeting)
            };
            house.tell(kind, subject, &secretary).await;
            if number % 40 == 0 {
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
        }
    };
    let (read, ()) = tokio::join!(reading, telling);
    let history = house.recorded(&secretary, COUNT).await;
    assert_eq!(read.len(), COUNT);
    assert!(read == history, "seed {seed}: what was read is not the history");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_is_disconnected_at_random_reads_exactly_the_history() {
    for seed in 0..3 {
        let house = House::new().await;
        random_disconnections(&house, &[&house.started], seed).await;
    }
}

#[tokio::test]
async fn any_event_is_a_place_to_go_on_from() {
    let house = House::new().await;
    let (secretary, need) = (house.secretary(), house.name("needs"));
    for _ in 0..5 {
        house.tell(NEED, &need, &secretary).await;
    }
    let history = house.recorded(&secretary, 5).await;
    for (index, event) in history.iter().enumerate().take(4) {
        let mut stream = subscribe(&secretary, &event.cursor).await;
        assert_eq!(events(&mut stream, 4 - index).await, history[index + 1..]);
    }
}

#[tokio::test]
async fn only_what_is_new_is_told_where_that_is_asked_and_filters_hold() {
    let house = House::new().await;
    let (secretary, need) = (house.secretary(), house.name("needs"));
    house.tell(NEED, &need, &secretary).await;
    house.recorded(&secretary, 1).await;
    let request = SubscribeRequest {
        parent: PARENT.to_owned(),
        only_new: true,
        filter: Some(EventFilter {
            types: vec![CLOSED.to_owned()],
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut stream = told(secretary.record().subscribe(request)).await.unwrap();
    let first = next(&mut stream).await.unwrap();
    assert!(first.events.is_empty() && !first.cursor.is_empty());
    house.tell(NEED, &need, &secretary).await;
    house.tell(CLOSED, &house.name("meetings"), &secretary).await;
    assert_eq!(types(&events(&mut stream, 1).await), ["MeetingClosed"]);
}

#[tokio::test]
async fn a_quiet_stream_tells_how_far_it_is_past_what_is_not_for_it() {
    let house = House::new().await;
    let (secretary, unit) = (house.secretary(), house.unit());
    let mut stream = subscribe(&unit, "").await;
    let first = next(&mut stream).await.unwrap();
    house.tell(CLOSED, &house.name("meetings"), &secretary).await;
    house.recorded(&secretary, 1).await;
    let kept_alive = next(&mut stream).await.unwrap();
    assert!(kept_alive.events.is_empty());
    assert_ne!(kept_alive.cursor, first.cursor, "the place did not go on");
    // whoever comes again there does not read all that was passed over
    house.tell(NEED, &house.name("needs"), &secretary).await;
    let mut again = subscribe(&unit, &kept_alive.cursor).await;
    assert_eq!(types(&events(&mut again, 1).await), ["NeedCreated"]);
}

#[tokio::test]
async fn a_stream_ends_with_the_right_to_it() {
    let house = House::new().await;
    let unit = house.unit();
    let mut stream = subscribe(&unit, "").await;
    next(&mut stream).await.unwrap();
    house.policy.dismiss(&unit.principal.to_string());
    let ended = loop {
        match next(&mut stream).await {
            Ok(message) => assert!(message.events.is_empty()),
            Err(status) => break status,
        }
    };
    assert_eq!(reason::<()>(Err(ended)), "PERMISSION_DENIED");
}

#[tokio::test]
async fn what_a_reader_loses_the_right_to_is_not_told_any_more() {
    use yihe_proto::policy::v1::{Condition, Effect};
    let house = House::new().await;
    let (secretary, unit) = (house.secretary(), house.unit());
    let mut stream = subscribe(&unit, "").await;
    house.tell(NEED, &house.name("needs"), &secretary).await;
    assert_eq!(types(&events(&mut stream, 1).await), ["NeedCreated"]);
    house
        .policy
        .rule("*/*", "resource.need.get", Effect::Deny, Condition::Unspecified);
    house
        .policy
        .rule("*/*", "meeting.meeting.watch", Effect::Allow, Condition::Unspecified);
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.tell(NEED, &house.name("needs"), &secretary).await;
    house.tell(CLOSED, &house.name("meetings"), &secretary).await;
    assert_eq!(types(&events(&mut stream, 1).await), ["MeetingClosed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_keeps_nobody_waiting_and_misses_nothing() {
    let house = House::new().await;
    let (secretary, need) = (house.secretary(), house.name("needs"));
    let mut slow = subscribe(&secretary, "").await;
    let mut quick = subscribe(&secretary, "").await;
    for _ in 0..700 {
        house.tell(NEED, &need, &secretary).await;
    }
    let told = events(&mut quick, 700).await;
    assert_eq!(events(&mut slow, 700).await, told);
}
