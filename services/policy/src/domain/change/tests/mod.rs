mod party;
mod steps;

use std::collections::BTreeMap;

use yihe_authz::{Domain, Grant, RoleName};
use yihe_proto::policy::v1::policy_edit::Edit as Wire;

use super::apply::{After, MOST_ITEMS, apply};
use super::naming::named_in_full;
use super::*;
use crate::domain::made::{Item, Made};
use crate::domain::place::Place;
use crate::domain::row::Row;
use crate::domain::template::Template;

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const CODE: &str = "440309002021";
const PERSON: &str = "users/00000000-0000-7000-8000-0000000000b1";
const CLIENT: &str = "clients/00000000-0000-7000-8000-0000000000c1";
const ORGANIZATION: &str = "organizations/00000000-0000-7000-8000-0000000000a3";

fn place() -> Place {
    format!("communities/{CODE}").parse().unwrap()
}

fn edit(edit: Wire) -> pb::PolicyEdit {
    pb::PolicyEdit { edit: Some(edit) }
}

fn grant(role: &str, permission: &str, effect: pb::Effect) -> pb::Grant {
    pb::Grant {
        role: role.to_owned(),
        permission: permission.to_owned(),
        effect: effect.into(),
        ..Default::default()
    }
}

fn allow(role: &str, permission: &str) -> pb::PolicyEdit {
    edit(Wire::Add(grant(role, permission, pb::Effect::Allow)))
}

fn deny(role: &str, permission: &str) -> pb::PolicyEdit {
    edit(Wire::Add(grant(role, permission, pb::Effect::Deny)))
}

fn role(slug: &str) -> pb::PolicyEdit {
    edit(Wire::AddRole(pb::MadeRole {
        role: format!("ROLE/{slug}"),
        display_name_zh: "场地管理员".to_owned(),
        display_name_en: "hall keeper".to_owned(),
    }))
}

fn assign(slug: &str, principal: &str, capacity: &str) -> pb::PolicyEdit {
    edit(Wire::Assign(pb::RoleAssignment {
        principal: principal.to_owned(),
        capacity: capacity.to_owned(),
        role: format!("ROLE/{slug}"),
        ..Default::default()
    }))
}

fn nothing() -> Made {
    Made {
        domain: Domain::Code(CODE.parse().unwrap()),
        sequence: 0,
        items: BTreeMap::new(),
    }
}

/// The template, and a street that forbids submitting motions.
fn above() -> Vec<Grant> {
    let street = Row {
        source: "fixture",
        role: "RESIDENT_UNIT/*",
        domain: "440309002",
        permission: "meeting.motion.submit",
        effect: "deny",
        ..Row::default()
    };
    let mut above = Template::shipped().unwrap().grants().to_vec();
    above.push(street.grant(yihe_authz::Catalogue::shipped()).unwrap());
    above
}

/// Made by the district and, one of them again, by the street.
fn roles_above() -> Vec<RoleName> {
    let above = ["grid-lead@440309", "guide@440309", "grid-lead@440309002"];
    above.map(|role| RoleName::Made(role.parse().unwrap())).to_vec()
}

fn try_on(before: &Made, sequence: u64, edits: &[pb::PolicyEdit]) -> Result<After> {
    let above_it = roles_above();
    let edits = edit::read(&named_in_full(edits, before, &above_it), &place(), NOW)?;
    let after = apply(before, &edits, &above_it, sequence, "change")?;
    guards::check(&after, &above())?;
    Ok(after)
}

fn made(sequence: u64, edits: &[pb::PolicyEdit]) -> Made {
    try_on(&nothing(), sequence, edits).unwrap().made
}

fn refused(edits: &[pb::PolicyEdit]) -> String {
    try_on(&nothing(), 1, edits).unwrap_err().reason().code.to_owned()
}

/// The bad fields that are named.
fn fields(edits: &[pb::PolicyEdit]) -> Vec<String> {
    let error = edit::read(edits, &place(), NOW).unwrap_err();
    error.metadata()["fields"].split(", ").map(str::to_owned).collect()
}

fn instant(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(Timestamp::from_seconds(seconds).to_proto())
}

