use tonic::Status;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::resource::v1::*;

use crate::harness::{House, PARENT, Party, asking, bookable, booking, detail, fields, local, reason, told};

pub async fn change(party: &Party, hall: &Bookable, path: &str, to: Bookable) -> Result<Bookable, Status> {
    let request = UpdateBookableRequest {
        bookable: Some(Bookable {
            name: hall.name.clone(),
            ..to
        }),
        update_mask: vec![path.to_owned()],
    };
    told(party.bookables().update_bookable(request)).await
}

#[tokio::test]
async fn what_can_be_booked_is_registered_and_listed() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let rules = BookingRules {
        opening_hours: vec![OpeningHours {
            weekday: 1,
            open_time: "08:00".to_owned(),
            close_time: "24:00".to_owned(),
        }],
        minimum_notice_minutes: 60,
        quota: Some(Quota {
            minutes: 600,
            period: QuotaPeriod::Month.into(),
        }),
        booker_kinds: vec![OrganizationKind::ResidentUnit.into()],
        bookers: vec![center.name()],
        ..BookingRules::default()
    };
    let hall = center.hall(1, rules.clone()).await;
    assert_eq!((hall.owner.clone(), hall.rules.clone()), (center.name(), Some(rules)));
    let one = GetBookableRequest {
        name: hall.name.clone(),
    };
    assert_eq!(told(school.bookables().get_bookable(one)).await.unwrap(), hall);
    for _ in 0..3 {
        school.hall(2, BookingRules::default()).await;
    }
    let list = ListBookablesRequest {
        parent: PARENT.to_owned(),
        page_size: 3,
        ..Default::default()
    };
    let first = told(school.bookables().list_bookables(list.clone())).await.unwrap();
    let next = ListBookablesRequest {
        page_token: first.next_page_token.clone(),
        ..list.clone()
    };
    let second = told(school.bookables().list_bookables(next)).await.unwrap();
    assert_eq!((first.bookables.len(), second.bookables.len()), (3, 1));
    let of_center = ListBookablesRequest {
        owner: center.name(),
        kind: BookableKind::Place.into(),
        ..list
    };
    assert_eq!(
        told(school.bookables().list_bookables(of_center))
            .await
            .unwrap()
            .bookables,
        [hall]
    );
}

#[tokio::test]
async fn numbers_of_the_owners_own_are_unique() {
    let house = House::new().await;
    let center = house.center();
    let numbered = || Bookable {
        external_ref: "A-101".to_owned(),
        ..bookable(1, BookingRules::default())
    };
    center.register(numbered()).await.unwrap();
    assert_eq!(reason(center.register(numbered()).await), "BOOKABLE_REF_TAKEN");
    house.unit("学校").register(numbered()).await.unwrap();
    let hall = center.hall(9, BookingRules::default()).await;
    let school = house.unit("另一学校");
    let known = || Booking {
        external_ref: "7".to_owned(),
        ..booking("2026-03-03T19:00", "2026-03-03T21:00", 1)
    };
    school.ask(asking(&hall, known())).await.unwrap();
    assert_eq!(reason(school.ask(asking(&hall, known())).await), "BOOKING_REF_TAKEN");
}

#[tokio::test]
async fn every_bad_field_of_a_registration_is_named() {
    let house = House::new().await;
    let center = house.center();
    let hours = |weekday, open: &str, close: &str| OpeningHours {
        weekday,
        open_time: open.to_owned(),
        close_time: close.to_owned(),
    };
    let bad = Bookable {
        title: String::new(),
        kind: 0,
        capacity: 0,
        rules: Some(BookingRules {
            opening_hours: vec![
                hours(8, "08:00", "09:00"),
                hours(1, "9:00", "10:00"),
                hours(1, "10:00", "09:00"),
            ],
            minimum_notice_minutes: -1,
            longest_minutes: 50_000,
            buffer_after_minutes: 1_441,
            quota: Some(Quota::default()),
            ..BookingRules::default()
        }),
        ..bookable(1, BookingRules::default())
    };
    let mut named = fields(&center.register(bad).await);
    named.dedup();
    assert_eq!(
        named,
        [
            "bookable.kind",
            "bookable.title",
            "bookable.capacity",
            "bookable.rules.minimum_notice_minutes",
            "bookable.rules.longest_minutes",
            "bookable.rules.buffer_after_minutes",
            "bookable.rules.opening_hours",
            "bookable.rules.quota.minutes",
            "bookable.rules.quota.period",
        ]
    );
    let bad = bookable(
        1,
        BookingRules {
            bookers: vec!["organizations/x".to_owned()],
            ..BookingRules::default()
        },
    );
    assert_eq!(reason(center.register(bad).await), "MALFORMED_NAME");
    let bad = Bookable {
        capacity: i64::MAX,
        ..bookable(1, BookingRules::default())
    };
    assert_eq!(fields(&center.register(bad).await), ["bookable.capacity"]);
}

