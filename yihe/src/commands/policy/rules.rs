use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::policy_edit::Edit;

use super::Table;
use super::ask::{conditions, instant};

const BEGINS: &str = "+";
const ENDS: &str = "-";

/// What begins and what ends, as a table.
pub(super) fn difference(ended: pb::RuleSet, begun: pb::RuleSet) -> Table {
    let mut table = table();
    rows(&mut table, ENDS, ended);
    rows(&mut table, BEGINS, begun);
    table
}

/// What is in force, as a table.
pub(super) fn in_force(set: pb::RuleSet) -> Table {
    let mut table = table();
    rows(&mut table, BEGINS, set);
    table
}

/// The edits of a change, as a table; what they end is shown by its id.
pub(super) fn edited(edits: &[pb::PolicyEdit]) -> Table {
    let mut table = table();
    for edit in edits.iter().filter_map(|edit| edit.edit.clone()) {
        let mut begin = |set| rows(&mut table, BEGINS, set);
        match edit {
            Edit::Add(grant) => begin(grants(grant)),
            Edit::AddRole(role) => begin(pb::RuleSet {
                roles: vec![role],
                ..Default::default()
            }),
            Edit::Assign(held) => begin(pb::RuleSet {
                assignments: vec![held],
                ..Default::default()
            }),
            Edit::Settings(settings) => begin(pb::RuleSet {
                settings: Some(settings),
                ..Default::default()
            }),
            Edit::End(id) => row(&mut table, ENDS, "rule", String::new(), id),
            Edit::EndRole(role) => row(&mut table, ENDS, "role", role, String::new()),
            Edit::EndAssignment(id) => row(&mut table, ENDS, "assignment", String::new(), id),
            Edit::Replace(replace) => {
                row(&mut table, ENDS, "rule", String::new(), replace.id);
                rows(&mut table, BEGINS, grants(replace.grant.unwrap_or_default()));
            }
        }
    }
    table
}

fn grants(grant: pb::Grant) -> pb::RuleSet {
    pb::RuleSet {
        grants: vec![grant],
        ..Default::default()
    }
}

fn table() -> Table {
    Table::new(&[
        ("change", "变化", "change"),
        ("kind", "类别", "kind"),
        ("what", "内容", "what"),
        ("id", "编号", "id"),
    ])
}

fn row(table: &mut Table, change: &str, kind: &str, what: String, id: String) {
    table.row([change.into(), kind.into(), what.into(), id.into()]);
}

fn rows(table: &mut Table, change: &str, set: pb::RuleSet) {
    for grant in set.grants {
        row(table, change, "rule", rule(&grant), grant.id);
    }
    for role in set.roles {
        let what = format!("{} {} {}", role.role, role.display_name_zh, role.display_name_en);
        row(table, change, "role", what, String::new());
    }
    for held in set.assignments {
        let term = term(held.start_time.as_ref(), held.end_time.as_ref());
        let what = format!("{} for {}: {}{term}", held.principal, held.capacity, held.role);
        row(table, change, "assignment", what, held.id);
    }
    if let Some(settings) = set.settings {
        let (ordinary, sensitive) = (settings.ordinary_approvals, settings.sensitive_approvals);
        let what = format!("{ordinary} approvals, {sensitive} where sensitive");
        row(table, change, "settings", what, String::new());
    }
}

fn rule(grant: &pb::Grant) -> String {
    let effect = match grant.effect() {
        pb::Effect::Deny => "deny",
        pb::Effect::Allow | pb::Effect::Unspecified => "allow",
    };
    let under = conditions(&[grant.condition]);
    let under = under[0].as_str().map(|under| format!(" where {under}"));
    let term = term(grant.start_time.as_ref(), grant.end_time.as_ref());
    format!(
        "{} {effect} {}{}{term}",
        grant.role,
        grant.permission,
        under.unwrap_or_default()
    )
}

fn term(start: Option<&prost_types::Timestamp>, end: Option<&prost_types::Timestamp>) -> String {
    let told = |word: &str, wire| instant(wire).as_str().map(|at| format!(" {word} {at}"));
    let (from, until) = (told("from", start), told("until", end));
    format!("{}{}", from.unwrap_or_default(), until.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_edit_is_shown() {
        let rule = pb::Grant {
            role: "*/*".into(),
            permission: "meeting.vote.open".into(),
            effect: pb::Effect::Deny.into(),
            condition: pb::Condition::Owner.into(),
            end_time: Some(prost_types::Timestamp {
                seconds: 1_772_294_400,
                nanos: 0,
            }),
            ..Default::default()
        };
        let replace = pb::ReplaceGrant {
            id: "1".into(),
            grant: Some(rule.clone()),
        };
        let role = pb::MadeRole {
            role: "ROLE/keeper".into(),
            display_name_zh: "管理员".into(),
            display_name_en: "Keeper".into(),
        };
        let held = pb::RoleAssignment {
            principal: "users/1".into(),
            capacity: "self".into(),
            role: "ROLE/keeper".into(),
            ..Default::default()
        };
        let settings = pb::PolicySettings {
            ordinary_approvals: 2,
            sensitive_approvals: 3,
        };
        let edits = [
            Edit::Add(rule),
            Edit::End("0".into()),
            Edit::Replace(replace),
            Edit::AddRole(role),
            Edit::EndRole("ROLE/old".into()),
            Edit::Assign(held),
            Edit::EndAssignment("2".into()),
            Edit::Settings(settings),
        ];
        let edits = edits.map(|edit| pb::PolicyEdit { edit: Some(edit) });
        let shown = edited(&edits).json();
        let rule = "*/* deny meeting.vote.open where owner until 2026-02-28T16:00:00Z";
        let expected = [
            ("+", "rule", rule, ""),
            ("-", "rule", "", "0"),
            ("-", "rule", "", "1"),
            ("+", "rule", rule, ""),
            ("+", "role", "ROLE/keeper 管理员 Keeper", ""),
            ("-", "role", "ROLE/old", ""),
            ("+", "assignment", "users/1 for self: ROLE/keeper", ""),
            ("-", "assignment", "", "2"),
            ("+", "settings", "2 approvals, 3 where sensitive", ""),
        ];
        let found: Vec<_> = (0..expected.len())
            .map(|at| ["change", "kind", "what", "id"].map(|key| shown[at][key].as_str().unwrap().to_owned()))
            .collect();
        assert_eq!(found, expected.map(|(a, b, c, d)| [a, b, c, d].map(str::to_owned)));
    }
}
