use std::fmt::Write;

use sha2::{Digest, Sha256};
use yihe_kernel::{CommunityId, Error, Result, Timestamp};

use super::{Month, Standing};
use crate::domain::{CommitmentAct, CommitmentState, CommitmentStep, Problem, local_day};
use crate::reasons;

/// What happened in a month, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MonthCounts {
    /// Commitments made.
    pub made: u32,
    /// Acceptances.
    pub accepted: u32,
    /// Declinations.
    pub declined: u32,
    /// Reassignments.
    pub reassigned: u32,
    /// Reports that one was done.
    pub done: u32,
    /// Confirmations.
    pub confirmed: u32,
    /// Commitments sent back.
    pub reopened: u32,
    /// Cancellations.
    pub cancelled: u32,
    /// Escalations.
    pub escalated: u32,
    /// Problems entered.
    pub problems_reported: u32,
    /// Problems closed.
    pub problems_closed: u32,
    /// Problems open at the end.
    pub problems_open: u32,
}

impl MonthCounts {
    fn note(&mut self, act: CommitmentAct) {
        let count = match act {
            CommitmentAct::Made => &mut self.made,
            CommitmentAct::Accepted => &mut self.accepted,
            CommitmentAct::Declined => &mut self.declined,
            CommitmentAct::Reassigned => &mut self.reassigned,
            CommitmentAct::Done => &mut self.done,
            CommitmentAct::Confirmed => &mut self.confirmed,
            CommitmentAct::Reopened => &mut self.reopened,
            CommitmentAct::Cancelled => &mut self.cancelled,
            CommitmentAct::Escalated => &mut self.escalated,
            CommitmentAct::Progressed | CommitmentAct::HolderLeft => return,
        };
        *count += 1;
    }
}

/// What was due in a month and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthReport {
    /// The month.
    pub month: Month,
    /// The instant whose knowledge it states.
    pub as_of: Timestamp,
    /// What was due in the month, by due date, and whether it was done in time; cancelled commitments are left out.
    pub due: Vec<(Standing, bool)>,
    /// What happened.
    pub counts: MonthCounts,
}

impl MonthReport {
    /// The instant whose knowledge the report of a month states: its end, or now while it runs.
    ///
    /// # Errors
    /// `MONTH_NOT_BEGUN`.
    pub fn as_of(month: Month, now: Timestamp) -> Result<Timestamp> {
        if now < month.begins()? {
            return Err(Error::new(&reasons::MONTH_NOT_BEGUN).with("month", month));
        }
        Ok(month.ends()?.min(now))
    }

    /// Refuses to publish the report of a month that runs.
    ///
    /// # Errors
    /// `MONTH_NOT_OVER`.
    pub fn expect_over(month: Month, now: Timestamp) -> Result<()> {
        if now >= month.ends()? {
            return Ok(());
        }
        Err(Error::new(&reasons::MONTH_NOT_OVER).with("month", month))
    }

    /// Draws up the report from the steps, standings and problems known by `as_of`.
    ///
    /// # Errors
    /// `INTERNAL` for a month outside the calendar.
    pub fn draw_up<'a>(
        month: Month,
        as_of: Timestamp,
        standings: Vec<Standing>,
        steps: impl Iterator<Item = &'a CommitmentStep>,
        problems: &[Problem],
    ) -> Result<Self> {
        let within = month.begins()?..as_of;
        let mut counts = MonthCounts::default();
        for step in steps.filter(|step| within.contains(&step.doing.at)) {
            counts.note(step.act);
        }
        for problem in problems {
            counts.problems_reported += u32::from(within.contains(&problem.reported_at));
            counts.problems_closed += u32::from(problem.closed_at.is_some_and(|at| within.contains(&at)));
            counts.problems_open += u32::from(problem.is_open_at(as_of));
        }
        let mut due = standings;
        due.retain(|standing| month.contains(standing.due_on) && standing.state != CommitmentState::Cancelled);
        due.sort_by(|a, b| (a.due_on, &a.name).cmp(&(b.due_on, &b.name)));
        let due: Result<Vec<_>> = due
            .into_iter()
            .map(|standing| standing.in_time().map(|in_time| (standing, in_time)))
            .collect();
        Ok(Self {
            month,
            as_of,
            due: due?,
            counts,
        })
    }

    /// How many of those due were done in time.
    #[must_use]
    pub fn in_time(&self) -> usize {
        self.due.iter().filter(|(_, in_time)| *in_time).count()
    }

    /// The report as a text in Chinese.
    #[must_use]
    pub fn text_zh(&self, community: &CommunityId) -> String {
        let (year, month) = (self.month.year(), self.month.number());
        let (due, in_time, counts) = (self.due.len(), self.in_time(), self.counts);
        let mut text = format!(
            "社区 {community} {year} 年 {month} 月通报\n截至 {}\n",
            local_day::clock_of(self.as_of)
        );
        let _ = writeln!(text, "一、本月到期承诺 {due} 项,按期完成 {in_time} 项({in_time}/{due})");
        for (place, (standing, in_time)) in self.due.iter().enumerate() {
            let timely = if *in_time { ";按期" } else { "" };
            let _ = writeln!(text, "{}. {}{timely}", place + 1, standing.line_zh());
        }
        let _ = writeln!(
            text,
            "二、本月办理:形成 {},接受 {},不予接受 {},改派 {},完成 {},确认 {},退回重办 {},取消 {},督办升级 {}",
            counts.made,
            counts.accepted,
            counts.declined,
            counts.reassigned,
            counts.done,
            counts.confirmed,
            counts.reopened,
            counts.cancelled,
            counts.escalated
        );
        let _ = writeln!(
            text,
            "三、问题:登记 {},销号 {},月末未结 {}",
            counts.problems_reported, counts.problems_closed, counts.problems_open
        );
        text
    }

    /// The report as a text in English.
    #[must_use]
    pub fn text_en(&self, community: &CommunityId) -> String {
        let (due, in_time, counts) = (self.due.len(), self.in_time(), self.counts);
        let mut text = format!(
            "Community {community}, report of {}\nAs of {}\n",
            self.month,
            local_day::clock_of(self.as_of)
        );
        let _ = writeln!(
            text,
            "1. Commitments due: {due}; done in time: {in_time} ({in_time}/{due})"
        );
        for (place, (standing, in_time)) in self.due.iter().enumerate() {
            let timely = if *in_time { "; in time" } else { "" };
            let _ = writeln!(text, "{}. {}{timely}", place + 1, standing.line_en());
        }
        let _ = writeln!(
            text,
            "2. In the month: made {}, accepted {}, declined {}, reassigned {}, done {}, confirmed {}, sent back {}, cancelled {}, \
             escalated {}",
            counts.made,
            counts.accepted,
            counts.declined,
            counts.reassigned,
            counts.done,
            counts.confirmed,
            counts.reopened,
            counts.cancelled,
            counts.escalated
        );
        let _ = writeln!(
            text,
            "3. Problems: entered {}, closed {}, open at the end {}",
            counts.problems_reported, counts.problems_closed, counts.problems_open
        );
        text
    }
}

/// SHA-256 of both texts, with a line feed between them, in hexadecimal digits.
#[must_use]
pub fn digest(text_zh: &str, text_en: &str) -> String {
    let hash = Sha256::new()
        .chain_update(text_zh)
        .chain_update("\n")
        .chain_update(text_en);
    let mut digits = String::new();
    for byte in hash.finalize() {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
