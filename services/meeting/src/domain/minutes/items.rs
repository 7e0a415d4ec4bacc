use super::agenda::LEFT_OUT;
use super::page::Page;
use super::{Facts, ItemFacts, MotionFacts, Notes, Reader, terms, votes};

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
    for vote in &motion.votes {
        votes::render(vote, page);
    }
}
