use super::page::Page;
use super::{Facts, InvitedFacts, ProxyEnd, ProxyFacts, SubstituteFacts, terms};
use crate::domain::{ProxyForm, ProxyInstruction};

/// Who was there for others or by invitation, and whose vote was given to whom. Nothing where there was none of it.
pub fn render(facts: &Facts, page: &mut Page) {
    invited(&facts.invited, page);
    substitutes(&facts.substitutes, page);
    proxies(&facts.proxies, page);
}

fn invited(invited: &[InvitedFacts], page: &mut Page) {
    if invited.is_empty() {
        return;
    }
    page.section("列席人员");
    page.row(["姓名", "身份", "到会", "离会"]);
    for person in invited {
        if person.intervals.is_empty() {
            let absent = if person.withdrawn {
                "已撤回邀请"
            } else {
                "未到会"
            };
            page.row([&person.person, &person.role, absent, ""]);
        }
        for interval in &person.intervals {
            page.row([
                &person.person,
                &person.role,
                &terms::instant(interval.started_at),
                &terms::instant_or(interval.ended_at, "未离会"),
            ]);
        }
    }
}

fn substitutes(substitutes: &[SubstituteFacts], page: &mut Page) {
    if substitutes.is_empty() {
        return;
    }
    page.section("授权代表");
    page.row(["委托单位", "受托人", "形式", "授权时间", "撤销时间", "是否到会"]);
    for mandate in substitutes {
        page.row([
            &mandate.organization,
            &mandate.person,
            if mandate.on_paper {
                "书面（代录）"
            } else {
                "单位在线授权"
            },
            &terms::instant(mandate.granted_at),
            &terms::instant_or(mandate.revoked_at, "—"),
            if mandate.came { "到会" } else { "未到会" },
        ]);
    }
}

fn proxies(proxies: &[ProxyFacts], page: &mut Page) {
    if proxies.is_empty() {
        return;
    }
    page.section("委托表决");
    page.row(["委托人", "受托人", "事项", "委托意见", "形式", "委托时间", "终止"]);
    for proxy in proxies {
        page.row([
            &proxy.principal,
            &proxy.holder,
            &items(&proxy.items),
            &instructions(&proxy.instructions),
            match proxy.form {
                ProxyForm::Written => "书面（代录）",
                ProxyForm::Electronic => "电子",
            },
            &terms::instant(proxy.granted_at),
            &proxy.ended.map_or_else(
                || "—".to_owned(),
                |(end, at)| {
                    let why = match end {
                        ProxyEnd::Revoked => "撤销",
                        ProxyEnd::PrincipalCame => "委托人到会，失效",
                    };
                    format!("{why}（{}）", terms::instant(at))
                },
            ),
        ]);
    }
}

fn items(places: &[i32]) -> String {
    if places.is_empty() {
        return "全部议题".to_owned();
    }
    let places: Vec<_> = places.iter().map(|place| format!("第 {place} 项")).collect();
    places.join("、")
}

fn instructions(instructions: &[ProxyInstruction]) -> String {
    let word = |instruction: &ProxyInstruction| match instruction {
        ProxyInstruction::Free => "由受托人决定",
        ProxyInstruction::For => "赞成",
        ProxyInstruction::Against => "反对",
    };
    let words: Vec<_> = instructions.iter().map(word).collect();
    words.join("、")
}
