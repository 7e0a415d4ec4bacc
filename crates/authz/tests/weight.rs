//! What snapshots say they weigh is what they really take: the cache of a gateway is bounded by it. A binary of its own, so that
//! nothing else allocates meanwhile.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::alloc::System;
use std::sync::Arc;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use yihe_authz::{Catalogue, Layers, Snapshot};
use yihe_proto::policy::v1 as pb;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What the system's allocator takes for a piece of memory beside the bytes that were asked for: its header, and on average half of
/// the sixteen bytes to which it rounds.
const PIECE: usize = 16;

const PERMISSIONS: [&str; 6] = [
    "meeting.motion.submit",
    "meeting.motion.get",
    "meeting.ballot.cast",
    "directory.appointment.create",
    "policy.grant.list",
    "meeting.vote.*",
];
const ROLES: [&str; 6] = [
    "PARTY_COMMITTEE/SECRETARY",
    "PARTY_COMMITTEE/*",
    "RESIDENT_UNIT/MANAGER",
    "PROPERTY_COMPANY/STAFF",
    "*/*",
    "ROLE/hall-keeper",
];

/// How large a community is.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Rules of the template, of the street and of the community itself.
    wide: usize,
    street: usize,
    own: usize,
    /// People, and posts of each.
    people: usize,
    posts: usize,
}

fn grants(count: usize, domain: &str) -> impl Iterator<Item = pb::Grant> {
    (0..count).map(move |number| pb::Grant {
        id: format!("{domain}/rule-{number}"),
        role: ROLES[number % ROLES.len()].to_owned(),
        domain: domain.to_owned(),
        permission: PERMISSIONS[number / ROLES.len() % PERMISSIONS.len()].to_owned(),
        effect: pb::Effect::Allow.into(),
        end_time: (number % 5 == 0).then(|| instant(number)),
        source: format!("communities/440309002021/policyChanges/{number}"),
        ..Default::default()
    })
}

fn instant(number: usize) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: 1_775_000_000 + i64::try_from(number).unwrap() * 3_600,
        nanos: 0,
    }
}

fn wire(size: Size) -> pb::Snapshot {
    let id = |number: usize| format!("{number:08x}-0000-7000-8000-000000000000");
    let roles = (0..size.people).flat_map(|person| {
        (0..size.posts).map(move |post| pb::RoleTerm {
            principal: format!("users/{}", id(person)),
            capacity: format!("organizations/{}", id(post)),
            role: [
                "PARTY_COMMITTEE/SECRETARY",
                "RESIDENT_UNIT/MANAGER",
                "PROPERTY_COMPANY/STAFF",
            ][post % 3]
                .to_owned(),
            start_time: None,
            end_time: (person % 3 == 0).then(|| instant(person)),
        })
    });
    let layers = [("*", size.wide), ("440309002", size.street), ("440309002021", size.own)];
    let layers = layers.into_iter().filter(|(_, count)| *count > 0);
    pb::Snapshot {
        community: "communities/440309002021".to_owned(),
        regions: ["440309002021", "440309002", "440309", "4403", "44"]
            .map(|code| format!("regions/{code}"))
            .into(),
        layers: layers
            .map(|(domain, count)| pb::Layer {
                domain: domain.to_owned(),
                digest: format!("{domain:>32}").into_bytes(),
                grants: grants(count, domain).collect(),
            })
            .collect(),
        roles: roles.collect(),
        ..Default::default()
    }
}

/// Bytes that a snapshot and the layers it shares say they take, and bytes that are taken while they live.
fn weighed(size: Size) -> (usize, usize) {
    let region = Region::new(ALLOCATOR);
    let layers = Layers::default();
    let snapshot = Snapshot::sharing(&layers, wire(size), Catalogue::shipped()).unwrap();
    let snapshot = Arc::new(snapshot);
    let now = region.change();
    let bytes = now.bytes_allocated - now.bytes_deallocated;
    let pieces = now.allocations - now.deallocations;
    let taken = bytes + pieces * PIECE;
    (snapshot.weight() + layers.weight(), taken)
}

#[test]
fn snapshots_weigh_what_they_take() {
    // what is made once is not counted
    let _ = Catalogue::shipped();
    let small = Size {
        wide: 300,
        street: 0,
        own: 0,
        people: 20,
        posts: 1,
    };
    weighed(small);
    let people = Size { people: 5_000, ..small };
    let posts = Size {
        people: 500,
        posts: 6,
        ..small
    };
    let rules = Size {
        street: 2_000,
        own: 5_000,
        ..small
    };
    let hundred = Size {
        wide: 700,
        street: 50,
        own: 200,
        people: 100,
        posts: 1,
    };
    for size in [small, people, posts, rules, hundred] {
        let (said, taken) = weighed(size);
        println!("{size:?}: {said} said, {taken} taken");
        let apart = said.abs_diff(taken);
        assert!(apart * 5 <= taken, "{size:?}: {said} bytes said, {taken} taken");
    }
}
