//! Defects of casbin-rs 2.20 that were seen by running it, each with what keeps this crate from having it. Where casbin still has
//! it here, that is shown too: when an update mends it, the test says so.

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use yihe_kernel::Timestamp;
use yihe_oracle::{MODEL, Oracle, Request};
use yihe_proto::policy::v1 as pb;

use super::{decide, settle};
use crate::sample::{at, compose, conditional, grant, holds, organization, user, wire};
use crate::{Catalogue, Decision, Layers, RoleName, Snapshot};

const GET: &str = "meeting.motion.get";
const STAFF: &str = "RESIDENT_UNIT/STAFF";

fn staff() -> Vec<pb::RoleTerm> {
    vec![holds(&user(1), organization(1), STAFF)]
}

fn request(now: Timestamp, facts: &[&'static str]) -> Request {
    Request {
        principal: user(1).to_string(),
        capacity: organization(1).to_string(),
        permission: GET.to_owned(),
        now,
        facts: facts.to_vec(),
    }
}

async fn casbin(model: &str) -> Enforcer {
    let model = DefaultModel::from_str(model).await.unwrap();
    Enforcer::new(model, MemoryAdapter::default()).await.unwrap()
}

fn words(row: &[&str]) -> Vec<String> {
    row.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
async fn links_of_another_kind_make_nobody_what_it_is_not() {
    // a link of objects, `g2`, makes a subject what it is not in casbin
    let model = "[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n[role_definition]\n\
                 g = _, _\ng2 = _, _\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\n\
                 m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act";
    let mut enforcer = casbin(model).await;
    enforcer
        .add_policy(words(&["secretary", "motions", "get"]))
        .await
        .unwrap();
    assert!(!enforcer.enforce(("users/1", "motions", "get")).unwrap());
    let linked = enforcer
        .add_named_grouping_policy("g2", words(&["users/1", "secretary"]))
        .await;
    linked.unwrap();
    assert!(enforcer.enforce(("users/1", "motions", "get")).unwrap());
    // here the model has one kind of link, and regions are listed in the context
    assert_eq!(MODEL.lines().filter(|line| line.starts_with('g')).count(), 1);
    // and a role is a type: no subject, region or object reads as one
    let others = [
        "users/1",
        "440309",
        "communities/440309002021",
        "meeting.motion",
        "organizations/1",
    ];
    assert!(others.iter().all(|text| text.parse::<RoleName>().is_err()));
}

#[test]
fn a_rule_that_was_removed_allows_no_more() {
    // casbin's cached enforcer goes on allowing; here the one thing that is kept is a layer, by what it says
    let held = Layers::default();
    let layered = |digest: u8, roles: &[&str]| {
        let grants = roles.iter().map(|role| grant(role, role, GET)).collect();
        let layer = pb::Layer {
            domain: "*".to_owned(),
            digest: vec![digest],
            grants,
        };
        let wire = pb::Snapshot {
            layers: vec![layer],
            ..wire(Vec::new(), staff())
        };
        Snapshot::sharing(&held, wire, Catalogue::shipped()).unwrap()
    };
    let before = layered(1, &[STAFF, "RESIDENT_UNIT/MANAGER"]);
    assert!(settle(&decide(&before, &request(at(0), &[])), &request(at(0), &[])));
    let after = layered(2, &["RESIDENT_UNIT/MANAGER"]);
    assert_eq!(decide(&after, &request(at(0), &[])), Decision::Deny { grant: None });
}

#[tokio::test]
async fn nothing_decided_is_remembered_for_another_context() {
    // casbin's cache forgets the context in its key; here an instant or a fact more is another answer, in any order of asking
    let lapsing = pb::Grant {
        end_time: Some(at(10).to_proto()),
        ..conditional("a", STAFF, GET, pb::Condition::Owner)
    };
    let wire = wire(vec![lapsing], staff());
    let snapshot = Snapshot::compose(wire.clone(), Catalogue::shipped()).unwrap();
    let mut oracle = Oracle::new().await.unwrap();
    let asked = [
        (at(9), &["owner"][..], true),
        (at(9), &[], false),
        (at(10), &["owner"], false),
        (at(9), &["owner", "serves"], true),
        (at(9), &["serves"], false),
    ];
    for (now, facts, expected) in asked.into_iter().chain(asked.into_iter().rev()) {
        let request = request(now, facts);
        oracle.load(&wire, now).unwrap();
        assert_eq!(oracle.allows(&request).unwrap(), expected);
        assert_eq!(settle(&decide(&snapshot, &request), &request), expected);
    }
}

#[tokio::test]
async fn nothing_switches_deciding_off() {
    // casbin allows everything while enforcement is off, and what was cached meanwhile survives. A snapshot has no such switch:
    // one without rules denies, whatever was decided before.
    let mut oracle = Oracle::new().await.unwrap();
    let wire = wire(vec![grant("a", "PARTY_COMMITTEE/*", GET)], staff());
    oracle.load(&wire, at(0)).unwrap();
    assert!(!oracle.allows(&request(at(0), &[])).unwrap());
    oracle.enforcer.enable_enforce(false);
    assert!(oracle.allows(&request(at(0), &[])).unwrap());
    let open = compose(vec![grant("a", STAFF, GET)], staff());
    assert!(matches!(decide(&open, &request(at(0), &[])), Decision::Allow { .. }));
    let closed = compose(Vec::new(), staff());
    assert_eq!(decide(&closed, &request(at(0), &[])), Decision::Deny { grant: None });
}

#[test]
fn a_condition_is_a_word_and_no_code() {
    // one bad `eval()` row fails requests it has nothing to do with, and a loop in one hangs the thread; there is no such row
    assert!(!MODEL.contains("eval("));
    for bad in [7, -1, i32::MAX] {
        let row = pb::Grant {
            condition: bad,
            ..grant("bad", STAFF, GET)
        };
        let refusal = Snapshot::compose(wire(vec![row], staff()), Catalogue::shipped()).unwrap_err();
        assert!(refusal.to_string().contains("bad"), "{refusal}");
    }
}

#[tokio::test]
async fn instants_are_not_of_32_bits() {
    // 2038-01-19T03:14:07Z is the last second of 32 bits; 2106-02-07T06:28:15Z the last without a sign
    for last in [i64::from(i32::MAX), i64::from(u32::MAX)] {
        let (before, after) = (Timestamp::from_seconds(last), Timestamp::from_seconds(last + 1));
        for (start_time, end_time) in [(Some(after.to_proto()), None), (None, Some(after.to_proto()))] {
            let term = pb::Grant {
                start_time,
                end_time,
                ..grant("a", STAFF, GET)
            };
            let wire = wire(vec![term], staff());
            let snapshot = Snapshot::compose(wire.clone(), Catalogue::shipped()).unwrap();
            let mut oracle = Oracle::new().await.unwrap();
            for (now, expected) in [(before, end_time.is_some()), (after, start_time.is_some())] {
                let request = request(now, &[]);
                oracle.load(&wire, now).unwrap();
                assert_eq!(settle(&decide(&snapshot, &request), &request), expected, "{now}");
                assert_eq!(oracle.allows(&request).unwrap(), expected, "{now}");
            }
        }
    }
}

#[tokio::test]
async fn roles_are_at_most_three_deep() {
    // casbin follows ten links and says nothing of the rest
    let model = "[request_definition]\nr = sub\n[policy_definition]\np = sub\n[role_definition]\ng = _, _\n\
                 [policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = g(r.sub, p.sub)";
    let mut enforcer = casbin(model).await;
    enforcer.add_policy(words(&["role12"])).await.unwrap();
    for depth in 0..12 {
        let link = [format!("role{depth}"), format!("role{}", depth + 1)];
        enforcer.add_grouping_policy(link.to_vec()).await.unwrap();
    }
    assert!(enforcer.enforce(("role5",)).unwrap());
    assert!(!enforcer.enforce(("role0",)).unwrap());
    // a post brings `KIND/*` and `*/*` along, and neither brings anything more than that
    let role: RoleName = STAFF.parse().unwrap();
    let implied: Vec<_> = role.with_implied().collect();
    assert_eq!(implied.len(), 3);
    let further = implied.iter().flat_map(|role| role.with_implied());
    assert!(further.into_iter().all(|role| implied.contains(&role)));
}

#[test]
fn a_pattern_is_no_expression_to_compile() {
    // `keyMatch2` compiles an expression for each row and request; here a pattern is `*`, `service.resource.*` or a name
    assert!(!MODEL.contains("keyMatch") && !MODEL.contains("regex"));
    for bad in ["meeting.:id.get", "meeting/.*", "meeting.motion.g*", "meeting.*.get"] {
        assert!(Snapshot::compose(wire(vec![grant("a", STAFF, bad)], staff()), Catalogue::shipped()).is_err());
    }
    let all = compose(vec![grant("a", STAFF, "meeting.motion.*")], staff());
    assert_eq!(all.grants_for(GET).count(), 1);
    assert_eq!(all.grants_for("meeting.vote.open").count(), 0);
}
