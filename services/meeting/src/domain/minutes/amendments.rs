use yihe_kernel::Timestamp;

use super::page::Page;
use super::{VoteFacts, terms, votes};
use crate::domain::AmendmentState;

/// One amendment to a motion.
#[derive(Debug, Clone)]
pub struct AmendmentFacts {
    /// Who moved it.
    pub mover: String,
    /// The text that it was written on.
    pub before: String,
    /// The text that the motion should have.
    pub text: String,
    /// Why.
    pub rationale: String,
    /// State.
    pub state: AmendmentState,
    /// Why it was struck; empty otherwise.
    pub strike_reason: String,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// Who seconded it.
    pub seconders: Vec<String>,
    /// The votes on it.
    pub votes: Vec<VoteFacts>,
}

/// An amendment: the text after and before, why, and what came of it.
pub fn render(number: usize, amendment: &AmendmentFacts, page: &mut Page) {
    page.entry(&format!(
        "修正案 {number}（{} 于 {} 提出，{}）：",
        amendment.mover,
        terms::instant(amendment.submitted_at),
        state(amendment.state)
    ));
    page.words(&amendment.text);
    page.entry("修正前文本：");
    page.words(&amendment.before);
    page.entry("修正理由：");
    page.words(&amendment.rationale);
    if !amendment.seconders.is_empty() {
        page.field("附议", amendment.seconders.join("、"));
    }
    page.field("失效原因", &amendment.strike_reason);
    for vote in &amendment.votes {
        votes::render(vote, page);
    }
}

const fn state(state: AmendmentState) -> &'static str {
    match state {
        AmendmentState::Submitted => "已提出，未付表决",
        AmendmentState::Voting => "表决中",
        AmendmentState::Adopted => "通过",
        AmendmentState::Rejected => "未通过",
        AmendmentState::Withdrawn => "已撤回",
        AmendmentState::Struck => "已失效",
        AmendmentState::Fallen => "未获附议或随议案失效",
        AmendmentState::AwaitingSecond => "未获附议",
    }
}
