use std::fmt::Write;

use yihe_kernel::{CommunityId, Result, Timestamp};

use super::{Month, Standing};
use crate::domain::{Problem, local_day};
use crate::names::MeetingName;

/// A meeting that was foreseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledMeeting {
    /// Its name.
    pub name: MeetingName,
    /// Its title then.
    pub title: String,
    /// When it was to begin.
    pub starts_at: Timestamp,
}

/// What a month was to bring, as it was known at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthPlan {
    /// The month.
    pub month: Month,
    /// The instant whose knowledge it states.
    pub as_of: Timestamp,
    /// Meetings that were to begin in the month, by their beginning.
    pub meetings: Vec<ScheduledMeeting>,
    /// Open commitments due in the month or before it, by due date.
    pub commitments: Vec<Standing>,
    /// Problems that were open, by age.
    pub problems: Vec<Problem>,
}

impl MonthPlan {
    /// The instant whose knowledge the plan of a month states: its first, or now where it has not begun.
    ///
    /// # Errors
    /// `INTERNAL` for a month outside the calendar.
    pub fn as_of(month: Month, now: Timestamp) -> Result<Timestamp> {
        Ok(month.begins()?.min(now))
    }

    /// Draws up the plan from what was known by `as_of`.
    ///
    /// # Errors
    /// `INTERNAL` for a month outside the calendar.
    pub fn draw_up(
        month: Month,
        as_of: Timestamp,
        mut meetings: Vec<ScheduledMeeting>,
        standings: Vec<Standing>,
        mut problems: Vec<Problem>,
    ) -> Result<Self> {
        let (begins, ends) = (month.begins()?, month.ends()?);
        meetings.retain(|meeting| (begins..ends).contains(&meeting.starts_at));
        meetings.sort_by(|a, b| (a.starts_at, &a.name).cmp(&(b.starts_at, &b.name)));
        let last_day = local_day::day_of(Timestamp::from_micros(ends.micros() - 1))?;
        let mut commitments = standings;
        commitments.retain(|standing| standing.state.is_open() && standing.due_on <= last_day);
        commitments.sort_by(|a, b| (a.due_on, &a.name).cmp(&(b.due_on, &b.name)));
        problems.retain(|problem| problem.is_open_at(as_of));
        problems.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            month,
            as_of,
            meetings,
            commitments,
            problems,
        })
    }

    /// The plan as a text in Chinese.
    #[must_use]
    pub fn text_zh(&self, community: &CommunityId) -> String {
        let (year, month) = (self.month.year(), self.month.number());
        let mut text = format!(
            "社区 {community} {year} 年 {month} 月计划\n截至 {}\n",
            local_day::clock_of(self.as_of)
        );
        let _ = writeln!(text, "一、会议 {} 次", self.meetings.len());
        for (place, meeting) in self.meetings.iter().enumerate() {
            let _ = writeln!(
                text,
                "{}. {};{}",
                place + 1,
                meeting.title,
                local_day::clock_of(meeting.starts_at)
            );
        }
        let _ = writeln!(text, "二、到期承诺 {} 项", self.commitments.len());
        for (place, standing) in self.commitments.iter().enumerate() {
            let _ = writeln!(text, "{}. {}", place + 1, standing.line_zh());
        }
        let _ = writeln!(text, "三、未结问题 {} 个", self.problems.len());
        for (place, problem) in self.problems.iter().enumerate() {
            let _ = writeln!(
                text,
                "{}. {}(〔{}〕登记)",
                place + 1,
                problem.title,
                problem.reporter.display_name
            );
        }
        text
    }

    /// The plan as a text in English.
    #[must_use]
    pub fn text_en(&self, community: &CommunityId) -> String {
        let mut text = format!(
            "Community {community}, plan of {}\nAs of {}\n",
            self.month,
            local_day::clock_of(self.as_of)
        );
        let _ = writeln!(text, "1. Meetings: {}", self.meetings.len());
        for (place, meeting) in self.meetings.iter().enumerate() {
            let _ = writeln!(
                text,
                "{}. {}; {}",
                place + 1,
                meeting.title,
                local_day::clock_of(meeting.starts_at)
            );
        }
        let _ = writeln!(text, "2. Commitments due: {}", self.commitments.len());
        for (place, standing) in self.commitments.iter().enumerate() {
            let _ = writeln!(text, "{}. {}", place + 1, standing.line_en());
        }
        let _ = writeln!(text, "3. Open problems: {}", self.problems.len());
        for (place, problem) in self.problems.iter().enumerate() {
            let _ = writeln!(
                text,
                "{}. {} (entered by [{}])",
                place + 1,
                problem.title,
                problem.reporter.display_name
            );
        }
        text
    }
}
