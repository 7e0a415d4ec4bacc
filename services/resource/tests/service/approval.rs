use yihe_proto::resource::v1::*;

use crate::harness::{House, detail, reason};

fn approved() -> BookingRules {
    BookingRules {
        approval_required: true,
        ..BookingRules::default()
    }
}

/// Approval of two pending bookings that overlap: the second is refused, though both were taken in.
pub async fn two_pending(house: &House) {
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let hall = center.hall(1, approved()).await;
    let first = school
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
    let second = station
        .book(&hall, "2026-03-03T20:00", "2026-03-03T22:00")
        .await
        .unwrap();
    assert_eq!(first.state(), BookingState::PendingApproval);
    assert_eq!(second.state(), BookingState::PendingApproval);
    // nobody approves its own booking
    assert_eq!(reason(school.approve(&first).await), "PERMISSION_DENIED");
    let (one, other) = tokio::join!(center.approve(&first), center.approve(&second));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let (refused, still) = if one.is_ok() { (other, &second) } else { (one, &first) };
    assert_eq!(detail(&refused, "free"), "0");
    assert_eq!(reason(refused), "BOOKING_FULL");
    // it waits on, and may be declined
    assert_eq!(center.get(still).await.unwrap().state(), BookingState::PendingApproval);
    let declined = center.decline(still).await.unwrap();
    assert_eq!(
        (declined.state(), declined.note.as_str()),
        (BookingState::Cancelled, "另有安排")
    );
    assert_eq!(reason(center.approve(still).await), "BOOKING_STATE");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn approval_of_two_pending_bookings_that_overlap() {
    two_pending(&House::new().await).await;
}

#[tokio::test]
async fn what_waits_for_approval_takes_no_capacity() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, approved()).await;
    let held = school
        .hold(&hall, "2026-03-03T19:00", "2026-03-03T21:00", 30)
        .await
        .unwrap();
    assert_eq!(held.state(), BookingState::Held);
    assert_eq!(
        reason(school.book(&hall, "2026-03-03T19:00", "2026-03-03T20:00").await),
        "BOOKING_FULL"
    );
    let pending = school.confirm(&held).await.unwrap();
    assert_eq!(pending.state(), BookingState::PendingApproval);
    // its owner needs nobody's approval
    let owners = center
        .book(&hall, "2026-03-03T19:00", "2026-03-03T20:00")
        .await
        .unwrap();
    assert_eq!(owners.state(), BookingState::Confirmed);
    assert_eq!(reason(center.approve(&pending).await), "BOOKING_FULL");
    center.cancel(&owners).await.unwrap();
    assert_eq!(center.approve(&pending).await.unwrap().state(), BookingState::Confirmed);
}

#[tokio::test]
async fn approval_looks_at_the_rules_again() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, approved()).await;
    let pending = school
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
    let blackout = Blackout {
        start_time: Some(crate::harness::local("2026-03-03T20:00").to_proto()),
        end_time: Some(crate::harness::local("2026-03-04T00:00").to_proto()),
        reason: "停电".to_owned(),
    };
    let rules = BookingRules {
        blackouts: vec![blackout],
        ..approved()
    };
    crate::bookables::change(
        &center,
        &hall,
        "rules",
        Bookable {
            rules: Some(rules),
            ..hall.clone()
        },
    )
    .await
    .unwrap();
    assert_eq!(reason(center.approve(&pending).await), "IN_BLACKOUT");
    house.set("2026-03-03T19:01");
    assert_eq!(reason(center.approve(&pending).await), "BOOKING_STATE");
    assert_eq!(school.get(&pending).await.unwrap().state(), BookingState::Expired);
}
