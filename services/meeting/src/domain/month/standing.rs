use yihe_kernel::{Result, Timestamp};
use yihe_tally::Date;

use crate::domain::{CommitmentAct, CommitmentState, CommitmentStep, EscalationLevel, local_day};
use crate::names::CommitmentName;

/// How a commitment stood at an instant, as far as it had come by then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The commitment.
    pub name: CommitmentName,
    /// What is to be done.
    pub text: String,
    /// Name of its holder.
    pub holder: String,
    /// Its due date.
    pub due_on: Date,
    /// Its state.
    pub state: CommitmentState,
    /// Its escalation.
    pub level: EscalationLevel,
    /// When it was reported done, unless it was sent back.
    pub done_at: Option<Timestamp>,
}

impl Standing {
    /// After the steps so far, in their order; `None` before the first.
    #[must_use]
    pub fn after(name: CommitmentName, text: String, steps: &[CommitmentStep]) -> Option<Self> {
        let last = steps.last()?;
        let done = matches!(last.state, CommitmentState::Done | CommitmentState::Confirmed);
        let reported = steps.iter().rev().find(|step| step.act == CommitmentAct::Done);
        Some(Self {
            name,
            text,
            holder: last.holder.display_name.clone(),
            due_on: last.due_on,
            state: last.state,
            level: last.level,
            done_at: reported.filter(|_| done).map(|step| step.doing.at),
        })
    }

    /// Whether it was reported done on its due date at the latest, and not sent back.
    ///
    /// # Errors
    /// `INTERNAL` for a due date outside the calendar.
    pub fn in_time(&self) -> Result<bool> {
        let limit = local_day::end_of(self.due_on)?;
        Ok(self.done_at.is_some_and(|at| at < limit))
    }

    /// One line of a text in Chinese.
    pub(super) fn line_zh(&self) -> String {
        let (holder, text, due_on) = (&self.holder, &self.text, self.due_on);
        format!(
            "〔{holder}〕{text};期限 {due_on};{}{}",
            state_zh(self.state),
            level_zh(self.level)
        )
    }

    /// One line of a text in English.
    pub(super) fn line_en(&self) -> String {
        let (holder, text, due_on) = (&self.holder, &self.text, self.due_on);
        format!(
            "[{holder}] {text}; due {due_on}; {}{}",
            state_en(self.state),
            level_en(self.level)
        )
    }
}

const fn state_zh(state: CommitmentState) -> &'static str {
    match state {
        CommitmentState::Proposed => "待接受",
        CommitmentState::Accepted => "已接受",
        CommitmentState::InProgress => "办理中",
        CommitmentState::Done => "已完成待确认",
        CommitmentState::Confirmed => "已办结",
        CommitmentState::Declined => "已退回召集单位",
        CommitmentState::Cancelled => "已取消",
    }
}

const fn state_en(state: CommitmentState) -> &'static str {
    match state {
        CommitmentState::Proposed => "waiting for acceptance",
        CommitmentState::Accepted => "accepted",
        CommitmentState::InProgress => "in progress",
        CommitmentState::Done => "done, to be confirmed",
        CommitmentState::Confirmed => "confirmed",
        CommitmentState::Declined => "back with the convener",
        CommitmentState::Cancelled => "cancelled",
    }
}

const fn level_zh(level: EscalationLevel) -> &'static str {
    match level {
        EscalationLevel::None => "",
        EscalationLevel::Head => ";已告责任单位负责人",
        EscalationLevel::Secretary => ";已报社区书记",
        EscalationLevel::Street => ";已报街道",
    }
}

const fn level_en(level: EscalationLevel) -> &'static str {
    match level {
        EscalationLevel::None => "",
        EscalationLevel::Head => "; taken to the holder's head",
        EscalationLevel::Secretary => "; taken to the secretary",
        EscalationLevel::Street => "; taken to the street",
    }
}
