//! Working days as the State Council gave them, and periods counted in them.

use std::path::Path;

use yihe_tally::{
    Calendar, CalendarError, CalendarMissing, CalendarYear, Date, DayUnit, Notice, TallyError, earliest_start,
    plus_days,
};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn works(text: &str) -> Result<bool, CalendarMissing> {
    Calendar::shipped().unwrap().is_working_day(date(text))
}

#[test]
fn twenty_years_ship_and_every_file_of_the_folder_is_among_them() {
    let calendar = Calendar::shipped().unwrap();
    assert_eq!(calendar.years().collect::<Vec<_>>(), (2007..=2026).collect::<Vec<_>>());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("calendars");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let year = CalendarYear::parse(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(path.file_stem().unwrap().to_str().unwrap(), year.year().to_string());
        assert_eq!(calendar.year(year.year()), Some(&year));
        assert!(
            year.papers().iter().all(|paper| paper.contains(".gov.cn/")),
            "{:?}",
            year.papers()
        );
    }
}

#[test]
fn holidays_are_free_and_make_up_days_are_worked() {
    for (day, worked, why) in [
        ("2026-01-01", false, "New Year, a Thursday"),
        ("2026-01-04", true, "a Sunday worked for the New Year"),
        ("2026-02-14", true, "a Saturday worked for the Spring Festival"),
        ("2026-02-17", false, "Spring Festival, a Tuesday"),
        ("2026-03-02", true, "a plain Monday"),
        ("2026-03-07", false, "a plain Saturday"),
        ("2026-10-01", false, "National Day"),
        ("2007-12-29", true, "a Saturday the papers of 2008 made a working day"),
        ("2007-12-31", false, "a Monday the papers of 2008 made free"),
        ("2018-12-31", false, "a Monday the papers of 2019 made free"),
        ("2019-12-31", true, "a Tuesday no paper speaks of"),
        ("2020-01-31", false, "the Spring Festival lengthened by a second paper"),
    ] {
        assert_eq!(works(day), Ok(worked), "{day}: {why}");
    }
}

#[test]
fn a_year_without_data_is_an_error_and_no_guess() {
    assert_eq!(works("2006-12-31"), Err(CalendarMissing { year: 2006 }));
    assert_eq!(works("2027-03-01"), Err(CalendarMissing { year: 2027 }));
    assert_eq!(works("2026-12-24"), Ok(true));
    assert_eq!(
        works("2026-12-25"),
        Err(CalendarMissing { year: 2027 }),
        "the papers of 2027 may still move the days around New Year"
    );
    assert_eq!(
        works("2027-03-01").unwrap_err().to_string(),
        "the working days of 2027 are not known: import its calendar"
    );
    let calendar = Calendar::shipped().unwrap();
    assert_eq!(
        plus_days(date("2026-12-20"), 10, DayUnit::Working, &calendar),
        Err(TallyError::CalendarMissing(CalendarMissing { year: 2027 }))
    );
    assert_eq!(
        plus_days(date("2026-12-20"), 10, DayUnit::Calendar, &calendar),
        Ok(date("2026-12-30")),
        "calendar days need no papers"
    );
}

