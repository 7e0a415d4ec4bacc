//! Rule sets and requests, drawn from small pools so that rows meet, overlap and contradict one another.

use prost::Message;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};
use yihe_authz::Condition;
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1 as pb;

use crate::Request;

/// The community decided in, unless it is a region. Its division has another code by now, and its recorded ancestors are not what its own digits say.
const COMMUNITY: &str = "440309002021";
const REGIONS: [&str; 4] = ["440311005007", "440311005", "440311", "44"];
/// Elsewhere, though the digits of three of them look like the community's own.
const ELSEWHERE: [&str; 5] = ["440309002", "440309", "4403", "440309002022", "4401"];

const ROLES: [&str; 18] = [
    "PARTY_COMMITTEE/SECRETARY",
    "PARTY_COMMITTEE/MEMBER",
    "PARTY_COMMITTEE/*",
    "OWNERS_COMMITTEE/DIRECTOR",
    "OWNERS_COMMITTEE/*",
    "PROPERTY_COMPANY/MANAGER",
    "PROPERTY_COMPANY/STAFF",
    "PROPERTY_COMPANY/CLIENT",
    "PROPERTY_COMPANY/*",
    "COMPOUND/OWNER",
    "COMPOUND/RESIDENT",
    "COMPOUND/*",
    "*/*",
    "*/*",
    "OPERATOR",
    "RESIDENT_UNIT/CLIENT",
    "ROLE/hall-keeper@440309002021",
    "ROLE/hall-keeper@440311",
];

const PERMISSIONS: [&str; 5] = [
    "meeting.motion.submit",
    "meeting.motion.get",
    "meeting.ballot.cast",
    "directory.appointment.create",
    "policy.grant.list",
];
const PATTERNS: [&str; 8] = [
    "*",
    "*",
    "meeting.motion.*",
    "meeting.motion.*",
    "meeting.ballot.*",
    "directory.appointment.*",
    "policy.grant.*",
    "meeting.vote.*",
];

const BASE: i64 = 1_775_000_000_000_000;
const STEP: i64 = 1_000_000_000;

/// Ids made of a digit, so that a failure can be read.
fn id(digit: usize) -> String {
    format!("{digit:08x}-0000-7000-8000-000000000000")
}

/// The rules in layers, the widest first.
fn by_domain(grants: Vec<pb::Grant>) -> Vec<pb::Layer> {
    let mut layers: Vec<pb::Layer> = Vec::new();
    for grant in grants {
        match layers.iter_mut().find(|layer| layer.domain == grant.domain) {
            Some(layer) => layer.grants.push(grant),
            None => layers.push(pb::Layer {
                domain: grant.domain.clone(),
                digest: Vec::new(),
                grants: vec![grant],
            }),
        }
    }
    layers.sort_by_key(|layer| layer.domain.len());
    layers.iter_mut().for_each(seal);
    layers
}

/// Gives a layer the digest of its rules.
pub fn seal(layer: &mut pb::Layer) {
    let rows = layer.grants.iter().map(Message::encode_length_delimited_to_vec);
    layer.digest = rows.fold(Sha256::new(), Sha256::chain_update).finalize().to_vec();
}

/// The generator of one rule set and its requests: the same seed gives the same.
#[derive(Debug)]
pub struct Generator {
    random: StdRng,
}

