use tonic::Status;
use yihe_proto::resource::v1::*;

use crate::harness::{House, Party, booking, detail, fields, local, reason, told};

async fn book(party: &Party, hall: &Bookable, recurrence: &str) -> Result<Vec<Booking>, Status> {
    let request = CreateBookingSeriesRequest {
        parent: hall.name.clone(),
        booking: Some(booking("2026-03-03T19:00", "2026-03-03T21:00", 1)),
        recurrence: recurrence.to_owned(),
        ..CreateBookingSeriesRequest::default()
    };
    let series = told(party.bookings().create_booking_series(request)).await?;
    Ok(series.bookings)
}

#[tokio::test]
async fn a_series_is_booked_on_each_of_its_dates() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let booked = book(&school, &hall, "FREQ=WEEKLY;COUNT=4").await.unwrap();
    let starts: Vec<_> = booked.iter().map(|booking| booking.start_time.unwrap()).collect();
    let wanted = ["03-03", "03-10", "03-17", "03-24"].map(|day| local(&format!("2026-{day}T19:00")).to_proto());
    assert_eq!(starts, wanted);
    assert!(
        booked
            .iter()
            .all(|booking| booking.series == booked[0].series && !booking.series.is_empty())
    );
    assert!(booked.iter().all(|booking| booking.state() == BookingState::Confirmed));
    // each is a booking of its own
    school.cancel(&booked[1]).await.unwrap();
    house
        .unit("车站")
        .book(&hall, "2026-03-10T19:00", "2026-03-10T21:00")
        .await
        .unwrap();
}

#[tokio::test]
async fn dates_are_left_out_of_a_series() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let book = async |excluded: &[&str]| {
        let request = CreateBookingSeriesRequest {
            parent: hall.name.clone(),
            booking: Some(booking("2026-03-03T19:00", "2026-03-03T21:00", 1)),
            recurrence: "FREQ=WEEKLY;COUNT=4".to_owned(),
            excluded_dates: excluded.iter().map(|date| (*date).to_owned()).collect(),
            request_id: String::new(),
        };
        told(school.bookings().create_booking_series(request)).await
    };
    assert_eq!(fields(&book(&["2026-03-10", "tomorrow"]).await), ["excluded_dates[1]"]);
    for no_date in ["2026-03-03", "2026-03-11", "2026-03-31"] {
        assert_eq!(reason(book(&[no_date]).await), "RECURRENCE_INVALID", "{no_date}");
    }
    let booked = book(&["2026-03-17", "2026-03-10"]).await.unwrap().bookings;
    let starts: Vec<_> = booked.iter().map(|booking| booking.start_time.unwrap()).collect();
    let wanted = ["03-03", "03-24"].map(|day| local(&format!("2026-{day}T19:00")).to_proto());
    assert_eq!(starts, wanted);
}

/// A recurring booking half conflicting: none is made, and the dates are named with their reasons.
pub async fn half_conflicting(house: &House) {
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let rules = BookingRules {
        blackouts: vec![Blackout {
            start_time: Some(local("2026-03-24T00:00").to_proto()),
            end_time: Some(local("2026-03-25T00:00").to_proto()),
            reason: String::new(),
        }],
        ..BookingRules::default()
    };
    let hall = center.hall(1, rules).await;
    station
        .book(&hall, "2026-03-10T20:00", "2026-03-10T22:00")
        .await
        .unwrap();
    let refused = book(&school, &hall, "FREQ=WEEKLY;COUNT=4").await;
    assert_eq!(detail(&refused, "count"), "2");
    assert_eq!(
        detail(&refused, "dates"),
        "2026-03-10 19:00 BOOKING_FULL, 2026-03-24 19:00 IN_BLACKOUT"
    );
    assert_eq!(reason(refused), "SERIES_CONFLICTS");
    // nothing of it is there
    let list = ListBookingsRequest {
        parent: crate::harness::PARENT.to_owned(),
        booker: school.name(),
        ..Default::default()
    };
    let found = told(school.bookings().list_bookings(list)).await.unwrap();
    assert_eq!(found.bookings.len(), 0);
    station
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_recurring_booking_half_conflicting() {
    half_conflicting(&House::new().await).await;
}

#[tokio::test]
async fn a_series_does_not_conflict_with_itself_unnoticed() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let request = CreateBookingSeriesRequest {
        parent: hall.name.clone(),
        booking: Some(booking("2026-03-03T19:00", "2026-03-04T20:00", 1)),
        recurrence: "FREQ=DAILY;COUNT=3".to_owned(),
        ..CreateBookingSeriesRequest::default()
    };
    let refused = told(school.bookings().create_booking_series(request)).await;
    assert_eq!(detail(&refused, "count"), "1");
    assert_eq!(detail(&refused, "dates"), "2026-03-04 19:00 BOOKING_FULL");
}

#[tokio::test]
async fn a_series_is_retried_as_one() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let request = CreateBookingSeriesRequest {
        parent: hall.name.clone(),
        booking: Some(booking("2026-03-03T19:00", "2026-03-03T20:00", 1)),
        recurrence: "FREQ=DAILY;COUNT=5".to_owned(),
        request_id: house.request_id(),
        ..CreateBookingSeriesRequest::default()
    };
    let first = told(school.bookings().create_booking_series(request.clone()))
        .await
        .unwrap();
    let again = told(school.bookings().create_booking_series(request)).await.unwrap();
    assert_eq!((first.bookings.len(), again), (5, first));
}

#[tokio::test]
async fn rules_without_end_or_sense_are_refused() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    assert_eq!(reason(book(&school, &hall, "FREQ=WEEKLY").await), "RECURRENCE_ENDLESS");
    assert_eq!(detail(&book(&school, &hall, "FREQ=WEEKLY").await, "most"), "366");
    assert_eq!(
        reason(book(&school, &hall, "FREQ=WEEKLY;BYDAY=WE;COUNT=2").await),
        "RECURRENCE_INVALID"
    );
    assert_eq!(fields(&book(&school, &hall, "").await), ["recurrence"]);
}
