//! The oracle: the index and casbin must give the same answer to every request.

mod defects;
pub mod mutants;

use std::collections::HashSet;
use std::sync::Arc;

use prost::Message;
use yihe_kernel::Timestamp;
use yihe_oracle::{FIELDS, Generator, MODEL, Oracle, Request, seal};
use yihe_proto::policy::v1 as pb;

use self::mutants::Mutant;
use crate::{Catalogue, Condition, Decision, Filter, Layers, Snapshot};

const INSTANTS: usize = 4;
const REQUESTS: usize = 26;

/// A rule set with its requests and what casbin answers them.
struct Case {
    seed: u64,
    wire: pb::Snapshot,
    requests: Vec<(Request, bool)>,
}

impl Case {
    fn generate(seed: u64, oracle: &mut Oracle) -> Self {
        let mut generator = Generator::new(seed);
        let wire = generator.snapshot();
        let mut requests = Vec::with_capacity(INSTANTS * REQUESTS);
        for _ in 0..INSTANTS {
            let now = generator.instant();
            oracle.load(&wire, now).unwrap();
            for _ in 0..REQUESTS {
                let request = generator.request(&wire, now);
                let allowed = oracle.allows(&request).unwrap();
                requests.push((request, allowed));
            }
        }
        Self { seed, wire, requests }
    }

    /// The snapshot as it comes about where one of an earlier revision is held: first with all its rules, then again by layers
    /// that are held by then.
    fn compose(&self) -> Snapshot {
        let held = Layers::default();
        let sharing = |wire| Snapshot::sharing(&held, wire, Catalogue::shipped()).unwrap();
        let mut earlier = self.wire.clone();
        for layer in &mut earlier.layers {
            let first = &mut layer.grants[0];
            first.effect = 3 - first.effect;
            seal(layer);
        }
        let _earlier = sharing(earlier);
        let whole = sharing(self.wire.clone());
        let mut bare = self.wire.clone();
        // what covers the community nowhere is not held
        let holds = |layer: &pb::Layer| whole.layers().any(|held| held.digest() == layer.digest);
        let to_strip = bare.layers.iter_mut().filter(|layer| holds(layer));
        to_strip.for_each(|layer| layer.grants.clear());
        let bare = sharing(bare);
        assert!(
            whole
                .layers()
                .zip(bare.layers())
                .all(|(one, other)| one.digest().is_empty() || Arc::ptr_eq(one, other))
        );
        bare
    }

    /// The first request to which the index answers otherwise.
    fn difference(&self) -> Option<&(Request, bool)> {
        let snapshot = self.compose();
        self.requests
            .iter()
            .find(|(request, allowed)| settle(&decide(&snapshot, request), request) != *allowed)
    }
}

fn decide(snapshot: &Snapshot, request: &Request) -> Decision {
    let (principal, capacity) = (request.principal.parse().unwrap(), request.capacity.parse().unwrap());
    snapshot.decide(&principal, &capacity, &request.permission, request.now)
}

fn settle(decision: &Decision, request: &Request) -> bool {
    decision.settle(&|condition: Condition| request.facts.contains(&condition.as_str()))
}

fn seed() -> u64 {
    std::env::var("YIHE_ORACLE_SEED").map_or_else(
        |_| rand::random(),
        |text| text.parse().expect("YIHE_ORACLE_SEED is a number"),
    )
}

/// `cargo xtask oracle --cases N` asks for more than a usual run has.
fn rule_sets() -> u64 {
    let asked = std::env::var("YIHE_ORACLE_CASES")
        .map_or(0, |text| text.parse::<u64>().expect("YIHE_ORACLE_CASES is a number"));
    asked.div_ceil((INSTANTS * REQUESTS) as u64).max(1_020)
}

#[derive(Debug, Default)]
struct Shares {
    requests: u32,
    allowed: u32,
    no_role: u32,
    denied_by_row: u32,
    residual: u32,
    residual_allowed: u32,
    lapsed: u32,
}

