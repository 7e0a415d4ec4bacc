use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::resource::v1::*;

use crate::harness::{ELSEWHERE, House, asking, booking, detail, fields, local, reason, told};

#[tokio::test]
async fn quantities_and_times_without_sense_are_refused_with_what_would_do() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(3, BookingRules::default()).await;
    for quantity in [0, -1, i64::MIN, i64::MAX, 1_000_001] {
        let refused = school
            .ask(asking(&hall, booking("2026-03-03T19:00", "2026-03-03T21:00", quantity)))
            .await;
        assert_eq!(fields(&refused), ["booking.quantity"], "{quantity}");
        assert!(refused.unwrap_err().message().contains("booking.quantity"));
    }
    let refused = school
        .ask(asking(&hall, booking("2026-03-03T19:00", "2026-03-03T21:00", 4)))
        .await;
    assert_eq!(detail(&refused, "capacity"), "3");
    assert_eq!(reason(refused), "QUANTITY_ABOVE_CAPACITY");
    for (from, until) in [
        ("2026-03-03T21:00", "2026-03-03T19:00"),
        ("2026-03-03T19:00", "2026-03-03T19:00"),
    ] {
        assert_eq!(fields(&school.book(&hall, from, until).await), ["booking.end_time"]);
    }
    let timeless = Booking {
        start_time: None,
        ..booking("2026-03-03T19:00", "2026-03-03T21:00", 1)
    };
    assert_eq!(
        fields(&school.ask(asking(&hall, timeless)).await),
        ["booking.start_time"]
    );
    // over the edge of the calendar
    let edge = prost_types::Timestamp {
        seconds: 253_402_300_800,
        nanos: 0,
    };
    let endless = Booking {
        end_time: Some(edge),
        ..booking("2026-03-03T19:00", "2026-03-03T21:00", 1)
    };
    assert_eq!(fields(&school.ask(asking(&hall, endless)).await), ["booking.end_time"]);
    let last = Booking {
        start_time: Some(prost_types::Timestamp {
            seconds: 253_402_300_000,
            nanos: 0,
        }),
        end_time: Some(prost_types::Timestamp {
            seconds: 253_402_300_799,
            nanos: 0,
        }),
        ..booking("2026-03-03T19:00", "2026-03-03T21:00", 1)
    };
    // the last quarter of an hour of the calendar can be had
    school.ask(asking(&hall, last)).await.unwrap();
    let hold = CreateBookingRequest {
        hold_minutes: 1_441,
        ..asking(&hall, booking("2026-03-03T19:00", "2026-03-03T21:00", 1))
    };
    assert_eq!(fields(&school.ask(hold).await), ["hold_minutes"]);
}

#[tokio::test]
async fn rules_of_what_is_booked_are_kept() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let daily = |weekday| OpeningHours {
        weekday,
        open_time: "08:00".to_owned(),
        close_time: "22:00".to_owned(),
    };
    let rules = BookingRules {
        opening_hours: (1..=7).map(daily).collect(),
        blackouts: vec![Blackout {
            start_time: Some(local("2026-03-05T00:00").to_proto()),
            end_time: Some(local("2026-03-06T00:00").to_proto()),
            reason: "检修".to_owned(),
        }],
        minimum_notice_minutes: 120,
        longest_minutes: 180,
        ..BookingRules::default()
    };
    let hall = center.hall(1, rules).await;
    let past = school.book(&hall, "2026-03-02T08:30", "2026-03-02T10:00").await;
    assert_eq!(reason(past), "BOOKING_IN_PAST");
    let soon = school.book(&hall, "2026-03-02T10:00", "2026-03-02T11:00").await;
    assert_eq!(detail(&soon, "minutes"), "120");
    assert!(detail(&soon, "earliest").starts_with("2026-03-02 11:00"), "{soon:?}");
    assert_eq!(reason(soon), "BOOKING_NOTICE_TOO_SHORT");
    let long = school.book(&hall, "2026-03-03T10:00", "2026-03-03T13:01").await;
    assert_eq!(
        (detail(&long, "longest"), detail(&long, "minutes")),
        ("180".to_owned(), "181".to_owned())
    );
    assert_eq!(reason(long), "BOOKING_TOO_LONG");
    let late = school.book(&hall, "2026-03-04T21:00", "2026-03-04T23:00").await;
    // the next day is the day of the blackout
    assert_eq!(detail(&late, "next"), "2026-03-06 08:00");
    assert_eq!(reason(late), "OUTSIDE_OPENING_HOURS");
    let closed = school.book(&hall, "2026-03-05T10:00", "2026-03-05T11:00").await;
    assert_eq!(detail(&closed, "next"), "2026-03-06 08:00");
    assert_eq!(reason(closed), "IN_BLACKOUT");
    school
        .book(&hall, "2026-03-06T08:00", "2026-03-06T11:00")
        .await
        .unwrap();
}

