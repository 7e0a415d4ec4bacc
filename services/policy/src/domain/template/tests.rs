use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use yihe_authz::{Capacity, Condition, Decision, Principal, RoleName, Scope, Snapshot};
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1 as pb;

use super::*;
use crate::domain::authority::{Authority, compose};
use crate::domain::rules::Rules;
use crate::domain::{matrix, vocabulary};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
const PERSON: &str = "users/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
const CLIENT: &str = "clients/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
const ORGANIZATION: &str = "organizations/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn shipped() -> Template {
    Template::shipped().unwrap()
}

/// A community under the template alone, where one principal holds one role.
fn snapshot(role: Option<RoleName>) -> Snapshot {
    let community = Scope::Community("440309002021".parse().unwrap());
    snapshot_in(&community, role)
}

/// The same in a street itself.
fn snapshot_of_street(role: Option<RoleName>) -> Snapshot {
    snapshot_in(&Scope::Region("440309002".parse().unwrap()), role)
}

fn snapshot_in(scope: &Scope, role: Option<RoleName>) -> Snapshot {
    let authority = Authority {
        scope: scope.clone(),
        sequence: 1,
        regions: ["440309002", "440309"].map(|code| code.parse().unwrap()).to_vec(),
        roles: Vec::new(),
        cutoffs: Vec::new(),
    };
    let mut wire = compose(&Rules::new(shipped(), Vec::new(), 1), Some(&authority));
    wire.roles.extend(role.filter(|role| role.kind().is_some()).map(|role| {
        let principal = if matches!(role, RoleName::Client(_)) {
            CLIENT
        } else {
            PERSON
        };
        let capacity = if role.is_of_register() { "self" } else { ORGANIZATION };
        let role = role.to_string();
        pb::RoleTerm {
            principal: principal.to_owned(),
            capacity: capacity.to_owned(),
            role,
            ..pb::RoleTerm::default()
        }
    }));
    Snapshot::compose(wire, Catalogue::shipped()).unwrap()
}

fn decide(role: RoleName, permission: &str) -> Decision {
    decide_under(&snapshot(Some(role)), role, permission)
}

