use yihe_kernel::Timestamp;
use yihe_tally::MatterClass;

use super::page::Page;
use super::{ItemFacts, terms};
use crate::domain::{ClassObjectionState, RecusalState, ShowOfHands};

/// One recusal from an item.
#[derive(Debug, Clone)]
pub struct RecusalFacts {
    /// Who was to take no part.
    pub member: String,
    /// Who moved it; none where the member declared it.
    pub mover: Option<String>,
    /// Whether another recorded it for the member.
    pub recorded: bool,
    /// Why.
    pub reason: String,
    /// State.
    pub state: RecusalState,
    /// When it was declared or moved.
    pub created_at: Timestamp,
    /// The others' show of hands.
    pub shown: Option<ShowOfHands>,
}

/// One objection to the class of an item.
#[derive(Debug, Clone)]
pub struct ClassObjectionFacts {
    /// Who objected.
    pub objector: String,
    /// The class it should have.
    pub matter_class: MatterClass,
    /// Why.
    pub reason: String,
    /// State.
    pub state: ClassObjectionState,
    /// When it was made.
    pub created_at: Timestamp,
    /// The members' show of hands.
    pub shown: Option<ShowOfHands>,
}

/// Who took no part in an item, and who contested its class.
pub fn render(item: &ItemFacts, page: &mut Page) {
    for recusal in &item.recusals {
        let at = terms::instant(recusal.created_at);
        let how = match (&recusal.mover, recusal.recorded) {
            (Some(mover), _) => format!("由 {mover} 于 {at} 提请"),
            (None, true) => format!("于 {at} 申请，由工作人员代录"),
            (None, false) => format!("于 {at} 自行申请"),
        };
        let decided = recusal.shown.as_ref().map(|shown| format!("（{}）", hands(shown)));
        page.entry(&format!(
            "回避：{}，{how}，{}{}，理由：",
            recusal.member,
            recusal_state(recusal.state),
            decided.unwrap_or_default()
        ));
        page.words(&recusal.reason);
    }
    for objection in &item.class_objections {
        let decided = objection.shown.as_ref().map(|shown| format!("（{}）", hands(shown)));
        page.entry(&format!(
            "类别异议：{} 于 {} 提出应属“{}”，{}{}，理由：",
            objection.objector,
            terms::instant(objection.created_at),
            terms::matter_class(objection.matter_class),
            objection_state(objection.state),
            decided.unwrap_or_default()
        ));
        page.words(&objection.reason);
    }
}

/// A show of hands with its numbers.
pub fn hands(shown: &ShowOfHands) -> String {
    format!(
        "可参加表决的到会成员 {} 名，赞成 {} 名，{}",
        shown.present,
        shown.in_favour,
        if shown.carried { "过半数" } else { "未过半数" }
    )
}

const fn recusal_state(state: RecusalState) -> &'static str {
    match state {
        RecusalState::Moved => "未作决定",
        RecusalState::InForce => "已回避",
        RecusalState::Rejected => "未获通过",
        RecusalState::Withdrawn => "已撤回",
        RecusalState::Settled => "当事方已自行回避",
    }
}

const fn objection_state(state: ClassObjectionState) -> &'static str {
    match state {
        ClassObjectionState::Open => "未作决定",
        ClassObjectionState::Upheld => "原类别维持",
        ClassObjectionState::NotUpheld => "原类别未获维持",
        ClassObjectionState::Reclassified => "已重新归类",
        ClassObjectionState::Withdrawn => "已撤回",
    }
}