#[test]
fn every_bad_field_of_every_edit_is_named() {
    let bad = pb::Grant {
        role: "PARTY_COMMITTEE/BOSS".to_owned(),
        permission: "meeting.motion.sumbit".to_owned(),
        effect: 7,
        condition: 99,
        start_time: instant(1_800_000_000),
        end_time: instant(1_799_999_999),
        ..Default::default()
    };
    let passed = pb::Grant {
        end_time: instant(1_789_999_999),
        ..grant("*/*", "meeting.vote.get", pb::Effect::Allow)
    };
    let edits = [
        edit(Wire::Add(bad)),
        pb::PolicyEdit::default(),
        edit(Wire::Add(passed)),
        allow("*/*", "meeting.*"),
        assign("X", "services/meeting", "self"),
        assign("hall-keeper", CLIENT, "self"),
        edit(Wire::Settings(pb::PolicySettings {
            ordinary_approvals: 21,
            sensitive_approvals: -1,
        })),
    ];
    let expected = [
        "edits[0].add.permission",
        "edits[0].add.role",
        "edits[0].add.effect",
        "edits[0].add.condition",
        "edits[0].add.end_time",
        "edits[1]",
        "edits[2].add.end_time",
        "edits[3].add.permission",
        "edits[4].assign.role",
        "edits[4].assign.principal",
        "edits[5].assign.capacity",
        "edits[6].settings.ordinary_approvals",
        "edits[6].settings.sensitive_approvals",
    ];
    assert_eq!(fields(&edits), expected);
    let far = pb::Grant {
        start_time: Some(prost_types::Timestamp {
            seconds: i64::MAX,
            nanos: 0,
        }),
        ..grant("*/*", "meeting.vote.get", pb::Effect::Allow)
    };
    assert_eq!(fields(&[edit(Wire::Add(far))]), ["edits[0].add.start_time"]);
}

#[test]
fn a_change_holds_a_bounded_number_of_rules_of_its_own_domain() {
    assert_eq!(refused(&[]), "NOTHING_TO_CHANGE");
    let many = vec![allow("*/*", "meeting.vote.get"); edit::MOST_EDITS + 1];
    assert!(edit::check_count(&many).unwrap_err().is(&reasons::TOO_MANY_EDITS));
    assert!(edit::check_count(&many[1..]).is_ok());
    for other in ["*", "440309", "440309002022", "nowhere"] {
        let elsewhere = pb::Grant {
            domain: other.to_owned(),
            ..grant("*/*", "meeting.vote.get", pb::Effect::Allow)
        };
        assert_eq!(
            refused(&[edit(Wire::Add(elsewhere))]),
            "RULE_OF_ANOTHER_DOMAIN",
            "{other}"
        );
    }
    let item = |number: usize| {
        let start = pb::Grant {
            id: format!("{CODE}/1.{number}"),
            domain: CODE.to_owned(),
            start_time: instant(i64::try_from(number).unwrap()),
            ..grant("*/*", "meeting.vote.get", pb::Effect::Allow)
        };
        let grant = Grant::parse(&start, yihe_authz::Catalogue::shipped()).unwrap();
        (start.id, Item::Grant(grant))
    };
    let full = Made {
        items: (1..=MOST_ITEMS).map(item).collect(),
        ..nothing()
    };
    let one_more = try_on(&full, 2, &[allow("*/*", "meeting.vote.get")]).unwrap_err();
    assert_eq!(one_more.reason().code, "TOO_MANY_RULES");
    let end = edit(Wire::End(format!("{CODE}/1.1")));
    assert!(try_on(&full, 2, &[end, allow("*/*", "meeting.vote.get")]).is_ok());
}

