//! Who lives in the community of these tests.

use yihe_authz::{Capacity, Principal};
use yihe_proto::directory::v1::{
    Authority, ClientHolding, Holding, OrganizationKind as Kind, OrganizationStanding, Post,
};

pub const COMMUNITY: &str = "communities/440309002021";
pub const OTHER_COMMUNITY: &str = "communities/440309002022";

pub const COMMITTEE: &str = "organizations/00000000-0000-7000-8000-0000000000a1";
pub const STATION: &str = "organizations/00000000-0000-7000-8000-0000000000a2";
pub const PROPERTY: &str = "organizations/00000000-0000-7000-8000-0000000000a3";
pub const COMPOUND: &str = "organizations/00000000-0000-7000-8000-0000000000a4";
pub const OWNERS: &str = "organizations/00000000-0000-7000-8000-0000000000a5";

pub const SECRETARY: &str = "users/00000000-0000-7000-8000-0000000000b1";
/// Manager of the station and clerk of the committee.
pub const MANAGER: &str = "users/00000000-0000-7000-8000-0000000000b2";
pub const CARETAKER: &str = "users/00000000-0000-7000-8000-0000000000b3";
/// Owner in the compound, director of its owners' committee from [`DIRECTOR_FROM`] to [`DIRECTOR_UNTIL`].
pub const OWNER: &str = "users/00000000-0000-7000-8000-0000000000b4";
pub const STRANGER: &str = "users/00000000-0000-7000-8000-0000000000b5";
pub const CLIENT: &str = "clients/00000000-0000-7000-8000-0000000000c1";

pub const DIRECTOR_FROM: i64 = 1_790_000_000;
pub const DIRECTOR_UNTIL: i64 = 1_790_086_400;

/// A caller in its capacity.
#[derive(Debug, Clone)]
pub struct Who {
    pub principal: Principal,
    pub capacity: Capacity,
}

/// Somebody acting for an organization, or for `self`.
pub fn who(principal: &str, capacity: &str) -> Who {
    Who {
        principal: principal.parse().unwrap(),
        capacity: capacity.parse().unwrap(),
    }
}

pub fn secretary() -> Who {
    who(SECRETARY, COMMITTEE)
}

pub fn caretaker() -> Who {
    who(CARETAKER, PROPERTY)
}

pub fn service(name: &str) -> Who {
    who(&format!("services/{name}"), "self")
}

pub fn holding(user: &str, organization: &str, kind: Kind, post: Post) -> Holding {
    Holding {
        user: user.to_owned(),
        organization: organization.to_owned(),
        kind: kind.into(),
        post: post.into(),
        start_time: None,
        end_time: None,
    }
}

fn instant(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

/// The community's authority at a sequence.
pub fn authority(sequence: u64) -> Authority {
    let director = Holding {
        start_time: instant(DIRECTOR_FROM),
        end_time: instant(DIRECTOR_UNTIL),
        ..holding(OWNER, OWNERS, Kind::OwnersCommittee, Post::Director)
    };
    Authority {
        community: COMMUNITY.to_owned(),
        sequence,
        // the recorded tree: by its digits the community would lie in 440309
        regions: ["regions/440309002021", "regions/440399", "regions/4403", "regions/44"]
            .map(str::to_owned)
            .to_vec(),
        holdings: vec![
            holding(SECRETARY, COMMITTEE, Kind::PartyCommittee, Post::Secretary),
            holding(MANAGER, STATION, Kind::ResidentUnit, Post::Manager),
            holding(MANAGER, COMMITTEE, Kind::PartyCommittee, Post::Clerk),
            holding(CARETAKER, PROPERTY, Kind::PropertyCompany, Post::Manager),
            holding(OWNER, COMPOUND, Kind::Compound, Post::Owner),
            director,
        ],
        clients: vec![ClientHolding {
            client: CLIENT.to_owned(),
            organization: PROPERTY.to_owned(),
            kind: Kind::PropertyCompany.into(),
        }],
        ..Authority::default()
    }
}

/// What the organizations are called.
pub fn standings() -> Vec<OrganizationStanding> {
    let names = [
        (COMMITTEE, Kind::PartyCommittee, "北站社区党委"),
        (STATION, Kind::ResidentUnit, "深圳北站"),
        (PROPERTY, Kind::PropertyCompany, "安居物业"),
        (OWNERS, Kind::OwnersCommittee, "汇隆湾业委会"),
    ];
    let standing = |(organization, kind, name): (&str, Kind, &str)| OrganizationStanding {
        organization: organization.to_owned(),
        kind: kind.into(),
        display_name: name.to_owned(),
        active: true,
        heads: Vec::new(),
    };
    names.map(standing).to_vec()
}
