//! A small community for tests.

use yihe_kernel::{CommunityId, Timestamp};
use yihe_proto::policy::v1 as pb;

use crate::{Capacity, Catalogue, Principal, Snapshot};

pub const COMMUNITY: &str = "communities/440309002021";

/// Ids made of a digit, so that a failure can be read.
pub fn id(digit: u32) -> String {
    format!("{digit:08x}-0000-7000-8000-000000000000")
}

pub fn community() -> CommunityId {
    "440309002021".parse().unwrap()
}

pub fn user(digit: u32) -> Principal {
    format!("users/{}", id(digit)).parse().unwrap()
}

pub fn client(digit: u32) -> Principal {
    format!("clients/{}", id(digit)).parse().unwrap()
}

pub fn organization(digit: u32) -> Capacity {
    format!("organizations/{}", id(digit)).parse().unwrap()
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_775_000_000 + seconds)
}

/// An unconditional, unending allow of the template.
pub fn grant(name: &str, role: &str, permission: &str) -> pb::Grant {
    pb::Grant {
        id: name.to_owned(),
        role: role.to_owned(),
        domain: "*".to_owned(),
        permission: permission.to_owned(),
        effect: pb::Effect::Allow.into(),
        source: "template".to_owned(),
        ..pb::Grant::default()
    }
}

pub fn conditional(name: &str, role: &str, permission: &str, condition: pb::Condition) -> pb::Grant {
    pb::Grant {
        condition: condition.into(),
        ..grant(name, role, permission)
    }
}

pub fn deny(grant: pb::Grant) -> pb::Grant {
    pb::Grant {
        effect: pb::Effect::Deny.into(),
        ..grant
    }
}

/// A role held from ever and for ever.
pub fn holds(principal: &Principal, capacity: Capacity, role: &str) -> pb::RoleTerm {
    pb::RoleTerm {
        principal: principal.to_string(),
        capacity: capacity.to_string(),
        role: role.to_owned(),
        start_time: None,
        end_time: None,
    }
}

/// A role held until an instant.
pub fn until(end: Timestamp, role: pb::RoleTerm) -> pb::RoleTerm {
    pb::RoleTerm {
        end_time: Some(end.to_proto()),
        ..role
    }
}

/// The wire form of the sample community's snapshot.
pub fn wire(grants: Vec<pb::Grant>, roles: Vec<pb::RoleTerm>) -> pb::Snapshot {
    pb::Snapshot {
        community: COMMUNITY.to_owned(),
        revision: Some(pb::Revision {
            directory_sequence: 1,
            policy_sequence: 1,
        }),
        regions: vec![
            "regions/440309002021".to_owned(),
            "regions/440309002".to_owned(),
            "regions/44".to_owned(),
        ],
        grants,
        roles,
        ..pb::Snapshot::default()
    }
}

pub fn compose(grants: Vec<pb::Grant>, roles: Vec<pb::RoleTerm>) -> Snapshot {
    Snapshot::compose(wire(grants, roles), Catalogue::shipped()).unwrap()
}
