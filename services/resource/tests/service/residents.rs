//! Residents book for themselves, where the rules of what is booked let them.

use yihe_proto::resource::v1::*;

use crate::harness::{House, PARENT, Party, asking, booking, fields, reason, told};

const EVENING: (&str, &str) = ("2026-03-03T19:00", "2026-03-03T21:00");
const LATER: (&str, &str) = ("2026-03-04T19:00", "2026-03-04T21:00");

fn open_to_residents(quota: Option<Quota>) -> BookingRules {
    BookingRules {
        residents: Some(ResidentRules { quota }),
        ..BookingRules::default()
    }
}

/// Two hours of one unit a week.
fn two_hours() -> Quota {
    Quota {
        minutes: 120,
        period: QuotaPeriod::Week.into(),
    }
}

async fn listed(party: &Party, booker: &str) -> Vec<String> {
    let request = ListBookingsRequest {
        parent: PARENT.to_owned(),
        booker: booker.to_owned(),
        ..ListBookingsRequest::default()
    };
    let found = told(party.bookings().list_bookings(request)).await.unwrap().bookings;
    found.into_iter().map(|booking| booking.name).collect()
}

pub async fn for_themselves(house: &House) {
    let (center, school) = (house.center(), house.unit("学校"));
    let (mother, neighbour) = (house.resident(), house.resident());
    let closed = center.hall(1, BookingRules::default()).await;
    assert_eq!(
        reason(mother.book(&closed, EVENING.0, EVENING.1).await),
        "ORGANIZATION_REQUIRED"
    );
    let hall = center.hall(1, open_to_residents(None)).await;
    assert_eq!(
        hall.rules.clone().unwrap_or_default().residents,
        Some(ResidentRules::default())
    );
    let before = house.started.feed.after(0, u64::from(u32::MAX)).await.unwrap().len();
    let made = mother.book(&hall, EVENING.0, EVENING.1).await.unwrap();
    assert_eq!(made.state(), BookingState::Confirmed);
    assert_eq!(
        (made.booker.as_str(), made.booker_display_name.as_str()),
        (mother.user().as_str(), "")
    );
    let events = house.started.feed.after(0, u64::from(u32::MAX)).await.unwrap();
    let event = &events[before];
    assert_eq!(
        (event.actor.as_str(), event.organization),
        (mother.user().as_str(), None)
    );
    assert!(event.payload.is_empty(), "{event:?}");

    // one evening, whoever books
    assert_eq!(reason(school.book(&hall, EVENING.0, EVENING.1).await), "BOOKING_FULL");
    let waits = neighbour.queue(&hall, EVENING.0, EVENING.1).await.unwrap();
    assert_eq!(waits.state(), BookingState::Waiting);
    // it is its own: others see nothing of it, the owner of the hall does
    for other in [&neighbour, &school] {
        assert_eq!(reason(other.get(&made).await), "PERMISSION_DENIED");
        assert_eq!(reason(other.cancel(&made).await), "PERMISSION_DENIED");
        assert!(listed(other, &mother.user()).await.is_empty());
    }
    assert_eq!(listed(&mother, "").await, std::slice::from_ref(&made.name));
    assert_eq!(listed(&center, &mother.user()).await, std::slice::from_ref(&made.name));
    assert_eq!(center.get(&made).await.unwrap().booker, mother.user());
    let feed = ExportBookableCalendarRequest {
        name: hall.name.clone(),
    };
    let feed = told(center.free_busy().export_bookable_calendar(feed)).await.unwrap();
    assert!(feed.content.contains("SUMMARY:居民"), "{}", feed.content);
    mother.cancel(&made).await.unwrap();
    assert_eq!(neighbour.get(&waits).await.unwrap().state(), BookingState::Confirmed);
}

pub async fn within_quotas(house: &House) {
    let (center, school) = (house.center(), house.unit("学校"));
    let (mother, neighbour) = (house.resident(), house.resident());
    let hall = center.hall(9, open_to_residents(Some(two_hours()))).await;
    mother.book(&hall, EVENING.0, EVENING.1).await.unwrap();
    assert_eq!(
        reason(mother.book(&hall, LATER.0, LATER.1).await),
        "BOOKING_QUOTA_EXCEEDED"
    );
    // each its own, and organizations by theirs
    neighbour.book(&hall, LATER.0, LATER.1).await.unwrap();
    school.book(&hall, EVENING.0, EVENING.1).await.unwrap();
    school.book(&hall, LATER.0, LATER.1).await.unwrap();
    // the quota counts what a series would take too
    let series = CreateBookingSeriesRequest {
        parent: hall.name.clone(),
        booking: Some(booking("2026-03-10T19:00", "2026-03-10T20:00", 1)),
        recurrence: "FREQ=DAILY;COUNT=3".to_owned(),
        ..CreateBookingSeriesRequest::default()
    };
    let refused = told(neighbour.bookings().create_booking_series(series.clone())).await;
    assert_eq!(reason(refused), "SERIES_CONFLICTS");
    let two = CreateBookingSeriesRequest {
        recurrence: "FREQ=DAILY;COUNT=2".to_owned(),
        ..series
    };
    let made = told(neighbour.bookings().create_booking_series(two)).await.unwrap();
    assert_eq!(made.bookings.len(), 2);
}

#[tokio::test]
async fn residents_book_for_themselves_where_the_rules_let_them() {
    for_themselves(&House::new().await).await;
}

#[tokio::test]
async fn a_quota_binds_each_resident() {
    within_quotas(&House::new().await).await;
}

#[tokio::test]
async fn residents_wait_for_approval_like_others_and_who_may_book_among_organizations_does_not_bind_them() {
    let house = House::new().await;
    let (center, school, mother) = (house.center(), house.unit("学校"), house.resident());
    let rules = BookingRules {
        approval_required: true,
        bookers: vec![house.unit("公司").name()],
        ..open_to_residents(None)
    };
    let hall = center.hall(1, rules).await;
    assert_eq!(
        reason(school.book(&hall, EVENING.0, EVENING.1).await),
        "BOOKER_NOT_ALLOWED"
    );
    let asked = mother.book(&hall, EVENING.0, EVENING.1).await.unwrap();
    assert_eq!(asked.state(), BookingState::PendingApproval);
    assert_eq!(reason(mother.approve(&asked).await), "PERMISSION_DENIED");
    assert_eq!(center.approve(&asked).await.unwrap().state(), BookingState::Confirmed);
}

#[tokio::test]
async fn a_retry_of_a_resident_books_once_and_bad_quotas_are_named() {
    let house = House::new().await;
    let (center, mother) = (house.center(), house.resident());
    let hall = center.hall(2, open_to_residents(None)).await;
    let request = CreateBookingRequest {
        request_id: house.request_id(),
        ..asking(&hall, booking(EVENING.0, EVENING.1, 1))
    };
    let first = mother.ask(request.clone()).await.unwrap();
    assert_eq!(mother.ask(request).await.unwrap().name, first.name);
    let refused = center
        .register(crate::harness::bookable(1, open_to_residents(Some(Quota::default()))))
        .await;
    assert_eq!(
        fields(&refused),
        [
            "bookable.rules.residents.quota.minutes",
            "bookable.rules.residents.quota.period"
        ]
    );
}
