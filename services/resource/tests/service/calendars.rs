use yihe_proto::resource::v1::*;

use crate::harness::{House, PARENT, asking, booking, local, reason, told};

fn looking(from: &str, until: &str) -> ListFreeBusyRequest {
    ListFreeBusyRequest {
        parent: PARENT.to_owned(),
        start_time: Some(local(from).to_proto()),
        end_time: Some(local(until).to_proto()),
        bookables: Vec::new(),
    }
}

#[tokio::test]
async fn one_call_tells_what_is_free_of_everything() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(1, BookingRules::default()).await;
    let rules = BookingRules {
        buffer_after_minutes: 60,
        ..BookingRules::default()
    };
    let devices = center.hall(5, rules).await;
    school
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
    for (from, until, quantity) in [
        ("2026-03-03T08:00", "2026-03-03T10:00", 2),
        ("2026-03-03T09:00", "2026-03-03T12:00", 1),
        // begins long before the window and reaches into it by its buffer alone
        ("2026-02-27T00:00", "2026-03-03T00:00", 4),
    ] {
        let answer = school.ask(asking(&devices, booking(from, until, quantity))).await;
        assert_eq!(answer.is_ok(), quantity < 4, "{answer:?}");
    }
    let held = school
        .hold(&devices, "2026-03-02T20:00", "2026-03-02T23:30", 5)
        .await
        .unwrap();
    let seen = told(
        school
            .free_busy()
            .list_free_busy(looking("2026-03-03T00:00", "2026-03-04T00:00")),
    )
    .await
    .unwrap();
    assert_eq!(seen.bookables.len(), 2);
    assert_eq!(seen.bookables[0].bookable, hall.name);
    let span = |from: &str, until: &str, taken, free| Busy {
        start_time: Some(local(from).to_proto()),
        end_time: Some(local(until).to_proto()),
        taken,
        free,
    };
    assert_eq!(
        seen.bookables[0].busy,
        [span("2026-03-03T19:00", "2026-03-03T21:00", 1, 0)]
    );
    assert_eq!(
        seen.bookables[1].busy,
        [
            span("2026-03-03T00:00", "2026-03-03T00:30", 1, 4),
            span("2026-03-03T08:00", "2026-03-03T09:00", 2, 3),
            span("2026-03-03T09:00", "2026-03-03T11:00", 3, 2),
            span("2026-03-03T11:00", "2026-03-03T13:00", 1, 4),
        ]
    );
    // a hold that ran out takes nothing, though nobody swept it
    house.set("2026-03-02T09:06");
    let only = ListFreeBusyRequest {
        bookables: vec![devices.name.clone()],
        ..looking("2026-03-03T00:00", "2026-03-03T07:00")
    };
    let seen = told(school.free_busy().list_free_busy(only)).await.unwrap();
    assert_eq!((seen.bookables.len(), seen.bookables[0].busy.len()), (1, 0));
    assert_eq!(held.state(), BookingState::Held);
}

#[tokio::test]
async fn a_window_has_an_end_and_a_limit() {
    let house = House::new().await;
    let school = house.unit("学校");
    let ask = async |from: &str, until: &str| told(school.free_busy().list_free_busy(looking(from, until))).await;
    assert_eq!(
        reason(ask("2026-03-01T00:00", "2026-06-02T00:00").await),
        "WINDOW_TOO_LONG"
    );
    assert_eq!(
        reason(ask("2026-03-02T00:00", "2026-03-02T00:00").await),
        "INVALID_REQUEST"
    );
    ask("2026-03-01T00:00", "2026-06-01T00:00").await.unwrap();
}

#[tokio::test]
async fn calendars_are_fed_to_those_entitled() {
    let house = House::new().await;
    let (center, school) = (house.center(), house.unit("学校"));
    let hall = center.hall(2, BookingRules::default()).await;
    let kept = school
        .book(&hall, "2026-03-03T19:00", "2026-03-03T21:00")
        .await
        .unwrap();
    let gone = school
        .book(&hall, "2026-03-04T19:00", "2026-03-04T21:00")
        .await
        .unwrap();
    school.cancel(&gone).await.unwrap();
    let of_hall = ExportBookableCalendarRequest {
        name: hall.name.clone(),
    };
    let feed = told(center.free_busy().export_bookable_calendar(of_hall.clone()))
        .await
        .unwrap();
    assert_eq!(feed.media_type, "text/calendar; charset=utf-8");
    assert!(feed.content.contains("DTSTART:20260303T110000Z") && !feed.content.contains("20260304T110000Z"));
    assert!(feed.content.contains("SUMMARY:学校: 合唱排练"), "{}", feed.content);
    assert_eq!(
        reason(told(school.free_busy().export_bookable_calendar(of_hall)).await),
        "PERMISSION_DENIED"
    );
    let of_school = ExportOrganizationCalendarRequest {
        parent: PARENT.to_owned(),
        organization: school.name(),
    };
    let feed = told(school.free_busy().export_organization_calendar(of_school.clone()))
        .await
        .unwrap();
    let id = kept.name.rsplit('/').next().unwrap();
    assert!(
        feed.content.contains(&format!("UID:{id}@440309002021")),
        "{}",
        feed.content
    );
    assert!(feed.content.contains("LOCATION:多功能厅"));
    let others = house.unit("车站");
    let refused = told(others.free_busy().export_organization_calendar(of_school.clone())).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    let secretary = house.secretary();
    told(secretary.free_busy().export_organization_calendar(of_school))
        .await
        .unwrap();
}
