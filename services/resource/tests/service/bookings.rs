use yihe_proto::resource::v1::*;

use crate::harness::{House, Party, asking, booking, detail, local, reason, told};

#[tokio::test]
async fn a_booking_is_made_attended_and_over() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("深圳高级中学北校区"));
    let hall = center.hall(1, BookingRules::default()).await;
    let made = school
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
    assert_eq!(made.state(), BookingState::Confirmed);
    assert_eq!((made.bookable.as_str(), made.quantity), (hall.name.as_str(), 1));
    assert_eq!(
        (made.booker, made.booker_display_name.as_str()),
        (school.name(), "深圳高级中学北校区")
    );
    let found = school
        .get(&Booking {
            name: made.name.clone(),
            ..Booking::default()
        })
        .await
        .unwrap();
    assert_eq!(center.get(&found).await.unwrap(), found);

    let early = school.check_in(&found).await;
    assert_eq!(reason(early), "CHECK_IN_CLOSED");
    let early = center.no_show(&found).await;
    assert_eq!(reason(early), "NO_SHOW_TOO_EARLY");
    house.set("2026-03-03T19:05");
    let there = school.check_in(&found).await.unwrap();
    assert_eq!(there.state(), BookingState::CheckedIn);
    assert_eq!(reason(school.cancel(&found).await), "BOOKING_STATE");
    house.set("2026-03-03T20:00");
    let over = school.complete(&found).await.unwrap();
    assert_eq!(over.state(), BookingState::Completed);
    assert_eq!(reason(school.complete(&found).await), "BOOKING_STATE");
}

/// What is left of a booking that ended early is free again, its buffer excepted.
#[tokio::test]
async fn what_ends_early_gives_the_rest_back() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let rules = BookingRules {
        buffer_after_minutes: 30,
        ..BookingRules::default()
    };
    let hall = center.hall(1, rules).await;
    let made = school
        .book(&hall, "2026-03-03T18:00", "2026-03-03T22:00")
        .await
        .unwrap();
    house.set("2026-03-03T18:00");
    school.check_in(&made).await.unwrap();
    house.set("2026-03-03T19:00");
    school.complete(&made).await.unwrap();
    let soon = school.book(&hall, "2026-03-03T19:20", "2026-03-03T20:00").await;
    assert_eq!(reason(soon), "BOOKING_FULL");
    school
        .book(&hall, "2026-03-03T19:31", "2026-03-03T22:00")
        .await
        .unwrap();
}

#[tokio::test]
async fn who_does_not_come_gives_the_hall_to_others() {
    let house = House::new().await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let hall = center.hall(1, BookingRules::default()).await;
    let made = school
        .book(&hall, "2026-03-03T18:00", "2026-03-03T22:00")
        .await
        .unwrap();
    house.set("2026-03-03T18:30");
    // only who owns the hall says that nobody came
    assert_eq!(reason(school.no_show(&made).await), "PERMISSION_DENIED");
    let gone = center.no_show(&made).await.unwrap();
    assert_eq!(gone.state(), BookingState::NoShow);
    station
        .book(&hall, "2026-03-03T19:00", "2026-03-03T22:00")
        .await
        .unwrap();
    assert_eq!(reason(school.check_in(&made).await), "BOOKING_STATE");
}

