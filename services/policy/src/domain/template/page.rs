//! The page of rights and duties (权责清单) that people read: docs/rights-and-duties.md.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use yihe_authz::{Domain, Effect, Grant, RoleName};

use super::Template;
use crate::domain::vocabulary;

const HEAD: &str = "# 权责清单 / Rights and duties\n\n\
    Generated from `services/policy/template.csv`; regenerate with `cargo xtask gen rights`.\n\n\
    没有列出的一律不准；禁止优先于准许；社区和上级只能收紧，不能放宽上级的禁止。\n\n\
    What is not listed is not allowed; deny beats allow; a level below may tighten, never loosen.\n\n\
    Roles: `KIND/POST` holds the post in an organization of the kind, `KIND/*` any post in it, `KIND/CLIENT` its API client, \
    `*/*` any appointed person. A group counts everywhere, unless it is said to count in regions alone. Why a decision is as it is: `yihe policy explain`, see [policies](guides/policies.md).\n";

const IN_REGIONS: &str = "仅在各级区域本身（街道、区等）有效，在其下的社区一概无效，本级党委是社区成员单位的也一样。\n\n\
    Counts in each region itself, and in none of the communities below it, also where the committee is a member there.\n\n";

/// Who holds what under which effect and condition.
type Said = (Effect, Option<yihe_authz::Condition>);

fn page(template: &Template) -> String {
    let mut text = HEAD.to_owned();
    for group in template.groups() {
        let grants = template.grants().iter();
        let grants = grants.filter(|grant| template.group_of(&grant.id) == Some(group));
        write!(text, "\n## {}\n\n{}\n\n{}\n\n", group.name, group.zh, group.en).unwrap();
        if group.domain == Domain::Regions {
            text.push_str(IN_REGIONS);
        }
        text.push_str("| 谁 / who | 权限 / permissions | 效力 / effect |\n|---|---|---|\n");
        for ((roles, said), permissions) in rows(grants) {
            let permissions: Vec<_> = permissions.iter().map(|permission| format!("`{permission}`")).collect();
            writeln!(text, "| {} | {} | {} |", roles, permissions.join(" "), effect(said)).unwrap();
        }
    }
    text
}

/// The permissions that the same roles hold in the same way, together.
fn rows<'a>(grants: impl Iterator<Item = &'a Grant>) -> Vec<((String, Said), Vec<String>)> {
    let mut holders: Vec<((String, Said), Vec<RoleName>)> = Vec::new();
    for grant in grants {
        let key = (grant.permission.to_string(), (grant.effect, grant.condition));
        match holders.iter_mut().find(|(known, _)| *known == key) {
            Some((_, roles)) => roles.push(grant.role),
            None => holders.push((key, vec![grant.role])),
        }
    }
    let mut rows: Vec<((String, Said), Vec<String>)> = Vec::new();
    for ((permission, said), roles) in holders {
        let key = (named(&roles), said);
        match rows.iter_mut().find(|(known, _)| *known == key) {
            Some((_, permissions)) => permissions.push(permission),
            None => rows.push((key, vec![permission])),
        }
    }
    rows
}

fn named(roles: &[RoleName]) -> String {
    let of_role = |role: &RoleName| {
        let words = vocabulary::role(*role);
        format!("{} ({})", words.zh, words.en)
    };
    roles.iter().map(of_role).collect::<Vec<_>>().join("<br>")
}

fn effect((effect, condition): Said) -> String {
    let words = match effect {
        Effect::Allow => "准许 / may",
        Effect::Deny => "禁止 / may not",
    };
    match condition.map(vocabulary::condition) {
        None => words.to_owned(),
        Some(under) => format!("{words}：{} / where {}", under.zh, under.en),
    }
}

#[test]
fn the_page_of_rights_and_duties_is_the_templates() {
    let page = page(&Template::shipped().unwrap());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rights-and-duties.md");
    if std::env::var_os("YIHE_TEST_UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        page == written,
        "docs/rights-and-duties.md is not what the template says; regenerate it with cargo xtask gen rights"
    );
}

#[test]
fn every_grant_of_the_template_stands_on_the_page_once() {
    let template = Template::shipped().unwrap();
    let mut told: BTreeMap<(String, String), usize> = BTreeMap::new();
    for group in template.groups() {
        let of_group = |grant: &&Grant| template.group_of(&grant.id) == Some(group);
        for ((roles, (effect, condition)), permissions) in rows(template.grants().iter().filter(of_group)) {
            for role in roles.split("<br>") {
                for permission in &permissions {
                    let key = (format!("{effect:?} {condition:?} {permission}"), role.to_owned());
                    *told.entry(key).or_default() += 1;
                }
            }
        }
    }
    assert_eq!(told.values().sum::<usize>(), template.grants().len());
    assert!(told.values().all(|times| *times == 1), "{told:#?}");
}
