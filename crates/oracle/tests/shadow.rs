//! A sample of decisions is compared; what is wrong is counted as such.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};

use yihe_authz::{Capacity, Catalogue, Decision, Principal, Seen, Snapshot, Witness};
use yihe_kernel::Timestamp;
use yihe_oracle::{Shadow, ShadowCounts};
use yihe_proto::policy::v1 as pb;

const USER: &str = "users/00000001-0000-7000-8000-000000000000";
const ORGANIZATION: &str = "organizations/00000002-0000-7000-8000-000000000000";
const PERMISSIONS: [&str; 3] = ["meeting.motion.get", "meeting.motion.submit", "meeting.ballot.cast"];

fn now() -> Timestamp {
    Timestamp::from_seconds(1_775_000_000)
}

fn grant(id: &str, role: &str, permission: &str, condition: pb::Condition) -> pb::Grant {
    pb::Grant {
        id: id.to_owned(),
        role: role.to_owned(),
        domain: "*".to_owned(),
        permission: permission.to_owned(),
        effect: pb::Effect::Allow.into(),
        condition: condition.into(),
        source: "template".to_owned(),
        ..pb::Grant::default()
    }
}

fn snapshot() -> Arc<Snapshot> {
    let wire = pb::Snapshot {
        community: "communities/440309002021".to_owned(),
        grants: vec![
            grant("a", "RESIDENT_UNIT/*", PERMISSIONS[0], pb::Condition::Unspecified),
            grant("b", "ROLE/guide", PERMISSIONS[1], pb::Condition::Owner),
        ],
        roles: ["RESIDENT_UNIT/STAFF", "ROLE/guide"]
            .map(|role| pb::RoleTerm {
                principal: USER.to_owned(),
                capacity: ORGANIZATION.to_owned(),
                role: role.to_owned(),
                start_time: Some(Timestamp::from_seconds(1_774_000_000).to_proto()),
                end_time: None,
            })
            .to_vec(),
        ..pb::Snapshot::default()
    };
    Arc::new(Snapshot::compose(wire, Catalogue::shipped()).unwrap())
}

fn show(shadow: &Shadow, snapshot: &Arc<Snapshot>, permission: &str, decision: Option<Decision>) {
    let (principal, capacity): (Principal, Capacity) = (USER.parse().unwrap(), ORGANIZATION.parse().unwrap());
    let decided = snapshot.decide(&principal, &capacity, permission, now());
    shadow.see(&Seen {
        snapshot,
        principal: &principal,
        capacity: &capacity,
        permission,
        now: now(),
        decision: &decision.unwrap_or(decided),
    });
}

fn until(counts: &ShadowCounts, compared: u64) {
    let begun = Instant::now();
    while counts.agreed() + counts.disagreed() + counts.failed() + counts.dropped() < compared {
        assert!(begun.elapsed() < Duration::from_secs(60), "{counts:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn right_decisions_agree_and_wrong_ones_are_counted() {
    let shadow = Shadow::start(NonZeroU64::MIN).unwrap();
    let (counts, snapshot) = (shadow.counts(), snapshot());
    for permission in PERMISSIONS {
        show(&shadow, &snapshot, permission, None);
    }
    until(&counts, 3);
    assert_eq!((counts.agreed(), counts.disagreed(), counts.failed()), (3, 0, 0));
    let allow = Decision::Allow { grant: "a".into() };
    let deny = Decision::Deny { grant: None };
    show(&shadow, &snapshot, PERMISSIONS[0], Some(deny.clone()));
    show(&shadow, &snapshot, PERMISSIONS[1], Some(allow.clone()));
    show(&shadow, &snapshot, PERMISSIONS[1], Some(deny));
    show(&shadow, &snapshot, PERMISSIONS[2], Some(allow));
    until(&counts, 7);
    assert_eq!((counts.agreed(), counts.disagreed()), (3, 4));
}

#[test]
fn only_a_sample_is_compared_and_deciding_does_not_wait() {
    let shadow = Shadow::start(NonZeroU64::new(10).unwrap()).unwrap();
    let (counts, snapshot) = (shadow.counts(), snapshot());
    for _ in 0..20_000 {
        show(&shadow, &snapshot, PERMISSIONS[0], None);
    }
    until(&counts, 2_000);
    let (agreed, dropped) = (counts.agreed(), counts.dropped());
    assert_eq!(agreed + dropped, 2_000, "one of ten");
    assert!(agreed >= 64, "those that waited are compared: {agreed}");
    assert!(dropped > 0, "what cannot wait is dropped, and counted");
}