/// Two bookers in the same millisecond: one gets the hall, the other is told when it is free.
pub async fn two_at_once(house: &House) {
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let hall = center.hall(1, BookingRules::default()).await;
    for day in 3..20 {
        let (from, until) = (format!("2026-03-{day:02}T19:00"), format!("2026-03-{day:02}T21:00"));
        let (first, second) = tokio::join!(school.book(&hall, &from, &until), station.book(&hall, &from, &until));
        let refused = match (first, second) {
            (Ok(_), refused @ Err(_)) | (refused @ Err(_), Ok(_)) => refused,
            both => panic!("one gets it, not {both:?}"),
        };
        assert_eq!(detail(&refused, "free"), "0");
        assert_eq!(detail(&refused, "next"), format!("2026-03-{day:02} 21:00"));
        assert_eq!(reason(refused), "BOOKING_FULL");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_bookers_in_the_same_millisecond() {
    two_at_once(&House::new().await).await;
}

/// Five want the last of three devices.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn capacity_is_shared_and_never_exceeded() {
    let house = House::new().await;
    let center = house.center();
    let devices = center.hall(3, BookingRules::default()).await;
    let units: Vec<Party> = (1..=5).map(|number| house.unit(&format!("单位{number}"))).collect();
    let asked = units
        .iter()
        .map(|unit| unit.book(&devices, "2026-03-03T19:00", "2026-03-03T21:00"));
    let answers = futures::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
    let two = asking(&devices, booking("2026-03-03T20:59", "2026-03-03T22:00", 2));
    assert_eq!(detail(&units[0].ask(two).await, "next"), "2026-03-03 21:00");
    // half-open: one begins where the others end
    let three = asking(&devices, booking("2026-03-03T21:00", "2026-03-03T22:00", 3));
    units[0].ask(three).await.unwrap();
}

#[tokio::test]
async fn a_hold_takes_capacity_until_it_runs_out() {
    let house = House::new().await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let hall = center.hall(1, BookingRules::default()).await;
    let held = school
        .hold(&hall, "2026-03-03T19:00", "2026-03-03T21:00", 10)
        .await
        .unwrap();
    assert_eq!(held.state(), BookingState::Held);
    assert!(held.expire_time.is_some());
    let meanwhile = station.book(&hall, "2026-03-03T20:00", "2026-03-03T22:00").await;
    assert_eq!(reason(meanwhile), "BOOKING_FULL");
    house.set("2026-03-02T09:11");
    assert_eq!(school.get(&held).await.unwrap().state(), BookingState::Expired);
    station
        .book(&hall, "2026-03-03T20:00", "2026-03-03T22:00")
        .await
        .unwrap();
    // an expired hold is confirmed late: it is gone
    let late = school.confirm(&held).await;
    assert!(["BOOKING_HOLD_EXPIRED", "BOOKING_STATE"].contains(&reason(late).as_str()));
}

#[tokio::test]
async fn a_hold_is_confirmed_once() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let held = school
        .hold(&hall, "2026-03-03T19:00", "2026-03-03T21:00", 10)
        .await
        .unwrap();
    // the owner does not confirm for others
    assert_eq!(reason(center.confirm(&held).await), "PERMISSION_DENIED");
    let booked = school.confirm(&held).await.unwrap();
    assert_eq!((booked.state(), booked.expire_time), (BookingState::Confirmed, None));
    assert_eq!(reason(school.confirm(&held).await), "BOOKING_STATE");
    house.set("2026-03-02T09:30");
    assert_eq!(school.get(&held).await.unwrap().state(), BookingState::Confirmed);
}

#[tokio::test]
async fn a_retry_books_once() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let request = CreateBookingRequest {
        request_id: house.request_id(),
        ..asking(&hall, booking("2026-03-03T19:00", "2026-03-03T21:00", 1))
    };
    let first = school.ask(request.clone()).await.unwrap();
    assert_eq!(school.ask(request.clone()).await.unwrap(), first);
    let other = CreateBookingRequest {
        hold_minutes: 5,
        ..request
    };
    assert_eq!(reason(school.ask(other).await), "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn bookings_are_listed_for_those_they_concern() {
    let house = House::new().await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let secretary = house.secretary();
    let hall = center.hall(2, BookingRules::default()).await;
    let own = station.hall(1, BookingRules::default()).await;
    for hour in 10..13 {
        let (from, until) = (format!("2026-03-03T{hour}:00"), format!("2026-03-03T{}:00", hour + 1));
        school.book(&hall, &from, &until).await.unwrap();
        station.book(&hall, &from, &until).await.unwrap();
    }
    school.book(&own, "2026-03-03T10:00", "2026-03-03T11:00").await.unwrap();
    let count = async |party: &Party, request: ListBookingsRequest| {
        let mut request = ListBookingsRequest {
            parent: crate::harness::PARENT.to_owned(),
            page_size: 2,
            ..request
        };
        let mut count = 0;
        loop {
            let page = told(party.bookings().list_bookings(request.clone())).await.unwrap();
            count += page.bookings.len();
            if page.next_page_token.is_empty() {
                return count;
            }
            request.page_token = page.next_page_token;
        }
    };
    let all = ListBookingsRequest::default;
    assert_eq!(count(&school, all()).await, 4);
    assert_eq!(count(&center, all()).await, 6);
    assert_eq!(count(&station, all()).await, 4);
    assert_eq!(count(&secretary, all()).await, 7);
    let of_hall = ListBookingsRequest {
        bookable: hall.name.clone(),
        booker: school.name(),
        state: BookingState::Confirmed.into(),
        ..all()
    };
    assert_eq!(count(&secretary, of_hall).await, 3);
    let stranger = house.unit("别家");
    let one = school
        .book(&hall, "2026-03-04T10:00", "2026-03-04T11:00")
        .await
        .unwrap();
    assert_eq!(reason(stranger.get(&one).await), "PERMISSION_DENIED");
    assert_eq!(reason(stranger.cancel(&one).await), "PERMISSION_DENIED");
}

#[tokio::test]
async fn what_a_refusal_met_is_still_there() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(2, BookingRules::default()).await;
    let kept = school
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
    let too_many = asking(&hall, booking("2026-03-03T20:00", "2026-03-03T22:00", 2));
    let refused = school.ask(too_many).await;
    assert_eq!(detail(&refused, "free"), "1");
    assert_eq!(reason(refused), "BOOKING_FULL");
    assert_eq!(school.get(&kept).await.unwrap(), kept);
    assert!(local("2026-03-03T19:00").to_proto() == kept.start_time.unwrap());
}
