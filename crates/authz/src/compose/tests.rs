use super::*;
use crate::sample::{at, client, compose, deny, grant, holds, id, organization, user, wire};

fn refusal(change: &dyn Fn(&mut pb::Snapshot)) -> String {
    let roles = vec![holds(&user(1), organization(1), "PARTY_COMMITTEE/SECRETARY")];
    let mut wire = wire(
        vec![grant("a", "*/*", "meeting.motion.get"), grant("b", "*/*", "*")],
        roles,
    );
    change(&mut wire);
    let refusal = Snapshot::compose(wire, Catalogue::shipped()).unwrap_err();
    assert!(refusal.is(&reasons::SNAPSHOT_MALFORMED));
    refusal.to_string()
}

#[test]
fn one_malformed_row_refuses_the_whole_and_is_named() {
    assert!(refusal(&|wire| wire.community = "440309002021".to_owned()).contains("community"));
    assert!(refusal(&|wire| wire.regions[1] = "regions/x".to_owned()).contains("regions[1]"));
    let text = refusal(&|wire| wire.grants[1].role = "BOSS".to_owned());
    assert!(
        text.contains("grants[1]") && text.contains("`b`") && text.contains("BOSS"),
        "{text}"
    );
    // also where the row would not cover the community
    let text = refusal(&|wire| (wire.grants[0].domain, wire.grants[0].effect) = ("4401".to_owned(), 0));
    assert!(text.contains("grants[0]") && text.contains("effect"), "{text}");

    for (principal, capacity, role) in [
        (
            "users/1".to_owned(),
            organization(1).to_string(),
            "PARTY_COMMITTEE/SECRETARY",
        ),
        (user(1).to_string(), id(1), "PARTY_COMMITTEE/SECRETARY"),
        (user(1).to_string(), "self".to_owned(), "PARTY_COMMITTEE/SECRETARY"),
        (user(1).to_string(), organization(1).to_string(), "PARTY_COMMITTEE/*"),
        (user(1).to_string(), organization(1).to_string(), "*/*"),
        (user(1).to_string(), organization(1).to_string(), "OPERATOR"),
        (user(1).to_string(), organization(1).to_string(), "RESIDENT_UNIT/CLIENT"),
        (
            client(1).to_string(),
            organization(1).to_string(),
            "RESIDENT_UNIT/MANAGER",
        ),
        (client(1).to_string(), "self".to_owned(), "RESIDENT_UNIT/CLIENT"),
        (client(1).to_string(), organization(1).to_string(), "COMPOUND/OWNER"),
        ("operators/local".to_owned(), "self".to_owned(), "OPERATOR"),
        ("services/policy".to_owned(), "self".to_owned(), "COMPOUND/OWNER"),
        ("operators/local".to_owned(), "self".to_owned(), "ROLE/hall-keeper"),
        (user(1).to_string(), "self".to_owned(), "ROLE/Hall"),
    ] {
        let row = pb::RoleTerm {
            principal,
            capacity,
            role: role.to_owned(),
            start_time: None,
            end_time: None,
        };
        let text = refusal(&|wire| wire.roles.push(row.clone()));
        assert!(text.contains("roles[1]"), "{text}");
    }
    assert!(refusal(&|wire| wire.region = "regions/x".to_owned()).contains("region"));
    // a community's snapshot is no region's, and a region's begins with itself
    assert!(refusal(&|wire| wire.region.clone_from(&wire.regions[0])).contains("region"));
    let elsewhere = |wire: &mut pb::Snapshot| {
        wire.community.clear();
        wire.region.clone_from(&wire.regions[1]);
    };
    assert!(refusal(&elsewhere).contains("region"));
    let bad = prost_types::Timestamp { seconds: 0, nanos: -1 };
    assert!(refusal(&|wire| wire.roles[0].end_time = Some(bad)).contains("end_time"));
    let cutoff = |cutoff_time| pb::TokenCutoff {
        principal: user(1).to_string(),
        cutoff_time,
    };
    assert!(refusal(&|wire| wire.cutoffs.push(cutoff(None))).contains("cutoffs[0]"));
    assert!(refusal(&|wire| wire.cutoffs.push(cutoff(Some(bad)))).contains("cutoffs[0]"));
    assert!(
        refusal(&|wire| wire.cutoffs.push(pb::TokenCutoff {
            principal: String::new(),
            ..cutoff(None)
        }))
        .contains("cutoffs[0]")
    );
}

#[test]
fn the_rules_of_a_region_hold_in_it() {
    let of = |domain: &str, id: &str| pb::Grant {
        domain: domain.to_owned(),
        ..grant(id, "*/*", "*")
    };
    let street = pb::Snapshot {
        region: "regions/440309002".to_owned(),
        regions: vec!["regions/440309002".to_owned(), "regions/44".to_owned()],
        grants: vec![
            of("440309002", "own"),
            of("44", "above"),
            of("440309003", "other"),
            grant("a", "*/*", "*"),
        ],
        ..pb::Snapshot::default()
    };
    let street = Snapshot::compose(street, Catalogue::shipped()).unwrap();
    assert_eq!(street.scope(), Some(crate::Scope::Region("440309002".parse().unwrap())));
    assert_eq!((street.community(), street.grants().count()), (None, 3));
}

#[test]
fn rows_that_do_not_cover_are_left_out() {
    let elsewhere = pb::Grant {
        domain: "4401".to_owned(),
        ..grant("far", "*/*", "*")
    };
    let region = pb::Grant {
        domain: "44".to_owned(),
        ..deny(grant("near", "*/*", "*"))
    };
    let snapshot = compose(
        vec![elsewhere.clone(), region.clone(), grant("a", "*/*", "*")],
        Vec::new(),
    );
    assert_eq!(
        snapshot.grants().map(|grant| &*grant.id).collect::<Vec<_>>(),
        ["near", "a"]
    );
    let root = pb::Snapshot {
        grants: vec![elsewhere, region, grant("a", "OPERATOR", "*")],
        ..pb::Snapshot::default()
    };
    let root = Snapshot::compose(root, Catalogue::shipped()).unwrap();
    assert_eq!((root.community(), root.grants().count()), (None, 1));
}

#[test]
fn the_latest_cutoff_counts() {
    let mut wire = wire(Vec::new(), Vec::new());
    for seconds in [3, 9, 5] {
        let cutoff_time = Some(at(seconds).to_proto());
        wire.cutoffs.push(pb::TokenCutoff {
            principal: user(1).to_string(),
            cutoff_time,
        });
    }
    let snapshot = Snapshot::compose(wire, Catalogue::shipped()).unwrap();
    assert_eq!(
        (snapshot.cutoff(&user(1)), snapshot.cutoff(&user(2))),
        (Some(at(9)), None)
    );
}
