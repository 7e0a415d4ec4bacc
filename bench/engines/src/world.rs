use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use yihe_authz::{Capacity, Catalogue, Condition, KINDS, Principal, posts_of};
use yihe_kernel::{CommunityId, Timestamp};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::policy::v1 as pb;

/// Rules that a community has of its own.
pub const RULES: usize = 200;
/// Appointments in a community.
pub const APPOINTMENTS: usize = 100;
const ORGANIZATIONS: usize = 25;
const TEMPLATE: usize = 60;
const CITY: usize = 20;

/// Communities of one city with their rules and appointments, made one at a time from a seed: a million rules need not lie in
/// memory in their wire form.
#[derive(Debug, Clone, Copy)]
pub struct World {
    /// How many communities.
    pub communities: usize,
}

/// What is asked, ready to be asked.
#[derive(Debug, Clone)]
pub struct Question {
    pub community: CommunityId,
    /// Its place among the communities.
    pub place: usize,
    pub principal: Principal,
    pub capacity: Capacity,
    pub permission: &'static str,
}

impl World {
    /// A world with so many rules in its communities, beside those of the template and the city.
    #[must_use]
    pub fn of_rules(rules: usize) -> Self {
        Self {
            communities: rules / RULES,
        }
    }

    /// How many rules its communities have.
    #[must_use]
    pub fn rules(self) -> usize {
        self.communities * RULES
    }

    /// The instant at which everything is asked.
    #[must_use]
    pub fn now() -> Timestamp {
        Timestamp::from_seconds(1_775_000_000)
    }

    /// The code of a community.
    #[must_use]
    pub fn code(place: usize) -> String {
        format!("4403{:05}{:03}", place / 10, place % 10 + 1)
    }

    /// A community's snapshot.
    #[must_use]
    pub fn snapshot(self, place: usize) -> pb::Snapshot {
        let code = Self::code(place);
        let mut own = Maker::new(place as u64 + 1_000);
        let layers = vec![
            Maker::new(1).layer("*", TEMPLATE, 1),
            Maker::new(2).layer("4403", CITY, 2),
            own.layer(&code, RULES, place as u64 + 1_000),
        ];
        pb::Snapshot {
            community: format!("communities/{code}"),
            revision: Some(pb::Revision {
                directory_sequence: 1,
                policy_sequence: 1,
            }),
            regions: [&*code, &code[..9], "440309", "4403", "44"]
                .map(|code| format!("regions/{code}"))
                .to_vec(),
            roles: own.roles(place),
            layers,
            ..pb::Snapshot::default()
        }
    }

    /// Questions of all communities alike, in no order.
    #[must_use]
    pub fn questions(self, count: usize) -> Vec<Question> {
        let mut random = StdRng::seed_from_u64(7);
        let permissions = Catalogue::shipped().permissions();
        let about = |_| {
            let place = random.random_range(0..self.communities);
            self.question(
                place,
                random.random_range(0..APPOINTMENTS),
                permissions.choose(&mut random)?.name.as_str(),
            )
        };
        (0..count).filter_map(about).collect()
    }

    fn question(self, place: usize, appointment: usize, permission: &'static str) -> Option<Question> {
        Some(Question {
            community: Self::code(place).parse().ok()?,
            place,
            principal: format!("users/{}", person(place, appointment)).parse().ok()?,
            capacity: format!("organizations/{}", organization(place, appointment % ORGANIZATIONS))
                .parse()
                .ok()?,
            permission,
        })
    }
}

impl Question {
    /// In words, for an object of which nothing holds.
    pub fn request(&self) -> yihe_oracle::Request {
        yihe_oracle::Request {
            principal: self.principal.to_string(),
            capacity: self.capacity.to_string(),
            permission: self.permission.to_owned(),
            now: World::now(),
            facts: Vec::new(),
        }
    }
}

/// The facts of the objects asked about.
pub fn nothing_holds(_: Condition) -> bool {
    false
}

fn person(place: usize, appointment: usize) -> String {
    format!(
        "019d0000-{:04x}-7{:03x}-8000-{appointment:012x}",
        place >> 12,
        place & 0xfff
    )
}

fn organization(place: usize, number: usize) -> String {
    format!("019d0001-{:04x}-7{:03x}-8000-{number:012x}", place >> 12, place & 0xfff)
}

fn kind_of(organization: usize) -> OrganizationKind {
    // every kind but the compound's register, which is held for oneself
    KINDS[organization % (KINDS.len() - 1)]
}

fn kind_text(kind: OrganizationKind) -> &'static str {
    kind.as_str_name().trim_start_matches("ORGANIZATION_KIND_")
}

struct Maker {
    random: StdRng,
}

impl Maker {
    fn new(seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
        }
    }

    fn layer(&mut self, domain: &str, count: usize, digest: u64) -> pb::Layer {
        pb::Layer {
            domain: domain.to_owned(),
            digest: digest.to_be_bytes().to_vec(),
            grants: (0..count).map(|number| self.grant(domain, number)).collect(),
        }
    }

    fn grant(&mut self, domain: &str, number: usize) -> pb::Grant {
        let kind = kind_of(self.random.random_range(0..KINDS.len()));
        let post = match self.random.random_range(0..4) {
            0 => None,
            _ => posts_of(kind).choose(&mut self.random),
        };
        let post = post.map_or("*", |post| post.as_str_name().trim_start_matches("POST_"));
        let permissions = Catalogue::shipped().permissions();
        let permission = permissions.choose(&mut self.random).map_or("*", |info| &info.name);
        let denies = self.random.random_ratio(1, 20);
        let condition = if self.random.random_ratio(1, 5) {
            self.random.random_range(1..=6)
        } else {
            0
        };
        let lapses = self.random.random_ratio(1, 10);
        pb::Grant {
            id: format!("{domain}/{number}"),
            role: format!("{}/{post}", kind_text(kind)),
            domain: domain.to_owned(),
            permission: permission.to_owned(),
            effect: if denies { pb::Effect::Deny } else { pb::Effect::Allow }.into(),
            condition,
            start_time: None,
            end_time: lapses.then(|| self.end()),
            source: "made".to_owned(),
        }
    }

    fn roles(&mut self, place: usize) -> Vec<pb::RoleTerm> {
        let role = |appointment: usize| {
            let number = appointment % ORGANIZATIONS;
            let kind = kind_of(number);
            let post = posts_of(kind).choose(&mut self.random);
            let post = post.map_or("MEMBER", |post| post.as_str_name().trim_start_matches("POST_"));
            pb::RoleTerm {
                principal: format!("users/{}", person(place, appointment)),
                capacity: format!("organizations/{}", organization(place, number)),
                role: format!("{}/{post}", kind_text(kind)),
                start_time: Some(Timestamp::from_seconds(1_700_000_000).to_proto()),
                end_time: Some(self.end()),
            }
        };
        (0..APPOINTMENTS).map(role).collect()
    }

    /// Terms end on a few days of a year, for they begin with elections; one of eight has ended.
    fn end(&mut self) -> prost_types::Timestamp {
        Timestamp::from_seconds(1_773_000_000 + 2_500_000 * self.random.random_range(0..8)).to_proto()
    }
}
