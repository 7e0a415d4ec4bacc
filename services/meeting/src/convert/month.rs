use yihe_kernel::{CommunityId, Fields, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;

use super::{Wire, instant};
use crate::domain::{Month, MonthPlan, MonthReport, Standing};
use crate::names::MonthReportName;
use crate::store::month::Published;

/// The month of a year.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn month(year: i32, number: i32) -> Result<Month> {
    let mut fields = Fields::new();
    let month = Month::new(year, number);
    if month.is_none() {
        let field = if (1..=12).contains(&number) { "year" } else { "month" };
        fields.refuse(
            field,
            "is no month of the years 2000 to 9998",
            "不是 2000 至 9998 年中的月份",
        );
    }
    fields.finish_with("month", month)
}

fn line(standing: Standing, in_time: bool) -> pb::MonthLine {
    pb::MonthLine {
        commitment: standing.name.to_string(),
        text: standing.text,
        holder_display_name: standing.holder,
        due_date: standing.due_on.to_string(),
        state: standing.state.number(),
        escalation_level: standing.level.number(),
        done_time: instant(standing.done_at),
        in_time,
    }
}

/// A plan with its texts.
pub fn plan_to_wire(community: &CommunityId, plan: MonthPlan) -> pb::MonthPlan {
    let (text_zh, text_en) = (plan.text_zh(community), plan.text_en(community));
    let meetings = plan.meetings.into_iter().map(|meeting| pb::PlannedMeeting {
        meeting: meeting.name.to_string(),
        title: meeting.title,
        start_time: instant(Some(meeting.starts_at)),
    });
    let problems = plan.problems.into_iter().map(|problem| pb::OpenProblem {
        problem: problem.name.to_string(),
        title: problem.title,
        reporter_display_name: problem.reporter.display_name,
        create_time: instant(Some(problem.reported_at)),
    });
    pb::MonthPlan {
        year: plan.month.year().into(),
        month: plan.month.number().into(),
        as_of_time: instant(Some(plan.as_of)),
        meetings: meetings.collect(),
        commitments: plan
            .commitments
            .into_iter()
            .map(|standing| line(standing, false))
            .collect(),
        problems: problems.collect(),
        text_zh,
        text_en,
    }
}

/// A report with its texts; `published_at` where they were published.
pub fn report_to_wire(
    name: &MonthReportName,
    report: MonthReport,
    text: Published,
    published_at: Option<Timestamp>,
) -> pb::MonthReport {
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let counts = report.counts;
    pb::MonthReport {
        name: name.to_string(),
        year: report.month.year().into(),
        month: report.month.number().into(),
        as_of_time: instant(Some(report.as_of)),
        in_time_count: i32::try_from(report.in_time()).unwrap_or(i32::MAX),
        due: report
            .due
            .into_iter()
            .map(|(standing, in_time)| line(standing, in_time))
            .collect(),
        made_count: count(counts.made),
        accepted_count: count(counts.accepted),
        declined_count: count(counts.declined),
        reassigned_count: count(counts.reassigned),
        done_count: count(counts.done),
        confirmed_count: count(counts.confirmed),
        reopened_count: count(counts.reopened),
        cancelled_count: count(counts.cancelled),
        escalated_count: count(counts.escalated),
        problems_reported_count: count(counts.problems_reported),
        problems_closed_count: count(counts.problems_closed),
        problems_open_count: count(counts.problems_open),
        text_zh: text.text_zh,
        text_en: text.text_en,
        sha256: text.sha256,
        publish_time: instant(published_at),
    }
}
