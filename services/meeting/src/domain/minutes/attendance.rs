use super::page::Page;
use super::{Facts, MemberFacts, terms, written};

/// Who was there from when to when, and who was not.
pub fn render(facts: &Facts, page: &mut Page) {
    page.section("出席情况");
    if let Some(written) = &facts.written {
        return written::attendance(written, page);
    }
    let (came, absent): (Vec<_>, Vec<_>) = facts.roster.iter().partition(|member| member.came());
    page.field("到会成员", format!("{} 名", came.len()));
    page.field("缺席成员", format!("{} 名", absent.len()));
    if !came.is_empty() {
        page.row(["成员", "出席人", "到会", "离会"]);
    }
    for member in came {
        intervals(member, page);
    }
    if !absent.is_empty() {
        let names: Vec<_> = absent.iter().map(|member| member.display_name.as_str()).collect();
        page.field("缺席名单", names.join("、"));
    }
}

fn intervals(member: &MemberFacts, page: &mut Page) {
    for interval in &member.intervals {
        page.row([
            &member.display_name,
            &interval.person,
            &terms::instant(interval.started_at),
            &terms::instant_or(interval.ended_at, "未离会"),
        ]);
    }
}
