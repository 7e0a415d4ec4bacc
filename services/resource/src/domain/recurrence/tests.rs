use super::*;

fn interval(from: &str, until: &str) -> Interval {
    let instant = |text: &str| format!("{text}:00+08:00").parse().unwrap();
    Interval::new(instant(from), instant(until)).unwrap()
}

fn dates(rule: &str, first: &str) -> Vec<String> {
    let first = interval(&format!("{first}T19:00"), &format!("{first}T21:00"));
    let found = Recurrence::parse(rule).unwrap().expand(first, &[]).unwrap();
    for one in &found {
        assert_eq!(one.micros(), first.micros());
        assert_eq!(one.from().time_in(crate::domain::TIME_ZONE), "19:00:00");
    }
    let date = |one: &Interval| one.from().date_in(crate::domain::TIME_ZONE);
    found.iter().map(date).collect()
}

#[track_caller]
fn refused(rule: &str) -> &'static str {
    Recurrence::parse(rule).unwrap_err().reason().code
}

// 2026-03-03 is a Tuesday
#[test]
fn weekly_rules_give_their_days() {
    assert_eq!(
        dates("FREQ=WEEKLY;COUNT=3", "2026-03-03"),
        ["2026-03-03", "2026-03-10", "2026-03-17"]
    );
    assert_eq!(
        dates("RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", "2026-03-03"),
        ["2026-03-03", "2026-03-05", "2026-03-10", "2026-03-12"]
    );
    assert_eq!(
        dates("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;UNTIL=20260331", "2026-03-03"),
        ["2026-03-03", "2026-03-16", "2026-03-17", "2026-03-30", "2026-03-31"]
    );
}

#[test]
fn daily_and_monthly_rules_give_their_days() {
    assert_eq!(
        dates("FREQ=DAILY;INTERVAL=10;COUNT=3", "2026-02-25"),
        ["2026-02-25", "2026-03-07", "2026-03-17"]
    );
    assert_eq!(
        dates("FREQ=DAILY;BYDAY=SA,SU;COUNT=3", "2026-03-07"),
        ["2026-03-07", "2026-03-08", "2026-03-14"]
    );
    // months without a 31st have none
    assert_eq!(
        dates("FREQ=MONTHLY;COUNT=3", "2026-01-31"),
        ["2026-01-31", "2026-03-31", "2026-05-31"]
    );
    assert_eq!(
        dates("FREQ=MONTHLY;BYDAY=1TU,-1TU;COUNT=4", "2026-03-03"),
        ["2026-03-03", "2026-03-31", "2026-04-07", "2026-04-28"]
    );
    assert_eq!(
        dates("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-01-31"),
        ["2026-01-31", "2026-02-28", "2026-03-31"]
    );
    assert_eq!(
        dates("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;COUNT=2", "2026-02-13"),
        ["2026-02-13", "2026-03-13"]
    );
}

#[test]
fn the_last_instant_of_a_rule_counts() {
    assert_eq!(dates("FREQ=DAILY;UNTIL=20260304T110000Z", "2026-03-03").len(), 2);
    assert_eq!(dates("FREQ=DAILY;UNTIL=20260304T105959Z", "2026-03-03").len(), 1);
}

#[test]
fn a_rule_without_end_is_refused() {
    assert_eq!(refused("FREQ=WEEKLY"), "RECURRENCE_ENDLESS");
    assert_eq!(refused("FREQ=DAILY;BYDAY=MO"), "RECURRENCE_ENDLESS");
}

#[test]
fn what_is_not_understood_is_refused() {
    for rule in [
        "",
        "COUNT=3",
        "FREQ=SECONDLY;COUNT=3",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;COUNT=367",
        "FREQ=WEEKLY;COUNT=3;UNTIL=20260401",
        "FREQ=WEEKLY;COUNT=3;COUNT=4",
        "FREQ=WEEKLY;INTERVAL=0;COUNT=2",
        "FREQ=WEEKLY;BYDAY=2TU;COUNT=2",
        "FREQ=WEEKLY;BYDAY=XX;COUNT=2",
        "FREQ=WEEKLY;BYMONTHDAY=1;COUNT=2",
        "FREQ=WEEKLY;BYSETPOS=1;COUNT=2",
        "FREQ=WEEKLY;UNTIL=2026-04-01",
        "FREQ=WEEKLY;UNTIL=20260230",
        "FREQ=WEEKLY;UNTIL=二〇二六",
        "每周二",
    ] {
        assert_eq!(refused(rule), "RECURRENCE_INVALID", "{rule}");
    }
}

#[test]
fn too_many_dates_and_a_first_one_off_the_rule_are_refused() {
    let first = interval("2026-03-03T19:00", "2026-03-03T21:00");
    for rule in [
        "FREQ=DAILY;UNTIL=20270401",
        "FREQ=WEEKLY;BYDAY=WE;COUNT=2",
        "FREQ=DAILY;UNTIL=20260301",
    ] {
        let refused = Recurrence::parse(rule).unwrap().expand(first, &[]).unwrap_err();
        assert!(refused.is(&reasons::RECURRENCE_INVALID), "{rule}: {refused}");
    }
    let never = Recurrence::parse("FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=MO;INTERVAL=12;COUNT=300").unwrap();
    assert!(
        never
            .expand(interval("2026-02-28T19:00", "2026-02-28T21:00"), &[])
            .is_err()
    );
}
