use super::agenda::LEFT_OUT;
use super::page::Page;
use super::{Facts, ItemFacts, MotionFacts, Notes, Reader, amendments, dissents, recusals, terms, votes};

/// Item by item: what was said, moved, voted and resolved.
pub fn render(facts: &Facts, notes: &Notes, reader: Reader, page: &mut Page) {
    page.section("议题办理");
    for item in facts.agenda.iter().filter(|item| !item.withdrawn) {
        if reader.may_not_see(item) {
            page.item(&format!("第 {} 项", item.position));
            page.entry(LEFT_OUT);
        } else {
            one(item, notes, page);
        }
    }
}

fn one(item: &ItemFacts, notes: &Notes, page: &mut Page) {
    page.item(&format!("第 {} 项　{}", item.position, item.title));
    let said = notes.discussion(item.id);
    if !said.is_empty() {
        page.entry("讨论摘要：");
        page.words(said);
    }
    recusals::render(item, page);
    if item.motions.is_empty() {
        page.entry("未提出议案");
    }
    for (index, motion) in item.motions.iter().enumerate() {
        moved(index + 1, motion, page);
    }
}

fn moved(number: usize, motion: &MotionFacts, page: &mut Page) {
    page.entry(&format!(
        "议案 {number}（{} 于 {} 提出，{}）：",
        motion.mover,
        terms::instant(motion.submitted_at),
        terms::motion_state(motion.state)
    ));
    page.words(&motion.text);
    if !motion.seconders.is_empty() {
        page.field("附议", motion.seconders.join("、"));
    }
    if let Some(shown) = &motion.withdrawal {
        page.field("撤回", format!("举手表决，{}", recusals::hands(shown)));
    }
    for (index, amendment) in motion.amendments.iter().enumerate() {
        amendments::render(index + 1, amendment, page);
    }
    for vote in &motion.votes {
        votes::render(vote, page);
    }
    for dissent in &motion.dissents {
        dissents::render(dissent, page);
    }
}
