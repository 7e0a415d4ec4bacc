use std::time::Duration;

use yihe_proto::resource::v1::*;

use crate::harness::{House, Party, asking, booking, reason};

async fn state(party: &Party, booking: &Booking) -> BookingState {
    party.get(booking).await.unwrap().state()
}

/// Whoever waits longest gets what comes free, in the transaction that frees it.
pub async fn first_come(house: &House) {
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let (company, police) = (house.unit("公司"), house.unit("派出所"));
    let hall = center.hall(1, BookingRules::default()).await;
    let (from, until) = ("2026-03-03T19:00", "2026-03-03T21:00");
    let made = school.queue(&hall, from, until).await.unwrap();
    assert_eq!(made.state(), BookingState::Confirmed);
    let second = station.queue(&hall, from, until).await.unwrap();
    let third = company.queue(&hall, from, until).await.unwrap();
    assert_eq!(
        (second.state(), third.state()),
        (BookingState::Waiting, BookingState::Waiting)
    );
    assert_eq!(reason(police.book(&hall, from, until).await), "BOOKING_FULL");
    school.cancel(&made).await.unwrap();
    assert_eq!(state(&station, &second).await, BookingState::Confirmed);
    assert_eq!(state(&company, &third).await, BookingState::Waiting);
    assert_eq!(reason(police.book(&hall, from, until).await), "BOOKING_FULL");
    station.cancel(&second).await.unwrap();
    assert_eq!(state(&company, &third).await, BookingState::Confirmed);
}

#[tokio::test]
async fn whoever_waits_longest_gets_what_comes_free() {
    first_come(&House::new().await).await;
}

#[tokio::test]
async fn who_needs_more_than_came_free_waits_on() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let devices = center.hall(3, BookingRules::default()).await;
    let (from, until) = ("2026-03-03T19:00", "2026-03-03T21:00");
    let one = school.book(&devices, from, until).await.unwrap();
    school.ask(asking(&devices, booking(from, until, 2))).await.unwrap();
    let wait = |quantity| CreateBookingRequest {
        wait_if_full: true,
        ..asking(&devices, booking(from, until, quantity))
    };
    let big = school.ask(wait(2)).await.unwrap();
    let small = school.ask(wait(1)).await.unwrap();
    school.cancel(&one).await.unwrap();
    assert_eq!(state(&school, &big).await, BookingState::Waiting);
    assert_eq!(state(&school, &small).await, BookingState::Confirmed);
}

#[tokio::test]
async fn what_ran_out_goes_to_those_who_wait_and_not_to_who_asks_next() {
    let house = House::new().await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let hall = center.hall(1, BookingRules::default()).await;
    let (from, until) = ("2026-03-03T19:00", "2026-03-03T21:00");
    let held = school.hold(&hall, from, until, 5).await.unwrap();
    let waits = station.queue(&hall, from, until).await.unwrap();
    house.set("2026-03-02T09:06");
    assert_eq!(reason(school.book(&hall, from, until).await), "BOOKING_FULL");
    // by the sweep if not by the booking that was refused
    for _ in 0..100 {
        if state(&station, &waits).await == BookingState::Confirmed {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(state(&station, &waits).await, BookingState::Confirmed);
    assert_eq!(state(&school, &held).await, BookingState::Expired);
}

#[tokio::test]
async fn who_still_waits_when_its_time_comes_has_waited_in_vain() {
    let house = House::new().await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let hall = center.hall(1, BookingRules::default()).await;
    let made = school
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
    let waits = station
        .queue(&hall, "2026-03-03T19:00", "2026-03-03T20:00")
        .await
        .unwrap();
    house.set("2026-03-03T19:10");
    center.no_show(&made).await.unwrap();
    assert_eq!(state(&station, &waits).await, BookingState::Expired);
}

#[tokio::test]
async fn who_moves_up_where_approval_is_required_waits_for_it() {
    let house = House::new().await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let rules = BookingRules {
        approval_required: true,
        ..BookingRules::default()
    };
    let hall = center.hall(1, rules).await;
    let (from, until) = ("2026-03-03T19:00", "2026-03-03T21:00");
    let first = school.book(&hall, from, until).await.unwrap();
    center.approve(&first).await.unwrap();
    let waits = station.queue(&hall, from, until).await.unwrap();
    assert_eq!(waits.state(), BookingState::Waiting);
    school.cancel(&first).await.unwrap();
    assert_eq!(state(&station, &waits).await, BookingState::PendingApproval);
    center.approve(&waits).await.unwrap();
}

#[tokio::test]
async fn who_moves_up_for_longer_than_anything_before_is_met_by_all_who_ask_later() {
    let house = House::new().await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let hall = center.hall(1, BookingRules::default()).await;
    let short = ("2026-03-03T10:00", "2026-03-03T10:30");
    let made = school.book(&hall, short.0, short.1).await.unwrap();
    let waits = station
        .queue(&hall, "2026-03-03T09:00", "2026-03-03T13:00")
        .await
        .unwrap();
    school.cancel(&made).await.unwrap();
    assert_eq!(state(&station, &waits).await, BookingState::Confirmed);
    assert_eq!(
        reason(school.book(&hall, "2026-03-03T12:00", "2026-03-03T12:30").await),
        "BOOKING_FULL"
    );
}

#[tokio::test]
async fn who_moves_up_by_a_hold_that_ran_out_is_met_by_the_booking_that_met_the_hold() {
    let house = House::new().await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let hall = center.hall(1, BookingRules::default()).await;
    school
        .hold(&hall, "2026-03-03T10:00", "2026-03-03T10:30", 5)
        .await
        .unwrap();
    let waits = station
        .queue(&hall, "2026-03-03T09:00", "2026-03-03T13:00")
        .await
        .unwrap();
    house.set("2026-03-02T09:06");
    assert_eq!(
        reason(school.book(&hall, "2026-03-03T10:15", "2026-03-03T12:30").await),
        "BOOKING_FULL"
    );
    assert_ne!(state(&station, &waits).await, BookingState::Expired);
}
