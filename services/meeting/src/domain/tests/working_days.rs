use super::*;

/// The National Day of 2026 is free from the 1st to the 7th of October; its weekends are worked on the 20th of September and
/// the 10th of October.
#[test]
fn notice_in_working_days_follows_the_calendar_and_guesses_no_year() {
    let text = pack().text().replace("unit = \"CALENDAR\"", "unit = \"WORKING\"");
    let pack = RulePack::parse(&text).unwrap();
    let calendar = yihe_tally::Calendar::shipped().unwrap();
    let planned = |start: &str| Meeting {
        starts_at: at(start),
        ..meeting(MeetingState::Draft)
    };
    let served = at("2026-09-29T01:00:00Z");
    let early = NoticePeriod::of(&pack, &planned("2026-10-09T01:00:00Z"), &calendar, served).unwrap();
    assert_eq!(
        (early.earliest_on.to_string().as_str(), early.is_kept()),
        ("2026-10-10", false)
    );
    let community = "440309002021".parse().unwrap();
    let members = || {
        [
            Member::Organization(organization(1)),
            Member::Organization(organization(2)),
        ]
        .into_iter()
    };
    assert_eq!(
        code(early.expect_kept_or_waived(&community, members(), &[])),
        "NOTICE_TOO_SHORT"
    );
    let one = [Member::Organization(organization(1))];
    assert_eq!(
        code(early.expect_kept_or_waived(&community, members(), &one)),
        "NOTICE_NOT_WAIVED"
    );
    let all: Vec<_> = members().collect();
    assert_eq!(code(early.expect_kept_or_waived(&community, members(), &all)), "OK");
    let kept = NoticePeriod::of(&pack, &planned("2026-10-10T01:00:00Z"), &calendar, served).unwrap();
    assert_eq!(code(kept.expect_kept_or_waived(&community, members(), &[])), "OK");
    let strict = NoticePeriod {
        waiver_allowed: false,
        ..early
    };
    assert_eq!(
        code(strict.expect_kept_or_waived(&community, members(), &all)),
        "NOTICE_TOO_SHORT"
    );
    assert_eq!(code(strict.expect_waivable(&pack)), "WAIVER_NOT_ALLOWED");
    let unknown = at("2027-03-01T01:00:00Z");
    assert_eq!(
        code(NoticePeriod::of(
            &pack,
            &planned("2027-03-20T01:00:00Z"),
            &calendar,
            unknown
        )),
        "CALENDAR_MISSING"
    );
    let published = br#"{"year":2027,"papers":["x"],"days":[{"name":"x","date":"2027-01-01","isOffDay":true}]}"#;
    let imported = calendar.with(yihe_tally::calendar::CalendarYear::parse(published).unwrap());
    let known = NoticePeriod::of(&pack, &planned("2027-03-20T01:00:00Z"), &imported, unknown).unwrap();
    assert!(known.is_kept(), "an imported year makes the notice possible");
}
