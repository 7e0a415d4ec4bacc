use uuid::Uuid;

use super::report::MonthCounts;
use super::*;
use crate::domain::{CommitmentAct, CommitmentState, CommitmentStep, Doing, EscalationLevel, Holder, Problem};
use crate::names::{CommitmentName, ProblemName};

fn month() -> Month {
    "2026-03".parse().unwrap()
}

fn step(serial: i64, act: CommitmentAct, state: CommitmentState, at: &str) -> CommitmentStep {
    CommitmentStep {
        serial,
        act,
        doing: Doing {
            actor: "users/someone".to_owned(),
            organization: None,
            at: at.parse().unwrap(),
        },
        note: String::new(),
        suggested: None,
        evidence: Vec::new(),
        resolution: None,
        state,
        holder: Holder {
            organization: Uuid::from_u128(1).into(),
            display_name: "城管".to_owned(),
        },
        due_on: "2026-03-20".parse().unwrap(),
        level: EscalationLevel::None,
        recipients: Vec::new(),
    }
}

fn name(number: u128) -> CommitmentName {
    CommitmentName {
        community: "440309002021".parse().unwrap(),
        commitment: Uuid::from_u128(number).into(),
    }
}

#[test]
fn months_are_read_whole_and_begin_at_midnight() {
    assert_eq!(month().begins().unwrap(), "2026-02-28T16:00:00Z".parse().unwrap());
    assert_eq!(month().ends().unwrap(), "2026-03-31T16:00:00Z".parse().unwrap());
    let december: Month = "2026-12".parse().unwrap();
    assert_eq!(december.ends().unwrap(), "2026-12-31T16:00:00Z".parse().unwrap());
    for text in ["2026-3", "2026-13", "2026-00", "1999-12", "9999-01", "2026", "+026-03"] {
        assert!(text.parse::<Month>().is_err(), "{text}");
    }
    assert!(month().contains("2026-03-31".parse().unwrap()));
    assert!(!month().contains("2026-04-01".parse().unwrap()));
}

#[test]
fn in_time_is_by_the_end_of_the_due_day_and_not_sent_back() {
    use CommitmentAct as Act;
    use CommitmentState as State;
    let made = step(1, Act::Made, State::Proposed, "2026-03-01T00:00:00Z");
    let last_moment = step(2, Act::Done, State::Done, "2026-03-20T15:59:59Z");
    let too_late = step(2, Act::Done, State::Done, "2026-03-20T16:00:00Z");
    let sent_back = step(3, Act::Reopened, State::InProgress, "2026-03-21T00:00:00Z");
    let confirmed = step(3, Act::Confirmed, State::Confirmed, "2026-03-30T00:00:00Z");
    for (steps, in_time) in [
        (vec![made.clone()], false),
        (vec![made.clone(), last_moment.clone()], true),
        (vec![made.clone(), last_moment.clone(), confirmed], true),
        (vec![made.clone(), last_moment, sent_back], false),
        (vec![made, too_late], false),
    ] {
        let standing = Standing::after(name(1), "挂灯".to_owned(), &steps).unwrap();
        assert_eq!(standing.in_time().unwrap(), in_time, "{steps:?}");
    }
    assert_eq!(Standing::after(name(1), String::new(), &[]), None);
}

#[test]
fn the_report_counts_what_happened_in_the_month_and_no_more() {
    use CommitmentAct as Act;
    use CommitmentState as State;
    let before = step(1, Act::Made, State::Proposed, "2026-02-28T15:59:59Z");
    let first = step(2, Act::Accepted, State::Accepted, "2026-02-28T16:00:00Z");
    let done = step(3, Act::Done, State::Done, "2026-03-20T00:00:00Z");
    let steps = [before, first, done];
    let standing = Standing::after(name(1), "挂灯".to_owned(), &steps).unwrap();
    let cancelled = Standing {
        name: name(2),
        state: State::Cancelled,
        ..standing.clone()
    };
    let elsewhen = Standing {
        name: name(3),
        due_on: "2026-04-01".parse().unwrap(),
        ..standing.clone()
    };
    let problem = |number, reported: &str, closed: Option<&str>| Problem {
        name: ProblemName {
            community: "440309002021".parse().unwrap(),
            problem: Uuid::from_u128(number).into(),
        },
        title: "桥洞无灯".to_owned(),
        description: String::new(),
        reporter: steps[0].holder.clone(),
        agenda_item: None,
        reported_at: reported.parse().unwrap(),
        closed_at: closed.map(|at| at.parse().unwrap()),
        close_reason: None,
    };
    let problems = [
        problem(1, "2026-02-01T00:00:00Z", None),
        problem(2, "2026-03-02T00:00:00Z", Some("2026-03-09T00:00:00Z")),
        problem(3, "2026-03-02T00:00:00Z", Some("2026-04-02T00:00:00Z")),
    ];
    let now = "2027-01-01T00:00:00Z".parse().unwrap();
    let as_of = MonthReport::as_of(month(), now).unwrap();
    let due = vec![elsewhen, cancelled, standing.clone()];
    let report = MonthReport::draw_up(month(), as_of, due, steps.iter(), &problems).unwrap();
    assert_eq!(report.due, [(standing, true)]);
    let expected = MonthCounts {
        accepted: 1,
        done: 1,
        problems_reported: 2,
        problems_closed: 1,
        problems_open: 2,
        ..MonthCounts::default()
    };
    assert_eq!(report.counts, expected);
    let community = "440309002021".parse().unwrap();
    assert_eq!(
        report.text_zh(&community),
        "社区 440309002021 2026 年 3 月通报\n截至 2026-04-01 00:00\n\
         一、本月到期承诺 1 项,按期完成 1 项(1/1)\n1. 〔城管〕挂灯;期限 2026-03-20;已完成待确认;按期\n\
         二、本月办理:形成 0,接受 1,不予接受 0,改派 0,完成 1,确认 0,退回重办 0,取消 0,督办升级 0\n\
         三、问题:登记 2,销号 1,月末未结 2\n"
    );
    assert_eq!(
        report.text_en(&community),
        "Community 440309002021, report of 2026-03\nAs of 2026-04-01 00:00\n\
         1. Commitments due: 1; done in time: 1 (1/1)\n1. [城管] 挂灯; due 2026-03-20; done, to be confirmed; in time\n\
         2. In the month: made 0, accepted 1, declined 0, reassigned 0, done 1, confirmed 0, sent back 0, cancelled 0, escalated 0\n\
         3. Problems: entered 2, closed 1, open at the end 2\n"
    );
}

#[test]
fn a_month_is_reported_once_it_began_and_published_once_it_is_over() {
    let before = "2026-02-28T15:59:59Z".parse().unwrap();
    assert!(
        MonthReport::as_of(month(), before)
            .unwrap_err()
            .is(&crate::reasons::MONTH_NOT_BEGUN)
    );
    let within = "2026-03-31T15:59:59Z".parse().unwrap();
    assert_eq!(MonthReport::as_of(month(), within).unwrap(), within);
    assert!(
        MonthReport::expect_over(month(), within)
            .unwrap_err()
            .is(&crate::reasons::MONTH_NOT_OVER)
    );
    assert!(MonthReport::expect_over(month(), month().ends().unwrap()).is_ok());
    assert_eq!(MonthPlan::as_of(month(), within).unwrap(), month().begins().unwrap());
    assert_eq!(MonthPlan::as_of(month(), before).unwrap(), before);
}
