use super::page::Page;
use super::{Facts, ItemFacts, Reader, terms};

/// What stands in place of an item that is not published.
pub const LEFT_OUT: &str = "（本项涉及个人事务，依规则不予公开）";

/// The agenda in its order, items that came in later or were withdrawn among it.
pub fn render(facts: &Facts, reader: Reader, page: &mut Page) {
    page.section("议程");
    if facts.agenda.is_empty() {
        return page.entry("无议题");
    }
    page.row(["序号", "议题", "提出单位", "办理方式", "事项类别", "备注"]);
    for item in &facts.agenda {
        if reader.may_not_see(item) {
            page.row([&item.position.to_string(), LEFT_OUT, "", "", "", ""]);
        } else {
            page.row([
                &item.position.to_string(),
                &item.title,
                &item.proposer,
                terms::item_kind(item.kind),
                terms::matter_class(item.matter_class),
                remark(item),
            ]);
        }
    }
}

const fn remark(item: &ItemFacts) -> &'static str {
    match (item.withdrawn, item.noticed) {
        (true, _) => "已撤回",
        (false, true) => "",
        (false, false) => "未列入会议通知，只议不决",
    }
}