#[test]
fn what_ends_must_be_in_force_and_what_begins_must_not_be() {
    let one = made(3, &[allow("RESIDENT_UNIT/*", "meeting.body.create")]);
    let id = format!("{CODE}/3.1");
    assert_eq!(one.items.keys().collect::<Vec<_>>(), [&id]);
    let repeated = try_on(&one, 4, &[allow("RESIDENT_UNIT/*", "meeting.body.create")]).unwrap_err();
    assert_eq!(
        (repeated.reason().code, &repeated.metadata()["rule"]),
        ("RULE_REPEATED", &id)
    );
    assert_eq!(
        refused(&[allow("*/*", "meeting.body.create"), allow("*/*", "meeting.body.create")]),
        "RULE_REPEATED"
    );
    for unknown in ["440309002021/3.2", "template/meeting.vote.get/*/*/participant", ""] {
        let end = edit(Wire::End(unknown.to_owned()));
        let error = try_on(&one, 4, &[end]).unwrap_err();
        assert_eq!(error.reason().code, "RULE_NOT_IN_FORCE", "{unknown}");
    }
    let replace = edit(Wire::Replace(pb::ReplaceGrant {
        id: id.clone(),
        grant: Some(grant("RESIDENT_UNIT/MANAGER", "meeting.body.create", pb::Effect::Allow)),
    }));
    let after = try_on(&one, 4, &[replace]).unwrap();
    assert_eq!(after.made.items.keys().collect::<Vec<_>>(), ["440309002021/4.1"]);
    assert_eq!(after.ended.iter().map(|(id, _)| id).collect::<Vec<_>>(), [&id]);
    // ended and added again is no repetition
    let anew = [edit(Wire::End(id)), allow("RESIDENT_UNIT/*", "meeting.body.create")];
    assert!(try_on(&one, 4, &anew).is_ok());
}

#[test]
fn roles_are_made_before_they_are_named_and_ended_when_nobody_holds_them() {
    assert_eq!(
        refused(&[allow("ROLE/hall-keeper", "meeting.vote.get")]),
        "MADE_ROLE_UNKNOWN"
    );
    assert_eq!(refused(&[assign("hall-keeper", PERSON, "self")]), "MADE_ROLE_UNKNOWN");
    assert_eq!(refused(&[role("hall-keeper"), role("hall-keeper")]), "MADE_ROLE_TAKEN");
    let held = made(
        1,
        &[
            role("hall-keeper"),
            allow("ROLE/hall-keeper", "meeting.vote.get"),
            assign("hall-keeper", PERSON, "self"),
        ],
    );
    let end_role = || edit(Wire::EndRole("ROLE/hall-keeper".to_owned()));
    let end_rule = || edit(Wire::End("440309002021/1.2".to_owned()));
    let end_holding = || edit(Wire::EndAssignment("440309002021/1.3".to_owned()));
    let reason = |edits: &[pb::PolicyEdit]| try_on(&held, 2, edits).map_err(|error| error.reason().code).err();
    assert_eq!(reason(&[end_role()]), Some("MADE_ROLE_IN_USE"));
    assert_eq!(reason(&[end_role(), end_rule()]), Some("MADE_ROLE_IN_USE"));
    assert_eq!(reason(&[end_role(), end_rule(), end_holding()]), None);
    // an assignment is not ended as a rule
    assert_eq!(
        reason(&[edit(Wire::End("440309002021/1.3".to_owned()))]),
        Some("RULE_NOT_IN_FORCE")
    );
}

#[test]
fn roles_of_two_domains_are_never_one_whichever_came_first() {
    let named = |before: &Made, edits: &[pb::PolicyEdit]| {
        let after = try_on(before, before.sequence + 1, edits).unwrap();
        let rules = after.made.grants().map(|grant| grant.role.to_string());
        let held = after.made.assignments().map(|held| held.role.clone());
        rules.chain(held).collect::<Vec<_>>()
    };
    let both = [
        allow("ROLE/grid-lead", "meeting.vote.get"),
        assign("grid-lead", PERSON, "self"),
    ];
    // the nearest level above is meant, until the community makes its own
    assert_eq!(named(&nothing(), &both), ["ROLE/grid-lead@440309002"; 2]);
    let own = made(1, &[role("grid-lead")]);
    assert_eq!(named(&own, &both), ["ROLE/grid-lead@440309002021"; 2]);
    let made_along = [both[0].clone(), role("grid-lead")];
    assert_eq!(named(&nothing(), &made_along), ["ROLE/grid-lead@440309002021"]);
    let of_district = [allow("ROLE/grid-lead@440309", "meeting.vote.get")];
    assert_eq!(named(&own, &of_district), ["ROLE/grid-lead@440309"]);
    assert_eq!(named(&own, &[assign("guide", PERSON, "self")]), ["ROLE/guide@440309"]);
    // nobody here made those, and nobody makes or ends another domain's
    assert_eq!(
        refused(&[allow("ROLE/guide@440309002", "meeting.vote.get")]),
        "MADE_ROLE_UNKNOWN"
    );
    assert_eq!(fields(&[role("guide@440309")]), ["edits[0].add_role.role"]);
    let end = |role: &str| try_on(&own, 2, &[edit(Wire::EndRole(role.to_owned()))]);
    assert_eq!(end("ROLE/guide@440309").unwrap_err().reason().code, "RULE_NOT_IN_FORCE");
    assert_eq!(end("ROLE/grid-lead").unwrap().ended.len(), 1);
}