impl Generator {
    /// The generator of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
        }
    }

    fn pick<'a, T>(&mut self, pool: &'a [T]) -> &'a T {
        pool.choose(&mut self.random).unwrap_or(&pool[0])
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_ratio(percent, 100)
    }

    /// One of eight instants; half of them to the microsecond, the others one beside.
    pub fn instant(&mut self) -> Timestamp {
        let beside = *self.pick(&[0, 0, -1, 1]);
        Timestamp::from_micros(BASE + STEP * self.random.random_range(0..8) + beside)
    }

    fn term(&mut self, percent: u32) -> (Option<prost_types::Timestamp>, Option<prost_types::Timestamp>) {
        let first = BASE + STEP * self.random.random_range(0..8);
        let last = first + STEP * self.random.random_range(1..6);
        let wire = |micros| Timestamp::from_micros(micros).to_proto();
        let (has_start, has_end) = (self.chance(percent), self.chance(percent));
        (has_start.then(|| wire(first)), has_end.then(|| wire(last)))
    }

    /// A rule set with those who hold roles, by layers or not.
    pub fn snapshot(&mut self) -> pb::Snapshot {
        let grants: Vec<_> = (0..self.random.random_range(0..40))
            .map(|number| self.grant(number))
            .collect();
        let roles = (0..self.random.random_range(2..14)).map(|_| self.role_term()).collect();
        let (grants, layers) = if self.chance(75) {
            (Vec::new(), by_domain(grants))
        } else {
            (grants, Vec::new())
        };
        // one in five decides in a region itself
        let places = if self.chance(20) { &REGIONS[1..] } else { &REGIONS[..] };
        let in_region = places.len() < REGIONS.len();
        let regions: Vec<_> = places.iter().map(|code| format!("regions/{code}")).collect();
        pb::Snapshot {
            community: if in_region {
                String::new()
            } else {
                format!("communities/{COMMUNITY}")
            },
            region: if in_region { regions[0].clone() } else { String::new() },
            revision: Some(pb::Revision {
                directory_sequence: 1,
                policy_sequence: 1,
            }),
            regions,
            grants,
            roles,
            layers,
            ..pb::Snapshot::default()
        }
    }

    fn grant(&mut self, number: usize) -> pb::Grant {
        let (start_time, end_time) = self.term(25);
        let domain = match self.random.random_range(0..100) {
            0..35 => "*",
            35..45 => "regions",
            45..70 => self.pick(&REGIONS),
            70..85 => COMMUNITY,
            _ => self.pick(&ELSEWHERE),
        };
        let permission = if self.chance(45) {
            self.pick(&PATTERNS)
        } else {
            self.pick(&PERMISSIONS)
        };
        let effect = if self.chance(18) {
            pb::Effect::Deny
        } else {
            pb::Effect::Allow
        };
        let condition = if self.chance(40) {
            self.random.random_range(1..=6)
        } else {
            0
        };
        pb::Grant {
            id: format!("row/{number}"),
            role: (*self.pick(&ROLES)).to_owned(),
            domain: domain.to_owned(),
            permission: (*permission).to_owned(),
            effect: effect.into(),
            condition,
            start_time,
            end_time,
            source: "generated".to_owned(),
        }
    }

    fn role_term(&mut self) -> pb::RoleTerm {
        let (start_time, mut end_time) = self.term(30);
        if self.chance(4) && start_time.is_some() {
            // ended before it began: never in force
            end_time = start_time;
        }
        let organization = self.random.random_range(1..5);
        let (principal, role) = if self.chance(18) {
            let holder = if self.chance(80) { "users" } else { "clients" };
            let made = *self.pick(&["ROLE/hall-keeper@440309002021", "ROLE/hall-keeper@440311"]);
            (format!("{holder}/{}", id(self.random.random_range(1..4))), made)
        } else if self.chance(18) {
            let clients: Vec<_> = ROLES.iter().filter(|role| role.ends_with("/CLIENT")).collect();
            (
                format!("clients/{}", id(self.random.random_range(1..3))),
                **self.pick(&clients),
            )
        } else {
            let posts: Vec<_> = ROLES
                .iter()
                .filter(|role| {
                    let assigned = role.ends_with("/CLIENT") || role.starts_with("ROLE/");
                    !assigned && !role.contains('*') && role.contains('/')
                })
                .collect();
            (
                format!("users/{}", id(self.random.random_range(1..5))),
                **self.pick(&posts),
            )
        };
        let own = ["COMPOUND/", "ROLE/"].iter().any(|kind| role.starts_with(kind)) && self.chance(50);
        let capacity = if own {
            "self".to_owned()
        } else {
            format!("organizations/{}", id(organization))
        };
        pb::RoleTerm {
            principal,
            capacity,
            role: role.to_owned(),
            start_time,
            end_time,
        }
    }

    /// A request that mostly is about somebody and some capacity of the rule set.
    pub fn request(&mut self, snapshot: &pb::Snapshot, now: Timestamp) -> Request {
        let row = self.pick(&snapshot.roles).clone();
        let principal = match self.random.random_range(0..100) {
            0..88 => row.principal,
            88..94 => "operators/local".to_owned(),
            94..96 => "anonymous".to_owned(),
            96..98 => "services/meeting".to_owned(),
            _ => format!("users/{}", id(9)),
        };
        let capacity = match self.random.random_range(0..100) {
            0..70 => row.capacity,
            70..85 => "self".to_owned(),
            _ => format!("organizations/{}", id(self.random.random_range(1..5))),
        };
        let permission = (*self.pick(&PERMISSIONS)).to_owned();
        let facts = Condition::ALL
            .into_iter()
            .filter(|_| self.random.random_bool(0.4))
            .map(Condition::as_str)
            .collect();
        Request {
            principal,
            capacity,
            permission,
            now,
            facts,
        }
    }
}