fn decide_under(snapshot: &Snapshot, role: RoleName, permission: &str) -> Decision {
    let principal = match role {
        RoleName::Operator => Principal::Operator,
        RoleName::Client(_) => CLIENT.parse().unwrap(),
        RoleName::Post(..) | RoleName::Kind(_) | RoleName::Appointed | RoleName::Made(_) => PERSON.parse().unwrap(),
    };
    let own = role.is_of_register() || matches!(role, RoleName::Operator | RoleName::Made(_));
    let capacity = if own {
        Capacity::Own
    } else {
        ORGANIZATION.parse().unwrap()
    };
    snapshot.decide(&principal, &capacity, permission, NOW)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    group: Vec<GroupCases>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupCases {
    name: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    role: String,
    permission: String,
    /// Facts of the object.
    #[serde(default)]
    facts: Vec<String>,
    verdict: String,
}

#[test]
fn every_group_does_what_its_sentence_says() {
    let text = std::fs::read_to_string(format!("{FOLDER}/template.toml")).unwrap();
    let cases: Cases = toml::from_str(&text).unwrap();
    let named: Vec<_> = cases.group.iter().map(|group| group.name.clone()).collect();
    let template = shipped();
    let groups: Vec<_> = template.groups().iter().map(|group| group.name.clone()).collect();
    assert_eq!(
        named, groups,
        "each group of the template has its cases, in the same order"
    );
    let mut wrong = Vec::new();
    let mut snapshots = BTreeMap::new();
    for (group, of_template) in cases.group.iter().zip(template.groups()) {
        let in_region = of_template.domain == Domain::Regions;
        let allowed = group.cases.iter().filter(|case| case.verdict == "allow").count();
        assert!(
            allowed > 0 && allowed < group.cases.len(),
            "{}: cases of both verdicts",
            group.name
        );
        for case in &group.cases {
            let facts: Vec<Condition> = case.facts.iter().map(|fact| fact.parse().unwrap()).collect();
            assert!(
                Catalogue::shipped().permission_index(&case.permission).is_some(),
                "{}",
                case.permission
            );
            let role: RoleName = case.role.parse().unwrap();
            if let RoleName::Post(kind, post) = role {
                assert!(vocabulary::has_post(kind, post), "{role} makes no sense");
            }
            let snapshot = snapshots
                .entry((in_region, role.to_string()))
                .or_insert_with(|| match in_region {
                    true => snapshot_of_street(Some(role)),
                    false => snapshot(Some(role)),
                });
            let allowed =
                decide_under(snapshot, role, &case.permission).settle(&|condition| facts.contains(&condition));
            let verdict = if allowed { "allow" } else { "deny" };
            if verdict != case.verdict {
                wrong.push(format!(
                    "{}: {role} {} {:?} is {verdict}",
                    group.name, case.permission, case.facts
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_group_has_a_sentence_in_both_languages() {
    for group in shipped().groups() {
        assert!(
            group.zh.ends_with('。') && group.zh.chars().any(|c| c > '\u{4e00}'),
            "{group:?}"
        );
        assert!(group.en.ends_with('.') && group.en.is_ascii(), "{group:?}");
    }
}

#[test]
fn every_permission_is_held_by_somebody() {
    let (community, street) = (snapshot(None), snapshot_of_street(None));
    let roles: Vec<_> = matrix::roles(street.grants(), []);
    let holds = |snapshot: &Snapshot, role: RoleName, permission: &str| {
        !matches!(snapshot.decide_role(role, permission, NOW), Decision::Deny { .. })
    };
    for permission in Catalogue::shipped().permissions() {
        let name = &permission.name;
        let held = |role: &RoleName| holds(&community, *role, name) || holds(&street, *role, name);
        assert!(roles.iter().any(held), "nobody holds {name}");
    }
}

#[test]
fn what_counts_in_regions_alone_counts_in_no_community() {
    let template = shipped();
    let of_regions = |snapshot: &Snapshot| {
        let rows = snapshot.grants().filter(|grant| grant.domain == Domain::Regions);
        rows.map(|grant| grant.id.clone()).collect::<BTreeSet<_>>()
    };
    let rows = template.grants().iter().filter(|grant| grant.domain == Domain::Regions);
    let rows: BTreeSet<_> = rows.map(|grant| grant.id.clone()).collect();
    assert!(rows.len() > 60 && rows.iter().all(|id| id.starts_with("template/regions/")));
    assert_eq!(of_regions(&snapshot_of_street(None)), rows);
    assert!(of_regions(&snapshot(None)).is_empty());
    let secretary: RoleName = "STREET_PARTY_COMMITTEE/SECRETARY".parse().unwrap();
    for permission in Catalogue::shipped().permissions() {
        let decision = snapshot(None).decide_role(secretary, &permission.name, NOW);
        let open = ["policy.decision.", "policy.matrix.", "policy.lookup."];
        let administers =
            permission.name.starts_with("policy.") && !open.iter().any(|prefix| permission.name.starts_with(prefix));
        if administers || permission.name.starts_with("directory.region") {
            assert_eq!(decision, Decision::Deny { grant: None }, "{}", permission.name);
        }
    }
}

#[test]
fn the_core_keeps_the_policies() {
    let secretary: RoleName = "PARTY_COMMITTEE/SECRETARY".parse().unwrap();
    let policies: Vec<_> = Catalogue::shipped()
        .permissions()
        .iter()
        .filter(|info| info.name.starts_with("policy."))
        .collect();
    assert!(!policies.is_empty());
    for permission in policies {
        let decision = decide(secretary, &permission.name);
        assert!(
            matches!(decision, Decision::Allow { .. }),
            "{}: {decision:?}",
            permission.name
        );
    }
}

#[test]
fn the_operator_holds_nothing_but_the_beginning() {
    let held: Vec<_> = Catalogue::shipped()
        .permissions()
        .iter()
        .filter(|permission| decide(RoleName::Operator, &permission.name) != Decision::Deny { grant: None })
        .map(|permission| permission.name.as_str())
        .collect();
    assert_eq!(
        held,
        [
            "directory.community.activate",
            "directory.community.invite_first_secretary",
            // where nothing is recorded above, and nowhere else
            "directory.region_committee.establish",
            "directory.secretary.appoint",
        ]
    );
}

#[test]
fn what_only_persons_may_do_is_granted_to_no_client() {
    let catalogue = Catalogue::shipped();
    let personal: BTreeSet<_> = catalogue
        .methods()
        .filter(|method| method.persons_only)
        .flat_map(|method| method.clauses.iter().map(|clause| clause.permission.as_str()))
        .collect();
    let template = shipped();
    for grant in template
        .grants()
        .iter()
        .filter(|grant| matches!(grant.role, RoleName::Client(_)))
    {
        let wrong = personal.iter().find(|permission| grant.permission.matches(permission));
        assert_eq!(wrong, None, "{}", grant.id);
    }
}

#[test]
fn posts_named_make_sense_in_their_kinds() {
    for grant in shipped().grants() {
        if let RoleName::Post(kind, post) = grant.role {
            assert!(vocabulary::has_post(kind, post), "{}", grant.id);
        }
    }
}

#[test]
fn the_matrix_is_the_reviewed_one() {
    check_matrix(&snapshot(None), "matrix.golden.csv");
}

#[test]
fn the_matrix_of_regions_is_the_reviewed_one() {
    check_matrix(&snapshot_of_street(None), "matrix.regions.golden.csv");
}

fn check_matrix(snapshot: &Snapshot, name: &str) {
    let permissions = Catalogue::shipped().permissions();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(
            ["role"]
                .into_iter()
                .chain(permissions.iter().map(|info| info.name.as_str())),
        )
        .unwrap();
    for role in matrix::roles(snapshot.grants(), []) {
        let cells = permissions
            .iter()
            .map(|permission| match snapshot.decide_role(role, &permission.name, NOW) {
                Decision::Allow { .. } => "allow".to_owned(),
                Decision::Deny { .. } => String::new(),
                Decision::Residual(residual) if residual.deny_if.is_empty() => residual.allow_if.to_string(),
                Decision::Residual(residual) => format!("{} not {}", residual.allow_if, residual.deny_if),
            });
        writer
            .write_record([role.to_string()].into_iter().chain(cells))
            .unwrap();
    }
    let matrix = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let file = format!("{FOLDER}/{name}");
    if std::env::var_os("YIHE_TEST_UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &matrix).unwrap();
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    let changed: Vec<_> = matrix
        .lines()
        .filter(|line| !reviewed.lines().any(|known| known == *line))
        .collect();
    assert!(
        matrix == reviewed,
        "the template gives another matrix than tests/{name}; read the difference, and if it is meant, \
         write it with YIHE_TEST_UPDATE_GOLDEN=1 cargo test -p yihe-policy the_matrix\n{changed:#?}"
    );
}