#[tokio::test]
async fn what_is_booked_stays_booked_when_rules_change() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let devices = center.hall(5, BookingRules::default()).await;
    let made = school
        .ask(asking(&devices, booking("2026-03-03T19:00", "2026-03-03T21:00", 3)))
        .await
        .unwrap();
    let fewer = |capacity| Bookable {
        capacity,
        ..devices.clone()
    };
    let refused = change(&center, &devices, "capacity", fewer(2)).await;
    assert_eq!(detail(&refused, "least"), "3");
    assert_eq!(reason(refused), "CAPACITY_IN_USE");
    let closed = |from: &str, until: &str| Bookable {
        rules: Some(BookingRules {
            blackouts: vec![Blackout {
                start_time: Some(local(from).to_proto()),
                end_time: Some(local(until).to_proto()),
                reason: "检修".to_owned(),
            }],
            ..BookingRules::default()
        }),
        ..devices.clone()
    };
    // one may have the etag of before the change that was refused
    let refused = change(
        &center,
        &devices,
        "rules",
        closed("2026-03-03T20:00", "2026-03-03T22:00"),
    )
    .await;
    assert_eq!(detail(&refused, "booking"), made.name);
    assert_eq!(reason(refused), "BLACKOUT_IN_USE");
    let changed = change(
        &center,
        &devices,
        "rules",
        closed("2026-03-03T21:00", "2026-03-03T22:00"),
    )
    .await
    .unwrap();
    assert_eq!(
        reason(change(&center, &devices, "capacity", fewer(3)).await),
        "ETAG_MISMATCH"
    );
    let fewer = Bookable { capacity: 3, ..changed };
    assert_eq!(change(&center, &devices, "capacity", fewer).await.unwrap().capacity, 3);
    assert_eq!(
        reason(change(&school, &devices, "title", devices.clone()).await),
        "PERMISSION_DENIED"
    );
    assert_eq!(
        fields(&change(&center, &devices, "owner", devices.clone()).await),
        ["update_mask"]
    );
}

#[tokio::test]
async fn what_is_booked_is_not_taken_out_of_use() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let made = school
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
    let end = || EndBookableRequest {
        name: hall.name.clone(),
    };
    assert_eq!(
        reason(told(school.bookables().end_bookable(end())).await),
        "PERMISSION_DENIED"
    );
    assert_eq!(
        reason(told(center.bookables().end_bookable(end())).await),
        "BOOKABLE_IN_USE"
    );
    school.cancel(&made).await.unwrap();
    assert!(
        told(center.bookables().end_bookable(end()))
            .await
            .unwrap()
            .end_time
            .is_some()
    );
    assert_eq!(
        reason(told(center.bookables().end_bookable(end())).await),
        "BOOKABLE_ENDED"
    );
    assert_eq!(
        reason(school.book(&hall, "2026-03-03T19:00", "2026-03-03T21:00").await),
        "BOOKABLE_ENDED"
    );
    assert_eq!(
        reason(
            change(
                &center,
                &hall,
                "title",
                Bookable {
                    etag: String::new(),
                    ..hall.clone()
                }
            )
            .await
        ),
        "BOOKABLE_ENDED"
    );
}
