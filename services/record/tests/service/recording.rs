//! What the services tell is recorded once, in order, without a gap.

use std::collections::HashSet;

use yihe_proto::record::v1::{GetHistoryRequest, History};

use crate::harness::{House, PARENT, Party, told, types};

pub async fn history(reader: &Party) -> History {
    let request = GetHistoryRequest {
        parent: PARENT.to_owned(),
    };
    told(reader.record().get_history(request)).await.unwrap()
}

pub async fn all_at_once(house: House) {
    let secretary = house.secretary();
    let (meeting, need) = (house.name("meetings"), house.name("needs"));
    let telling = |kind: &'static str, subject: String| {
        let (house, secretary) = (&house, &secretary);
        async move {
            for _ in 0..20 {
                house.tell(kind, &subject, secretary).await;
            }
        }
    };
    tokio::join!(
        telling("yihe.meeting.v1.MeetingUpdated", meeting.clone()),
        telling("yihe.resource.v1.NeedEnded", need.clone()),
        telling("yihe.directory.v1.MembershipEnded", house.name("memberships")),
    );
    let events = house.recorded(&secretary, 60).await;
    assert_eq!(events.len(), 60);
    let names: HashSet<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names.len(), 60, "an event was recorded twice");
    let before = history(&secretary).await;
    assert_eq!(before.event_count, 60, "places have gaps");
    assert_eq!(before.cursor, events[59].cursor);
    // what comes back reads on where it was
    let house = house.again().await;
    let secretary = secretary.at(&house.started);
    house.tell("yihe.meeting.v1.MeetingClosed", &meeting, &secretary).await;
    let after = house.recorded(&secretary, 61).await;
    assert_eq!(after[..60], events[..]);
    assert_eq!(types(&after[60..]), ["MeetingClosed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_all_services_tell_at_once_is_recorded_once_and_without_a_gap() {
    all_at_once(House::new().await).await;
}

#[tokio::test]
async fn an_event_is_kept_as_it_was_told() {
    let house = House::new().await;
    let (secretary, need) = (house.secretary(), house.name("needs"));
    house.tell("yihe.resource.v1.NeedCreated", &need, &secretary).await;
    let event = house.recorded(&secretary, 1).await.remove(0);
    assert_eq!(
        (event.source.as_str(), event.r#type.as_str()),
        ("resource", "yihe.resource.v1.NeedCreated")
    );
    assert_eq!((&event.subject, &event.aggregate), (&need, &need));
    assert_eq!(
        event.acting_organization,
        format!("organizations/{}", secretary.organization)
    );
    assert_eq!(event.actor, secretary.principal.to_string());
    assert_eq!(event.data, b"yihe.resource.v1.NeedCreated");
    assert!(event.occur_time.is_some() && event.record_time.is_some());
    let history = history(&secretary).await;
    assert_eq!((history.event_count, history.first_occur_time), (1, event.occur_time));
    assert_eq!(history.last_record_time, event.record_time);
}

#[tokio::test]
async fn what_belongs_to_no_community_is_in_no_history_and_communities_are_counted_apart() {
    let house = House::new().await;
    let (secretary, need) = (house.secretary(), house.name("needs"));
    let kind = "yihe.resource.v1.NeedCreated";
    house.tell_in(None, kind, "regions/440309", "regions", &secretary).await;
    house
        .tell_in(Some("440309002022"), kind, "elsewhere", "elsewhere", &secretary)
        .await;
    house.tell(kind, &need, &secretary).await;
    let events = house.recorded(&secretary, 1).await;
    assert_eq!(events.len(), 1);
    assert_eq!(history(&secretary).await.event_count, 1);
}

#[tokio::test]
async fn an_empty_history_has_a_beginning() {
    let house = House::new().await;
    let secretary = house.secretary();
    let history = history(&secretary).await;
    assert_eq!((history.event_count, history.first_occur_time), (0, None));
    assert!(!history.cursor.is_empty());
}
