use super::page::Page;
use super::{Facts, terms};

/// When and why the session was interrupted. Nothing where it was not.
pub fn render(facts: &Facts, page: &mut Page) {
    if facts.suspensions.is_empty() {
        return;
    }
    page.section("休会");
    page.row(["开始", "结束", "原因"]);
    for suspension in &facts.suspensions {
        page.row([
            &terms::instant(suspension.started_at),
            &terms::instant_or(suspension.ended_at, "未复会"),
            &suspension.reason,
        ]);
    }
}
