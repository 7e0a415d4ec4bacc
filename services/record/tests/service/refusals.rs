//! What each RPC refuses, and with which reason.

use yihe_proto::record::v1::*;

use crate::harness::{ELSEWHERE, House, PARENT, Party, reason, told};

async fn all(party: &Party, parent: &str) -> Vec<(&'static str, String)> {
    let mut client = party.record();
    let list = ListEventsRequest {
        parent: parent.to_owned(),
        ..Default::default()
    };
    let get = GetEventRequest {
        name: format!("{parent}/events/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f"),
    };
    let subscribe = SubscribeRequest {
        parent: parent.to_owned(),
        ..Default::default()
    };
    let history = GetHistoryRequest {
        parent: parent.to_owned(),
    };
    vec![
        ("list", reason(told(client.list_events(list)).await)),
        ("get", reason(told(client.get_event(get)).await)),
        ("subscribe", reason(told(client.subscribe(subscribe)).await)),
        ("history", reason(told(client.get_history(history)).await)),
    ]
}

#[tokio::test]
async fn a_stranger_and_a_member_elsewhere_are_refused() {
    let house = House::new().await;
    for (party, parent) in [
        (house.stranger(), PARENT),
        (house.secretary(), ELSEWHERE),
        (house.stranger(), ELSEWHERE),
    ] {
        for (rpc, reason) in all(&party, parent).await {
            assert_eq!(reason, "PERMISSION_DENIED", "{rpc}");
        }
    }
}

#[tokio::test]
async fn malformed_names_are_refused() {
    let house = House::new().await;
    let secretary = house.secretary();
    for parent in [
        "communities/x",
        "communities/-",
        "community/440309002021",
        "organizations/1",
    ] {
        for (rpc, reason) in all(&secretary, parent).await {
            assert_eq!(reason, "MALFORMED_NAME", "{rpc} of {parent}");
        }
    }
    let member = GetEventRequest {
        name: format!("{PARENT}/needs/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f"),
    };
    assert_eq!(
        reason(told(secretary.record().get_event(member)).await),
        "MALFORMED_NAME"
    );
}

#[tokio::test]
async fn only_the_core_oversees() {
    let house = House::new().await;
    let request = GetHistoryRequest {
        parent: PARENT.to_owned(),
    };
    let refused = told(house.unit().record().get_history(request)).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
}

#[tokio::test]
async fn bad_fields_are_named() {
    let house = House::new().await;
    let secretary = house.secretary();
    let filters = [
        EventFilter {
            types: vec!["a type".into()],
            ..Default::default()
        },
        EventFilter {
            types: vec![String::new()],
            ..Default::default()
        },
        EventFilter {
            types: vec!["yihe.*.v1".into()],
            ..Default::default()
        },
        EventFilter {
            types: vec!["*".into()],
            ..Default::default()
        },
        EventFilter {
            types: vec!["yihe.meeting.v1.VoteOpened".into(); 51],
            ..Default::default()
        },
        EventFilter {
            sources: vec!["meeting".into(); 21],
            ..Default::default()
        },
        EventFilter {
            start_time: Some(prost_types::Timestamp {
                seconds: i64::MAX,
                nanos: 0,
            }),
            ..Default::default()
        },
    ];
    for filter in filters {
        let list = ListEventsRequest {
            parent: PARENT.to_owned(),
            filter: Some(filter.clone()),
            ..Default::default()
        };
        let refused = told(secretary.record().list_events(list)).await;
        assert_eq!(reason(refused), "INVALID_REQUEST", "{filter:?}");
        let subscribe = SubscribeRequest {
            parent: PARENT.to_owned(),
            filter: Some(filter.clone()),
            ..Default::default()
        };
        let refused = told(secretary.record().subscribe(subscribe)).await;
        assert_eq!(reason(refused), "INVALID_REQUEST", "{filter:?}");
    }
    for (order, page_size) in [(9, 0), (0, -1)] {
        let list = ListEventsRequest {
            parent: PARENT.to_owned(),
            order,
            page_size,
            ..Default::default()
        };
        assert_eq!(
            reason(told(secretary.record().list_events(list)).await),
            "INVALID_REQUEST"
        );
    }
    let list = ListEventsRequest {
        parent: PARENT.to_owned(),
        page_token: "bm90aGluZw".into(),
        ..Default::default()
    };
    assert_eq!(
        reason(told(secretary.record().list_events(list)).await),
        "PAGE_TOKEN_INVALID"
    );
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_community_alone() {
    let house = House::new().await;
    let secretary = house.secretary();
    let request = GetHistoryRequest {
        parent: PARENT.to_owned(),
    };
    let cursor = told(secretary.record().get_history(request)).await.unwrap().cursor;
    for bad in ["x", "bm90aGluZw", &format!("{cursor}A"), &cursor[1..]] {
        let subscribe = SubscribeRequest {
            parent: PARENT.to_owned(),
            cursor: bad.to_owned(),
            ..Default::default()
        };
        let refused = told(secretary.record().subscribe(subscribe)).await;
        assert_eq!(reason(refused), "CURSOR_INVALID", "{bad}");
    }
}