#[tokio::test]
async fn who_may_book_is_for_the_owner_to_say() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let street = house.member(
        OrganizationKind::SocialOrganization,
        "SOCIAL_ORGANIZATION/STAFF",
        "基金会",
    );
    let (from, until) = ("2026-03-03T19:00", "2026-03-03T20:00");
    let rules = BookingRules {
        booker_kinds: vec![OrganizationKind::SocialOrganization.into()],
        ..BookingRules::default()
    };
    let hall = center.hall(9, rules.clone()).await;
    assert_eq!(reason(school.book(&hall, from, until).await), "BOOKER_NOT_ALLOWED");
    street.book(&hall, from, until).await.unwrap();
    center.book(&hall, from, until).await.unwrap();
    let listed = BookingRules {
        bookers: vec![school.name()],
        ..rules
    };
    let hall = center.hall(9, listed).await;
    school.book(&hall, from, until).await.unwrap();
}

#[tokio::test]
async fn a_quota_binds_all_but_the_owner() {
    let house = House::new().await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let rules = BookingRules {
        quota: Some(Quota {
            minutes: 180,
            period: QuotaPeriod::Week.into(),
        }),
        ..BookingRules::default()
    };
    let hall = center.hall(9, rules).await;
    let first = school
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
    let more = school.book(&hall, "2026-03-04T19:00", "2026-03-04T21:00").await;
    assert_eq!(
        (detail(&more, "used"), detail(&more, "left")),
        ("120".to_owned(), "60".to_owned())
    );
    assert_eq!(reason(more), "BOOKING_QUOTA_EXCEEDED");
    school
        .book(&hall, "2026-03-04T19:00", "2026-03-04T20:00")
        .await
        .unwrap();
    // another week, another organization, the owner
    school
        .book(&hall, "2026-03-09T19:00", "2026-03-09T21:00")
        .await
        .unwrap();
    station
        .book(&hall, "2026-03-04T19:00", "2026-03-04T21:00")
        .await
        .unwrap();
    center
        .book(&hall, "2026-03-04T10:00", "2026-03-04T20:00")
        .await
        .unwrap();
    // what is cancelled does not count
    school.cancel(&first).await.unwrap();
    school
        .book(&hall, "2026-03-05T19:00", "2026-03-05T21:00")
        .await
        .unwrap();
}

#[tokio::test]
async fn bookings_are_made_for_member_organizations() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let alone = school.alone().book(&hall, "2026-03-03T19:00", "2026-03-03T21:00").await;
    assert_eq!(reason(alone), "ORGANIZATION_REQUIRED");
    house.directory.end(&school.name());
    let former = school.book(&hall, "2026-03-03T19:00", "2026-03-03T21:00").await;
    assert_eq!(reason(former), "ORGANIZATION_NOT_A_MEMBER");
}

#[tokio::test]
async fn another_community_in_a_name_is_refused() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let elsewhere = hall.name.replace(crate::harness::PARENT, ELSEWHERE);
    let there = Bookable {
        name: elsewhere.clone(),
        ..hall.clone()
    };
    let refused = school.book(&there, "2026-03-03T19:00", "2026-03-03T21:00").await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    let two = ListFreeBusyRequest {
        parent: crate::harness::PARENT.to_owned(),
        start_time: Some(local("2026-03-03T19:00").to_proto()),
        end_time: Some(local("2026-03-04T19:00").to_proto()),
        bookables: vec![elsewhere],
    };
    assert_eq!(
        reason(told(school.free_busy().list_free_busy(two)).await),
        "TWO_COMMUNITIES"
    );
    let unknown = Bookable {
        name: format!("{}/bookables/{}", crate::harness::PARENT, house.request_id()),
        ..hall
    };
    assert_eq!(
        reason(school.book(&unknown, "2026-03-03T19:00", "2026-03-03T21:00").await),
        "RESOURCE_NOT_FOUND"
    );
}