#[test]
fn what_a_change_names_stays_what_it_was_when_it_was_made() {
    let edits = [allow("ROLE/guide", "meeting.vote.get")];
    let in_full = named_in_full(&edits, &nothing(), &roles_above());
    let own = made(1, &[role("guide")]);
    assert_eq!(named_in_full(&in_full, &own, &[]), in_full);
    assert_eq!(
        named_in_full(&edits, &nothing(), &[]),
        edits,
        "nobody made it: that is for the guards to tell"
    );
}

#[test]
fn the_core_keeps_the_policies() {
    for role in [
        "PARTY_COMMITTEE/SECRETARY",
        "PARTY_COMMITTEE/MEMBER",
        "PARTY_COMMITTEE/*",
        "*/*",
    ] {
        for permission in ["policy.change.approve", "policy.change.*", "*"] {
            // `*` reaches what owners need too, and that is looked at first
            let expected = if permission == "*" && role == "*/*" {
                "OWNERS_MATTER_RESERVED"
            } else {
                "CORE_KEEPS_POLICY"
            };
            assert_eq!(refused(&[deny(role, permission)]), expected, "{role} {permission}");
        }
    }
    let by_made_role = [role("watched"), deny("ROLE/watched", "policy.change.list")];
    assert_eq!(refused(&by_made_role), "CORE_KEEPS_POLICY");
    let later = pb::Grant {
        start_time: instant(1_900_000_000),
        condition: pb::Condition::Caller.into(),
        ..grant("PARTY_COMMITTEE/SECRETARY", "policy.change.get", pb::Effect::Deny)
    };
    assert_eq!(refused(&[edit(Wire::Add(later))]), "CORE_KEEPS_POLICY");
    assert!(try_on(&nothing(), 1, &[deny("PROPERTY_COMPANY/*", "policy.matrix.get")]).is_ok());
}

#[test]
fn the_vote_of_owners_is_neither_given_away_nor_taken() {
    for role in [
        "PROPERTY_COMPANY/MANAGER",
        "PARTY_COMMITTEE/SECRETARY",
        "COMPOUND/OWNER",
        "*/*",
    ] {
        assert_eq!(
            refused(&[allow(role, "meeting.unit_ballot.cast")]),
            "OWNERS_MATTER_RESERVED",
            "{role}"
        );
    }
    assert_eq!(
        refused(&[allow("OWNERS_COMMITTEE/*", "meeting.unit_ballot.*")]),
        "OWNERS_MATTER_RESERVED"
    );
    for role in ["COMPOUND/OWNER", "COMPOUND/*", "*/*"] {
        for permission in [
            "meeting.unit_ballot.cast",
            "meeting.challenge.create",
            "meeting.unit_ballot.*",
        ] {
            assert_eq!(
                refused(&[deny(role, permission)]),
                "OWNERS_MATTER_RESERVED",
                "{role} {permission}"
            );
        }
    }
    let by_made_role = [role("barred"), deny("ROLE/barred", "meeting.unit_ballot.cast")];
    assert_eq!(refused(&by_made_role), "OWNERS_MATTER_RESERVED");
    assert!(try_on(&nothing(), 1, &[deny("PROPERTY_COMPANY/*", "meeting.unit_ballot.*")]).is_ok());
}

