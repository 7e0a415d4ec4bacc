//! Webhooks with a real receiver: signed, in order, tried again, disabled, replayed, and nothing lost.

use std::collections::HashSet;
use std::time::Duration;

use yihe_proto::record::v1::*;

use crate::harness::{House, PARENT, Party, told, types};
use crate::receiver::{Posted, Receiver};

const NEED: &str = "yihe.resource.v1.NeedCreated";
const CLOSED: &str = "yihe.meeting.v1.MeetingClosed";

pub async fn create(party: &Party, url: &str) -> Webhook {
    let request = CreateWebhookRequest {
        parent: PARENT.to_owned(),
        webhook: Some(Webhook {
            url: url.to_owned(),
            filter: Some(EventFilter {
                sources: vec!["meeting".into(), "resource".into()],
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    told(party.webhooks().create_webhook(request)).await.unwrap()
}

async fn get(party: &Party, webhook: &Webhook) -> Webhook {
    let request = GetWebhookRequest {
        name: webhook.name.clone(),
    };
    told(party.webhooks().get_webhook(request)).await.unwrap()
}

/// Waits until a webhook is as it should be.
async fn becomes(party: &Party, webhook: &Webhook, is: impl Fn(&Webhook) -> bool) -> Webhook {
    for _ in 0..1000 {
        let found = get(party, webhook).await;
        if is(&found) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{:?} stayed as it was", get(party, webhook).await);
}

async fn deliveries(party: &Party, webhook: &Webhook) -> Vec<Delivery> {
    let request = ListDeliveriesRequest {
        parent: webhook.name.clone(),
        ..Default::default()
    };
    told(party.webhooks().list_deliveries(request))
        .await
        .unwrap()
        .deliveries
}

/// Needs that are told of, in their order.
async fn needs(house: &House, by: &Party, count: usize) -> Vec<String> {
    let mut subjects = Vec::new();
    for _ in 0..count {
        let need = house.name("needs");
        house.tell(NEED, &need, by).await;
        subjects.push(need);
    }
    subjects
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_posted_in_their_order_and_signed_as_the_standard_says() {
    let house = House::new().await;
    let (unit, receiver) = (house.unit(), Receiver::start().await);
    let webhook = create(&unit, &receiver.url).await;
    assert!(webhook.secret.starts_with("whsec_"));
    assert!(get(&unit, &webhook).await.secret.is_empty(), "the secret is told again");
    let subjects = needs(&house, &unit, 5).await;
    let posted = receiver.heard(5).await;
    let told: Vec<String> = posted.iter().map(Posted::subject).collect();
    assert_eq!(told, subjects);
    let events = unit.events(EventFilter::default()).await;
    let events: Vec<&Event> = events.iter().filter(|event| event.r#type == NEED).collect();
    for (one, event) in posted.iter().zip(&events) {
        assert!(one.is_signed_with(&webhook.secret));
        assert!(!one.is_signed_with("whsec_AAAA"));
        let id = event.name.rsplit('/').next().unwrap();
        assert_eq!((one.header("webhook-id"), one.path.as_str()), (id, "/hooks?a=b"));
        assert_eq!(
            one.header("content-type"),
            "application/cloudevents+json; charset=utf-8"
        );
        let json = one.json();
        assert_eq!(
            (json["specversion"].as_str(), json["id"].as_str()),
            (Some("1.0"), Some(id))
        );
        assert_eq!(json["type"].as_str(), Some(NEED));
        assert_eq!(
            json["source"].as_str(),
            Some("/communities/440309002021/services/resource")
        );
        assert_eq!(json["cursor"].as_str(), Some(event.cursor.as_str()));
        assert_eq!(json["actor"].as_str(), Some(unit.principal.to_string().as_str()));
        assert!(json["time"].as_str().unwrap().starts_with("2026-03-02T01:00:00"));
        assert!(json["data_base64"].is_string());
    }
    let webhook = becomes(&unit, &webhook, |it| it.cursor == events[4].cursor).await;
    assert_eq!((webhook.failed_attempts, webhook.state()), (0, WebhookState::Enabled));
    let kept = deliveries(&unit, &webhook).await;
    assert_eq!(kept.len(), 5);
    assert!(
        kept.iter()
            .all(|one| one.attempts == 1 && one.last_status == 204 && one.deliver_time.is_some())
    );
    assert_eq!(kept[0].event, events[4].name, "not the newest first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_is_tried_again_after_pauses_and_nothing_overtakes_it() {
    let house = House::new().await;
    let (unit, receiver) = (house.unit(), Receiver::start().await);
    receiver.answers(&[500, 302, 400]);
    let webhook = create(&unit, &receiver.url).await;
    let subjects = needs(&house, &unit, 2).await;
    for (attempt, seconds) in [(1, 6), (2, 24), (3, 96)] {
        receiver.heard(attempt).await;
        let failed = i32::try_from(attempt).unwrap();
        let waits = becomes(&unit, &webhook, |it| it.failed_attempts == failed).await;
        assert!(waits.next_attempt_time.is_some());
        // until the pause is over nothing is posted
        house.clock.advance_seconds(seconds / 2);
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(receiver.posted().len(), attempt);
        house.clock.advance_seconds(seconds / 2);
    }
    let posted = receiver.heard(5).await;
    let told: Vec<String> = posted.iter().map(Posted::subject).collect();
    let (first, second) = (&subjects[0], &subjects[1]);
    assert_eq!(told.iter().collect::<Vec<_>>(), [first, first, first, first, second]);
    let ids: HashSet<&str> = posted[..4].iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!(ids.len(), 1, "an event has one id");
    assert!(
        posted.iter().all(|one| one.path == "/hooks?a=b"),
        "a redirect was followed"
    );
    assert!(posted.iter().all(|one| one.is_signed_with(&webhook.secret)));
    let webhook = becomes(&unit, &webhook, |it| it.failed_attempts == 0).await;
    assert_eq!(webhook.next_attempt_time, None);
    for _ in 0..100 {
        let kept = deliveries(&unit, &webhook).await;
        if kept.len() == 2 {
            assert_eq!(kept[1].attempts, 4);
            assert!(kept[1].last_error.is_empty() && kept[1].last_status == 204);
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the second delivery was never noted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_fails_for_days_is_disabled_and_goes_on_where_it_stood_when_it_is_enabled() {
    let house = House::new().await;
    let (unit, receiver) = (house.unit(), Receiver::start().await);
    receiver.answers(&[500; 100]);
    let webhook = create(&unit, &receiver.url).await;
    let subjects = needs(&house, &unit, 3).await;
    let mut attempts = 0;
    let failed = loop {
        attempts += 1;
        receiver.heard(attempts).await;
        let count = i32::try_from(attempts).unwrap();
        let found = becomes(&unit, &webhook, |it| it.failed_attempts == count).await;
        if found.state() == WebhookState::Failed {
            break found;
        }
        house.clock.advance_seconds(15 * 3600);
    };
    assert!(
        (7..12).contains(&attempts),
        "{attempts} attempts in five days of 15 hours"
    );
    house.clock.advance_seconds(15 * 3600);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(receiver.posted().len(), attempts, "a disabled webhook was told to");
    let events = unit.events(EventFilter::default()).await;
    assert!(types(&events).contains(&"WebhookDisabled"), "{:?}", types(&events));
    receiver.answers(&[]);
    let request = EnableWebhookRequest {
        name: failed.name.clone(),
    };
    told(unit.webhooks().enable_webhook(request)).await.unwrap();
    let posted = receiver.heard(attempts + 3).await;
    let told: Vec<String> = posted[attempts..].iter().map(Posted::subject).collect();
    assert_eq!(told, subjects);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_gone_is_asked_once() {
    let house = House::new().await;
    let (unit, receiver) = (house.unit(), Receiver::start().await);
    receiver.answers(&[410]);
    let webhook = create(&unit, &receiver.url).await;
    needs(&house, &unit, 2).await;
    let gone = becomes(&unit, &webhook, |it| it.state() == WebhookState::Gone).await;
    house.clock.advance_seconds(86_400);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(receiver.posted().len(), 1);
    assert_eq!(deliveries(&unit, &gone).await[0].last_status, 410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_is_told_again_from_a_cursor() {
    let house = House::new().await;
    let (unit, receiver) = (house.unit(), Receiver::start().await);
    let webhook = create(&unit, &receiver.url).await;
    let subjects = needs(&house, &unit, 4).await;
    receiver.heard(4).await;
    let events = unit.events(EventFilter::default()).await;
    let second = events.iter().find(|event| event.subject == subjects[1]).unwrap();
    becomes(&unit, &webhook, |it| {
        it.cursor == events.iter().find(|event| event.subject == subjects[3]).unwrap().cursor
    })
    .await;
    let request = ReplayWebhookRequest {
        name: webhook.name.clone(),
        cursor: second.cursor.clone(),
    };
    told(unit.webhooks().replay_webhook(request)).await.unwrap();
    let posted = receiver.heard(6).await;
    let told: Vec<String> = posted[4..].iter().map(Posted::subject).collect();
    assert_eq!(told, subjects[2..]);
    assert_eq!(posted[4].header("webhook-id"), posted[2].header("webhook-id"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_a_day_both_secrets_sign() {
    let house = House::new().await;
    let (unit, receiver) = (house.unit(), Receiver::start().await);
    let old = create(&unit, &receiver.url).await;
    let request = RotateWebhookSecretRequest { name: old.name.clone() };
    let new = told(unit.webhooks().rotate_webhook_secret(request)).await.unwrap();
    assert!(new.secret.starts_with("whsec_") && new.secret != old.secret);
    needs(&house, &unit, 1).await;
    let both = receiver.heard(1).await;
    assert!(both[0].is_signed_with(&old.secret) && both[0].is_signed_with(&new.secret));
    house.clock.advance_seconds(86_400);
    needs(&house, &unit, 1).await;
    let one = receiver.heard(2).await;
    assert!(!one[1].is_signed_with(&old.secret) && one[1].is_signed_with(&new.secret));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_is_told_what_whoever_answers_for_it_may_read_and_nothing_when_that_right_ends() {
    let house = House::new().await;
    let (secretary, unit, receiver) = (house.secretary(), house.unit(), Receiver::start().await);
    let webhook = create(&unit, &receiver.url).await;
    house.tell(CLOSED, &house.name("meetings"), &secretary).await;
    let subjects = needs(&house, &secretary, 1).await;
    let posted = receiver.heard(1).await;
    assert_eq!(posted[0].subject(), subjects[0]);
    assert!(posted[0].json()["actor"].is_null(), "who acted is told to others");
    house.policy.dismiss(&unit.principal.to_string());
    needs(&house, &secretary, 1).await;
    let stopped = becomes(&secretary, &webhook, |it| it.state() == WebhookState::Unentitled).await;
    assert_eq!(receiver.posted().len(), 1);
    // whoever enables it answers for it
    let colleague = house.colleague(&unit);
    let request = EnableWebhookRequest {
        name: stopped.name.clone(),
    };
    let enabled = told(colleague.webhooks().enable_webhook(request)).await.unwrap();
    assert_eq!(enabled.answerable, colleague.principal.to_string());
    receiver.heard(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slow_receiver_keeps_no_other_waiting_and_is_given_up() {
    let house = House::new().await;
    let unit = house.unit();
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    slow.takes(Duration::from_secs(60));
    let webhook = create(&unit, &slow.url).await;
    create(&unit, &quick.url).await;
    needs(&house, &unit, 3).await;
    quick.heard(3).await;
    assert_eq!(slow.posted().len(), 1);
    let failed = becomes(&unit, &webhook, |it| it.failed_attempts == 1).await;
    let kept = deliveries(&unit, &failed).await;
    assert_eq!(kept[0].last_status, 0);
    assert!(kept[0].last_error.contains("15 s"), "{}", kept[0].last_error);
}

/// The process goes and comes back at random while events are told: each is posted, the first time of each in their order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_process_goes_and_comes_back() {
    let mut house = House::new().await;
    let (unit, receiver) = (house.unit(), Receiver::start().await);
    receiver.takes(Duration::from_millis(30));
    create(&unit, &receiver.url).await;
    let mut subjects = Vec::new();
    for round in 0_u64..4 {
        subjects.extend(needs(&house, &unit, 8).await);
        tokio::time::sleep(Duration::from_millis(70 + 40 * round)).await;
        house = house.again().await;
        // the lease of what went runs out
        house.clock.advance_seconds(60);
    }
    for _ in 0..1000 {
        let told: HashSet<String> = receiver.posted().iter().map(Posted::subject).collect();
        if told.len() == subjects.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut first = Vec::new();
    for subject in receiver.posted().iter().map(Posted::subject) {
        if !first.contains(&subject) {
            first.push(subject);
        }
    }
    assert_eq!(first, subjects);
}

/// Two replicas, one webhook: in order, and each event once while nothing fails.
pub async fn two_replicas(house: House) {
    let other = house.replica().await;
    let (unit, receiver) = (house.unit(), Receiver::start().await);
    create(&unit, &receiver.url).await;
    let subjects = needs(&house, &unit, 40).await;
    receiver.heard(40).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let told: Vec<String> = receiver.posted().iter().map(Posted::subject).collect();
    assert_eq!(told, subjects);
    drop(other);
}
