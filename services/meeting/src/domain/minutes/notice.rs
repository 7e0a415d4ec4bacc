use super::page::Page;
use super::{Facts, terms, written};

/// Who was served with the notice, and who acknowledged it.
pub fn render(facts: &Facts, page: &mut Page) {
    page.section("会议通知");
    if let Some(written) = &facts.written {
        return written::notice(written, page);
    }
    let acknowledged = facts
        .roster
        .iter()
        .filter(|member| member.acknowledged_at.is_some())
        .count();
    page.field("应到成员", format!("{} 名", facts.roster.len()));
    page.field("已签收", format!("{acknowledged} 名"));
    page.row(["成员", "签收时间"]);
    for member in &facts.roster {
        page.row([
            &member.display_name,
            &terms::instant_or(member.acknowledged_at, "未签收"),
        ]);
    }
}
