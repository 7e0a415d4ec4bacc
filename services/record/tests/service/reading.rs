//! Filters, orders and pages.

use yihe_kernel::Clock;
use yihe_proto::record::v1::{EventFilter, EventOrder, GetEventRequest, ListEventsRequest};

use crate::harness::{House, PARENT, told, types};

const MADE: &str = "yihe.resource.v1.NeedCreated";
const ENDED: &str = "yihe.resource.v1.NeedEnded";
const CLOSED: &str = "yihe.meeting.v1.MeetingClosed";

#[tokio::test]
async fn each_filter_lets_through_what_it_names_and_all_of_them_hold() {
    let house = House::new().await;
    let (secretary, unit) = (house.secretary(), house.unit());
    let (need, meeting) = (house.name("needs"), house.name("meetings"));
    house.tell(MADE, &need, &unit).await;
    house.recorded(&secretary, 1).await;
    house.clock.advance_seconds(3600);
    let later = house.clock.now();
    house.tell(ENDED, &need, &secretary).await;
    house.recorded(&secretary, 2).await;
    house.tell(CLOSED, &meeting, &secretary).await;
    house.recorded(&secretary, 3).await;
    let of_unit = format!("organizations/{}", unit.organization);
    let cases = [
        (
            EventFilter::default(),
            vec!["NeedCreated", "NeedEnded", "MeetingClosed"],
        ),
        (
            filter(|it| it.types = vec![MADE.into(), CLOSED.into()]),
            vec!["NeedCreated", "MeetingClosed"],
        ),
        (
            filter(|it| it.types = vec!["yihe.resource.v1.*".into()]),
            vec!["NeedCreated", "NeedEnded"],
        ),
        (filter(|it| it.types = vec!["yihe.file.v1.*".into()]), vec![]),
        (filter(|it| it.subject = meeting.clone()), vec!["MeetingClosed"]),
        (
            filter(|it| it.acting_organization = of_unit.clone()),
            vec!["NeedCreated"],
        ),
        (
            filter(|it| it.sources = vec!["meeting".into(), "file".into()]),
            vec!["MeetingClosed"],
        ),
        (
            filter(|it| it.start_time = Some(later.to_proto())),
            vec!["NeedEnded", "MeetingClosed"],
        ),
        (filter(|it| it.end_time = Some(later.to_proto())), vec!["NeedCreated"]),
        (
            filter(|it| {
                it.subject = need.clone();
                it.start_time = Some(later.to_proto());
            }),
            vec!["NeedEnded"],
        ),
    ];
    for (filter, expected) in cases {
        let found = secretary.events(filter.clone()).await;
        assert_eq!(types(&found), expected, "{filter:?}");
    }
}

fn filter(set: impl FnOnce(&mut EventFilter)) -> EventFilter {
    let mut filter = EventFilter::default();
    set(&mut filter);
    filter
}

#[tokio::test]
async fn what_belongs_to_a_thing_is_found_by_its_name_too() {
    let house = House::new().await;
    let secretary = house.secretary();
    let meeting = house.name("meetings");
    let motion = format!("{meeting}/motions/{}", house.ids.next::<uuid::Uuid>());
    let submitted = "yihe.meeting.v1.MotionSubmitted";
    house
        .tell_in(
            Some(crate::harness::COMMUNITY),
            submitted,
            &motion,
            &meeting,
            &secretary,
        )
        .await;
    house.recorded(&secretary, 1).await;
    for subject in [meeting, motion] {
        let found = secretary.events(filter(|it| it.subject = subject)).await;
        assert_eq!(types(&found), ["MotionSubmitted"]);
    }
}

#[tokio::test]
async fn pages_go_both_ways_and_leave_nothing_out() {
    let house = House::new().await;
    let (secretary, need) = (house.secretary(), house.name("needs"));
    for _ in 0..23 {
        house.tell(MADE, &need, &secretary).await;
    }
    let oldest_first = house.recorded(&secretary, 23).await;
    for order in [EventOrder::Unspecified, EventOrder::NewestFirst] {
        let mut request = ListEventsRequest {
            parent: PARENT.to_owned(),
            order: order.into(),
            page_size: 10,
            ..Default::default()
        };
        let mut newest_first = Vec::new();
        let mut pages = 0;
        loop {
            let page = told(secretary.record().list_events(request.clone())).await.unwrap();
            pages += 1;
            newest_first.extend(page.events);
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        newest_first.reverse();
        assert_eq!((newest_first, pages), (oldest_first.clone(), 3));
    }
}

#[tokio::test]
async fn an_event_is_read_by_its_name() {
    let house = House::new().await;
    let (secretary, need) = (house.secretary(), house.name("needs"));
    house.tell(MADE, &need, &secretary).await;
    let event = house.recorded(&secretary, 1).await.remove(0);
    let request = GetEventRequest {
        name: event.name.clone(),
    };
    assert_eq!(told(secretary.record().get_event(request)).await.unwrap(), event);
}
