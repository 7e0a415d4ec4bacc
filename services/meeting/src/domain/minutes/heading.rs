use super::page::Page;
use super::{Facts, terms};

/// What kind of meeting it was, where, when, and under which rules.
pub fn render(facts: &Facts, page: &mut Page) {
    page.section("会议概况");
    page.field("会议名称", &facts.title);
    page.field(
        "议事机构",
        format!("{}（{}）", facts.body, terms::body_kind(facts.body_kind)),
    );
    page.field("召集单位", &facts.convener);
    page.field("会议方式", terms::mode(facts.mode));
    page.field("地点", &facts.location);
    page.field("通知时间", terms::instant(facts.noticed_at));
    page.field("预定开始", terms::instant(facts.starts_at));
    page.field("实际开始", terms::instant_or(facts.opened_at, "未开会"));
    page.field("结束", terms::instant_or(facts.closed_at, "未结束"));
    let pack = &facts.pack;
    page.field(
        "议事规则",
        format!("{}（{}，{} 起施行）", pack.title, pack.id, pack.effective_from),
    );
    page.field("规则文本 SHA-256", &pack.sha256);
}