impl Shares {
    fn count(&mut self, unending: &Snapshot, request: &Request, decision: &Decision, allowed: bool) {
        self.requests += 1;
        self.allowed += u32::from(allowed);
        match decision {
            Decision::Allow { .. } => {}
            Decision::Deny { grant: None } => self.no_role += 1,
            Decision::Deny { grant: Some(_) } => self.denied_by_row += 1,
            Decision::Residual(_) => {
                self.residual += 1;
                self.residual_allowed += u32::from(allowed);
            }
        }
        let unending = mutants::with(Mutant::EndIgnored, || settle(&decide(unending, request), request));
        self.lapsed += u32::from(unending != allowed);
    }

    fn check(&self) {
        let percent = |part: u32| u64::from(part) * 100 / u64::from(self.requests);
        for (name, share, least) in [
            ("allowed", self.allowed, 10),
            ("denied for want of a role or row", self.no_role, 10),
            ("denied by a row", self.denied_by_row, 2),
            ("residual", self.residual, 4),
            ("residual and then allowed", self.residual_allowed, 1),
            ("otherwise but for a lapsed term", self.lapsed, 1),
        ] {
            println!("{name}: {share} of {} ({} %)", self.requests, percent(share));
            assert!(
                (least..=90).contains(&percent(share)),
                "the run says little: {name} {} %",
                percent(share)
            );
        }
    }
}

#[tokio::test]
async fn the_index_answers_as_casbin_does() {
    let first = seed();
    println!("YIHE_ORACLE_SEED={first}");
    let mut oracle = Oracle::new().await.unwrap();
    let mut distinct = HashSet::new();
    let mut shares = Shares::default();
    let sets = rule_sets();
    for number in 0..sets {
        let case = Case::generate(first.wrapping_add(number), &mut oracle);
        distinct.insert(case.wire.encode_to_vec());
        let (seed, snapshot) = (case.seed, case.compose());
        let unending = mutants::with(Mutant::EndIgnored, || case.compose());
        for (request, allowed) in &case.requests {
            let decision = decide(&snapshot, request);
            assert_eq!(
                settle(&decision, request),
                *allowed,
                "seed {seed}: casbin says {allowed}, the index {decision:?} to {request:?} by {:#?}",
                case.wire
            );
            let filter = Filter::from(&decision);
            let passes = filter.lets_through(&|condition| request.facts.contains(&condition.as_str()));
            assert_eq!(passes, *allowed, "seed {seed}: {filter:?}");
            shares.count(&unending, request, &decision, *allowed);
        }
    }
    println!("rule sets: {}", distinct.len());
    assert!(distinct.len() as u64 >= sets * 49 / 50 && distinct.len() >= 1_000 && shares.requests >= 100_000);
    shares.check();
}

#[tokio::test]
async fn every_seeded_defect_is_noticed() {
    let mut oracle = Oracle::new().await.unwrap();
    let cases: Vec<_> = (0..400).map(|seed| Case::generate(seed, &mut oracle)).collect();
    assert!(cases.iter().all(|case| case.difference().is_none()));
    let noticed = |mutant: &Mutant| mutants::with(*mutant, || cases.iter().any(|case| case.difference().is_some()));
    let missed: Vec<_> = mutants::ALL.iter().filter(|mutant| !noticed(mutant)).collect();
    assert!(mutants::ALL.len() >= 20);
    assert!(missed.is_empty(), "not noticed: {missed:?}");
}