fn year_of(year: u16, days: &str) -> CalendarYear {
    CalendarYear::parse(format!(r#"{{"year":{year},"papers":[],"days":[{days}]}}"#).as_bytes()).unwrap()
}

#[test]
fn an_imported_year_is_added_or_takes_the_place_of_a_shipped_one() {
    let next = year_of(2027, r#"{"name":"元旦","date":"2026-12-31","isOffDay":true}"#);
    let calendar = Calendar::shipped().unwrap().with(next);
    assert_eq!(calendar.is_working_day(date("2026-12-31")), Ok(false));
    assert_eq!(calendar.is_working_day(date("2027-03-01")), Ok(true));
    assert_eq!(
        calendar.is_working_day(date("2027-12-31")),
        Err(CalendarMissing { year: 2028 })
    );
    let changed = year_of(2026, r#"{"name":"端午节","date":"2026-03-02","isOffDay":true}"#);
    let calendar = calendar.with(changed);
    assert_eq!(calendar.is_working_day(date("2026-03-02")), Ok(false));
    assert_eq!(
        calendar.is_working_day(date("2026-02-17")),
        Ok(true),
        "replaced whole, not merged"
    );
    assert_eq!(works("2026-03-02"), Ok(true), "the shipped one stays as it was");
}

fn notice(days: u32, unit: DayUnit) -> Notice {
    Notice {
        days,
        unit,
        waiver_allowed: false,
        source: "test".to_owned(),
    }
}

#[test]
fn notice_is_whole_days_between_serving_and_meeting() {
    let calendar = Calendar::shipped().unwrap();
    let earliest = |served: &str, days, unit| {
        earliest_start(date(served), &notice(days, unit), &calendar)
            .unwrap()
            .to_string()
    };
    for (served, days, unit, wanted, why) in [
        (
            "2026-03-02",
            3,
            DayUnit::Calendar,
            "2026-03-06",
            "Tuesday to Thursday lie between",
        ),
        (
            "2026-03-02",
            0,
            DayUnit::Calendar,
            "2026-03-03",
            "never on the day itself",
        ),
        (
            "2026-03-02",
            3,
            DayUnit::Working,
            "2026-03-06",
            "three plain working days",
        ),
        (
            "2026-03-05",
            3,
            DayUnit::Working,
            "2026-03-11",
            "Friday, Monday, Tuesday; the weekend does not count",
        ),
        (
            "2026-03-05",
            1,
            DayUnit::Working,
            "2026-03-07",
            "the meeting itself may be on a Saturday",
        ),
        (
            "2026-02-12",
            3,
            DayUnit::Working,
            "2026-02-25",
            "Friday, the worked Saturday, and the first day after the festival",
        ),
        (
            "2026-02-12",
            3,
            DayUnit::Calendar,
            "2026-02-16",
            "calendar days pass through the festival",
        ),
        (
            "2026-03-02",
            0,
            DayUnit::Working,
            "2026-03-03",
            "never on the day itself",
        ),
        (
            "2025-12-30",
            3,
            DayUnit::Working,
            "2026-01-06",
            "Wednesday, the worked Sunday and Monday; New Year's three days are free",
        ),
    ] {
        assert_eq!(earliest(served, days, unit), wanted, "{served} {days} {unit}: {why}");
    }
    let never = earliest_start(date("9999-12-31"), &notice(1, DayUnit::Calendar), &calendar);
    assert_eq!(never, Err(TallyError::BeyondCalendar));
}

#[test]
fn the_earliest_start_leaves_just_enough_working_days() {
    let calendar = Calendar::shipped().unwrap();
    let mut served = date("2023-12-20");
    while served < date("2025-12-01") {
        for days in 0..12 {
            let start = earliest_start(served, &notice(days, DayUnit::Working), &calendar).unwrap();
            assert_eq!(
                calendar.working_days_between(served, start),
                Ok(days),
                "{served} {days} {start}"
            );
        }
        served = served.plus_days(1).unwrap();
    }
    assert_eq!(
        calendar.working_days_between(date("2026-03-05"), date("2026-03-01")),
        Ok(0)
    );
}

#[test]
fn periods_end_on_their_last_day() {
    let calendar = Calendar::shipped().unwrap();
    let end = |from: &str, days, unit| plus_days(date(from), days, unit, &calendar).unwrap().to_string();
    assert_eq!(end("2026-04-30", 7, DayUnit::Calendar), "2026-05-07");
    assert_eq!(
        end("2026-04-30", 10, DayUnit::Working),
        "2026-05-18",
        "Labour Day is free, 2026-05-09 is worked"
    );
    assert_eq!(end("2026-05-02", 0, DayUnit::Working), "2026-05-02");
}

fn refused(text: &str) -> String {
    CalendarYear::parse(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_wrong_calendar_is_refused_by_line_or_key() {
    let day = |date: &str| format!(r#"{{"name":"元旦","date":"{date}","isOffDay":true}}"#);
    let year = |days: &str| format!("{{\"year\":2027,\"papers\":[],\n\"days\":[{days}]}}");
    let cases = [
        (refused(""), "calendar: line 1: EOF while parsing a value"),
        (
            refused("2027"),
            "calendar: line 1: invalid type: integer `2027`, expected the calendar of a year",
        ),
        (
            refused(&year(&day("2027-01-01").replace("isOffDay", "isWorkDay"))),
            "calendar: line 2: unknown field `isWorkDay`, expected one of `name`, `date`, `isOffDay`",
        ),
        (
            refused(&year("").replace("\"papers\":[],", "")),
            "calendar: line 2: missing field `papers`",
        ),
        (
            refused(&year("").replace("\"papers\"", "\"year\":2027,\"papers\"")),
            "calendar: line 1: duplicate field `year`",
        ),
        (
            refused(&year(&day("2027-01-01").replace("true", "\"yes\""))),
            "calendar: line 2: invalid type: string \"yes\", expected a boolean",
        ),
        (refused(&year("")), "calendar: days: is empty"),
        (
            refused(&year("").replace("2027", "0")),
            "calendar: year: 0 is not a year",
        ),
        (
            refused(&year(
                &[day("2027-1-1"), day("2027-02-30"), day("2026-01-01"), day("2028-01-01")].join(","),
            )),
            "calendar: days[0].date: \"2027-1-1\" is not a date of the form YYYY-MM-DD; \
             days[1].date: the calendar has no day 2027-02-30; \
             days[2].date: 2026-01-01 does not belong to the papers of 2027; \
             days[3].date: 2028-01-01 does not belong to the papers of 2027",
        ),
        (
            refused(&year(
                &[day("2027-01-01"), day("2027-01-02"), day("2027-01-01")].join(","),
            )),
            "calendar: days[2].date: 2027-01-01 is listed twice",
        ),
        (
            refused(&year(&day("2027-01-01").replace("元旦", " "))),
            "calendar: days[0].name: is empty or has control characters",
        ),
    ];
    for (found, wanted) in cases {
        assert_eq!(found, wanted);
    }
    let long = year(&day("2027-01-01")) + &" ".repeat(64 * 1024);
    assert!(matches!(
        CalendarYear::parse(long.as_bytes()),
        Err(CalendarError::TooLong { .. })
    ));
}