#[test]
fn nobody_grants_what_a_level_above_denies() {
    let error = try_on(
        &nothing(),
        1,
        &[allow("RESIDENT_UNIT/MANAGER", "meeting.motion.submit")],
    )
    .unwrap_err();
    assert_eq!(
        (error.reason().code, error.metadata()["domain"].as_str()),
        ("DENIED_ABOVE", "440309002")
    );
    assert_eq!(refused(&[allow("RESIDENT_UNIT/*", "meeting.motion.*")]), "DENIED_ABOVE");
    // the template denies the property company the owners' lists
    assert_eq!(
        refused(&[allow("PROPERTY_COMPANY/CLIENT", "directory.owner.list")]),
        "DENIED_ABOVE"
    );
    assert!(
        try_on(
            &nothing(),
            1,
            &[allow("SOCIAL_ORGANIZATION/*", "meeting.motion.submit")]
        )
        .is_ok()
    );
    assert!(try_on(&nothing(), 1, &[deny("RESIDENT_UNIT/*", "meeting.motion.submit")]).is_ok());
}

#[test]
fn clients_do_not_get_what_persons_only_may() {
    assert_eq!(
        refused(&[allow("RESIDENT_UNIT/CLIENT", "meeting.ballot.cast")]),
        "RULE_FOR_PERSONS_ONLY"
    );
    let rule = allow("ROLE/desk", "meeting.ballot.cast");
    let holding = assign("desk", CLIENT, ORGANIZATION);
    assert_eq!(
        refused(&[role("desk"), rule.clone(), holding.clone()]),
        "RULE_FOR_PERSONS_ONLY"
    );
    let with_rule = made(1, &[role("desk"), rule.clone()]);
    let reason = |before: &Made, edit: &pb::PolicyEdit| {
        let refused = try_on(before, 2, std::slice::from_ref(edit));
        refused.unwrap_err().reason().code
    };
    assert_eq!(reason(&with_rule, &holding), "RULE_FOR_PERSONS_ONLY");
    let with_holding = made(1, &[role("desk"), holding]);
    assert_eq!(reason(&with_holding, &rule), "RULE_FOR_PERSONS_ONLY");
    assert!(try_on(&with_rule, 2, &[assign("desk", PERSON, "self")]).is_ok());
}

#[test]
fn what_is_the_operators_is_granted_to_nobody() {
    assert_eq!(
        refused(&[allow("PARTY_COMMITTEE/SECRETARY", "directory.community.activate")]),
        "RULE_NOT_GRANTABLE"
    );
    assert_eq!(refused(&[allow("OPERATOR", "meeting.vote.get")]), "RULE_NOT_GRANTABLE");
    assert_eq!(
        refused(&[deny("OPERATOR", "directory.community.activate")]),
        "RULE_NOT_GRANTABLE"
    );
    assert_eq!(
        refused(&[allow("PARTY_COMMITTEE/SECRETARY", "*")]),
        "RULE_NOT_GRANTABLE"
    );
}

#[test]
fn what_touches_who_administers_is_sensitive() {
    let sensitive = |before: &Made, edits: &[pb::PolicyEdit]| {
        let after = try_on(before, before.sequence + 1, edits).unwrap();
        is_sensitive(&after, &above())
    };
    let none = nothing();
    assert!(!sensitive(&none, &[allow("*/*", "meeting.body.create")]));
    assert!(sensitive(
        &none,
        &[allow("RESIDENT_COMMITTEE/DIRECTOR", "policy.change.list")]
    ));
    assert!(sensitive(&none, &[deny("PROPERTY_COMPANY/*", "*")]));
    let settings = pb::PolicySettings {
        ordinary_approvals: 2,
        sensitive_approvals: 2,
    };
    assert!(sensitive(&none, &[edit(Wire::Settings(settings))]));
    let plain = made(1, &[role("desk"), allow("ROLE/desk", "meeting.body.create")]);
    assert!(!sensitive(&plain, &[assign("desk", PERSON, "self")]));
    let holds = made(1, &[role("desk"), allow("ROLE/desk", "policy.change.list")]);
    assert!(sensitive(&holds, &[assign("desk", PERSON, "self")]));
    assert!(sensitive(&holds, &[edit(Wire::End("440309002021/1.2".to_owned()))]));
}