#[test]
fn nothing_changes_before_the_next_change() {
    let first = seed();
    println!("YIHE_ORACLE_SEED={first}");
    let (mut changes, mut differences) = (0, 0);
    for number in 0..300 {
        let mut generator = Generator::new(first.wrapping_add(number));
        let wire = generator.snapshot();
        let snapshot = Snapshot::compose(wire.clone(), Catalogue::shipped()).unwrap();
        for _ in 0..20 {
            let after = generator.instant();
            let request = generator.request(&wire, after);
            let (principal, capacity) = (request.principal.parse().unwrap(), request.capacity.parse().unwrap());
            let decide = |now| snapshot.decide(&principal, &capacity, &request.permission, now);
            let next = snapshot.next_change(&principal, &capacity, after);
            let last = next.map_or(Timestamp::MAX, |next| Timestamp::from_micros(next.micros() - 1));
            let within = [
                after,
                last,
                Timestamp::from_micros(after.micros().midpoint(last.micros())),
                generator.instant(),
            ];
            for now in within.into_iter().filter(|now| (after..=last).contains(now)) {
                assert_eq!(decide(now), decide(after), "seed {}", first.wrapping_add(number));
            }
            changes += u32::from(next.is_some());
            differences += u32::from(next.is_some_and(|next| decide(next) != decide(after)));
        }
    }
    println!("changes: {changes}, of which decisive: {differences}");
    assert!(changes > 1_000 && differences > 50);
}

#[tokio::test]
async fn without_rows_nothing_is_allowed() {
    let mut oracle = Oracle::new().await.unwrap();
    let wire = pb::Snapshot {
        grants: Vec::new(),
        layers: Vec::new(),
        ..Generator::new(1).snapshot()
    };
    let request = Generator::new(2).request(&wire, Generator::new(3).instant());
    oracle.load(&wire, request.now).unwrap();
    assert!(!oracle.allows(&request).unwrap());
    assert!(!settle(
        &decide(&Snapshot::compose(wire, Catalogue::shipped()).unwrap(), &request),
        &request
    ));
    // asked all the same, casbin tries the matcher on empty fields, which fit an empty object and action; `covers` then says no
    let empty = (
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        oracle.context(&request),
    );
    assert!(!casbin::CoreApi::enforce(&oracle.enforcer, empty).unwrap());
}

#[tokio::test]
async fn a_row_of_another_length_would_spoil_every_decision_of_casbin() {
    use casbin::CoreApi;
    let mut oracle = Oracle::new().await.unwrap();
    let mut generator = Generator::new(4);
    let wire = generator.snapshot();
    let now = generator.instant();
    let request = generator.request(&wire, now);
    oracle.load(&wire, request.now).unwrap();
    let short = vec!["*/*".to_owned(); FIELDS - 1];
    oracle.enforcer.get_mut_model().add_policy("p", "p", short);
    let sound = (
        "x".to_owned(),
        "x".to_owned(),
        "x".to_owned(),
        "x".to_owned(),
        oracle.context(&request),
    );
    assert!(oracle.enforcer.enforce(sound).is_err());
    // hence rows are typed here, and a snapshot with an incomplete one is refused naming it
    let sound = crate::sample::grant("a", "*/*", "*");
    let grants = vec![
        sound.clone(),
        pb::Grant {
            domain: String::new(),
            ..sound
        },
    ];
    let refusal = Snapshot::compose(pb::Snapshot { grants, ..wire }, Catalogue::shipped()).unwrap_err();
    assert!(refusal.to_string().contains("grants[1]"), "{refusal}");
}

#[test]
fn the_model_has_one_kind_of_role_link() {
    // casbin keeps the links of `g` and `g2` together: a link of the second would make a subject what it is not
    let lines: Vec<_> = MODEL.lines().filter(|line| !line.starts_with('#')).collect();
    let links: Vec<_> = lines.iter().filter(|line| line.starts_with('g')).collect();
    assert_eq!(links, [&"g = _, _, _"]);
    assert!(
        !lines
            .iter()
            .any(|line| line.contains("g2") || line.contains("eval(") || line.contains("keyMatch"))
    );
    let policy = lines.iter().find_map(|line| line.strip_prefix("p = ")).unwrap();
    assert_eq!(
        policy.split(", ").collect::<Vec<_>>(),
        ["role", "dom", "obj", "act", "eft", "when", "effective", "expire"]
    );
    // nor does any subject read as a role
    for subject in [
        "anonymous",
        "operators/local",
        "services/policy",
        "users/x",
        "clients/x",
    ] {
        assert!(subject.parse::<crate::RoleName>().is_err());
    }
}
