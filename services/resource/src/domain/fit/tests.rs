use proptest::prelude::*;
use yihe_kernel::OrganizationId;

use super::*;
use crate::domain::{BookableKind, BookingRules, OpeningHours, Organization, OrganizationKind};
use crate::names::BookableId;

fn at(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

fn interval(from: &str, until: &str) -> Interval {
    Interval::new(at(from), at(until)).unwrap()
}

fn hall(capacity: i64, rules: BookingRules) -> Bookable {
    let id = uuid::Uuid::from_u128(1);
    Bookable {
        name: crate::names::BookableName {
            community: "440309002021".parse().unwrap(),
            bookable: BookableId::from(id),
        },
        kind: BookableKind::Place,
        owner: Organization {
            id: OrganizationId::from(id),
            kind: OrganizationKind::ServiceCenter,
            display_name: "党群服务中心".to_owned(),
        },
        title: "多功能厅".to_owned(),
        description: String::new(),
        place: String::new(),
        capacity,
        rules,
        external_ref: String::new(),
        longest_span: 0,
        created_at: at("2026-03-01T00:00"),
        ended_at: None,
        version: 1,
    }
}

fn daily(opens: i32, closes: i32) -> Vec<OpeningHours> {
    let hours = |weekday| OpeningHours { weekday, opens, closes };
    (1..=7).map(hours).collect()
}

// 2026-03-02 is a Monday
#[test]
fn each_rule_refuses_by_its_reason() {
    let now = at("2026-03-02T09:00");
    let rules = BookingRules {
        opening_hours: daily(8 * 60, 22 * 60),
        blackouts: vec![Blackout {
            interval: interval("2026-03-05T00:00", "2026-03-06T00:00"),
            reason: "检修".to_owned(),
        }],
        minimum_notice: 120,
        longest: 240,
        ..BookingRules::default()
    };
    let hall = hall(2, rules);
    let judge = |from: &str, until: &str, quantity| {
        let wanted = Wanted {
            interval: interval(from, until),
            quantity,
        };
        hall.permits(&wanted, Occasion::Booking, now)
            .map_err(|unfit| unfit.reason().code)
    };
    assert_eq!(judge("2026-03-02T11:00", "2026-03-02T13:00", 2), Ok(()));
    assert_eq!(
        judge("2026-03-02T11:00", "2026-03-02T13:00", 3),
        Err("QUANTITY_ABOVE_CAPACITY")
    );
    assert_eq!(judge("2026-03-02T08:59", "2026-03-02T10:00", 1), Err("BOOKING_IN_PAST"));
    assert_eq!(
        judge("2026-03-02T10:59", "2026-03-02T12:00", 1),
        Err("BOOKING_NOTICE_TOO_SHORT")
    );
    assert_eq!(
        judge("2026-03-02T12:00", "2026-03-02T16:01", 1),
        Err("BOOKING_TOO_LONG")
    );
    assert_eq!(
        judge("2026-03-04T21:00", "2026-03-04T23:00", 1),
        Err("OUTSIDE_OPENING_HOURS")
    );
    assert_eq!(judge("2026-03-05T12:00", "2026-03-05T13:00", 1), Err("IN_BLACKOUT"));
    let soon = Wanted {
        interval: interval("2026-03-02T10:00", "2026-03-02T11:00"),
        quantity: 1,
    };
    assert_eq!(hall.permits(&soon, Occasion::Again, now), Ok(()));
}

#[test]
fn a_refusal_tells_what_is_free_and_when_it_is_free_next() {
    let now = at("2026-03-02T09:00");
    let rules = BookingRules {
        opening_hours: daily(8 * 60, 22 * 60),
        buffer_after: 30,
        ..BookingRules::default()
    };
    let hall = hall(3, rules);
    let taken = [
        Taken {
            interval: interval("2026-03-03T19:00", "2026-03-03T21:30"),
            quantity: 2,
        },
        Taken {
            interval: interval("2026-03-04T08:00", "2026-03-04T09:00"),
            quantity: 2,
        },
    ];
    let wanted = Wanted {
        interval: interval("2026-03-03T20:00", "2026-03-03T21:00"),
        quantity: 2,
    };
    let unfit = hall.has_room(&wanted, &taken).unwrap_err();
    assert_eq!(unfit, Unfit::Full { free: 1 });
    // from 21:30 it would be open for half an hour only, and from 8 to 9 the next day it is taken
    let next = next_start(&hall, &taken, &wanted, now);
    assert_eq!(next, Some(at("2026-03-04T09:00")));
    let refused = unfit.refuse(&hall, &wanted, next);
    assert_eq!(refused.metadata()["free"], "1");
    assert_eq!(refused.metadata()["next"], "2026-03-04 09:00");
}

#[test]
fn buffers_keep_bookings_apart() {
    let rules = BookingRules {
        buffer_before: 10,
        buffer_after: 20,
        ..BookingRules::default()
    };
    let hall = hall(1, rules);
    let first = hall.occupied_by(interval("2026-03-03T10:00", "2026-03-03T11:00"));
    let taken = [Taken {
        interval: first,
        quantity: 1,
    }];
    let fits = |from: &str, until: &str| {
        let wanted = Wanted {
            interval: interval(from, until),
            quantity: 1,
        };
        hall.has_room(&wanted, &taken).is_ok()
    };
    assert!(!fits("2026-03-03T11:00", "2026-03-03T12:00"));
    assert!(!fits("2026-03-03T11:29", "2026-03-03T12:00"));
    assert!(fits("2026-03-03T11:30", "2026-03-03T12:00"));
    assert!(fits("2026-03-03T09:00", "2026-03-03T09:30"));
}

proptest! {
    #[test]
    fn the_next_start_fits_and_no_earlier_minute_does(
        capacity in 1_i64..4,
        taken in prop::collection::vec((0_i64..600, 10_i64..200, 1_i64..4), 0..10),
        (from, length, quantity) in (0_i64..300, 10_i64..120, 1_i64..4),
    ) {
        let begin = at("2026-03-02T00:00");
        let minutes = |from: i64, length: i64| {
            Interval::new(begin.plus_seconds(from * 60), begin.plus_seconds((from + length) * 60)).unwrap()
        };
        let hall = hall(capacity, BookingRules { opening_hours: daily(0, 1440), ..BookingRules::default() });
        let taken: Vec<_> = taken
            .into_iter()
            .map(|(from, length, quantity)| Taken { interval: minutes(from, length), quantity })
            .collect();
        let wanted = Wanted { interval: minutes(from, length), quantity };
        prop_assume!(quantity <= capacity && hall.has_room(&wanted, &taken).is_err());
        let next = next_start(&hall, &taken, &wanted, begin).unwrap();
        let fits = |start: Timestamp| {
            let moved = Wanted { interval: wanted.interval.moved_to(start).unwrap(), quantity };
            hall.has_room(&moved, &taken).is_ok()
        };
        prop_assert!(fits(next));
        let mut earlier = wanted.interval.from();
        while earlier < next {
            prop_assert!(!fits(earlier), "{earlier} would have done before {next}");
            earlier = earlier.plus_seconds(60);
        }
    }
}
