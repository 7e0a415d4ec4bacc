use std::collections::BTreeMap;

use prost::Message;
use yihe_authz::{Catalogue, Domain, Grant, MadeRole, RoleName};
use yihe_kernel::{Error, Result};
use yihe_proto::policy::v1 as pb;

use super::rules::RuleLayer;
use crate::reasons;

/// One thing that a domain made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    Grant(Grant),
    Role(pb::MadeRole),
    Assignment(pb::RoleAssignment),
    Settings(pb::PolicySettings),
}

/// The kinds of items, by their numbers in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Grant = 1,
    Role = 2,
    Assignment = 3,
    Settings = 4,
}

impl Item {
    pub fn kind(&self) -> ItemKind {
        match self {
            Self::Grant(_) => ItemKind::Grant,
            Self::Role(_) => ItemKind::Role,
            Self::Assignment(_) => ItemKind::Assignment,
            Self::Settings(_) => ItemKind::Settings,
        }
    }

    /// The number of its kind and what it says, as they are stored.
    pub fn stored(&self) -> (i32, Vec<u8>) {
        let said = match self {
            Self::Grant(grant) => grant.to_proto().encode_to_vec(),
            Self::Role(role) => role.encode_to_vec(),
            Self::Assignment(assignment) => assignment.encode_to_vec(),
            Self::Settings(settings) => settings.encode_to_vec(),
        };
        (self.kind() as i32, said)
    }

    /// What was stored, if every field of it is valid; what is wrong in words otherwise.
    pub fn read(kind: i32, said: &[u8]) -> Result<Self, String> {
        let garbled = |error: prost::DecodeError| error.to_string();
        Ok(match kind {
            1 => {
                let wire = pb::Grant::decode(said).map_err(garbled)?;
                if let Ok(role @ RoleName::Made(_)) = wire.role.parse() {
                    in_full(&role.to_string())?;
                }
                Self::Grant(Grant::parse(&wire, Catalogue::shipped()).map_err(|error| error.to_string())?)
            }
            2 => {
                let role = pb::MadeRole::decode(said).map_err(garbled)?;
                in_full(&role.role)?;
                Self::Role(role)
            }
            3 => {
                let assignment = pb::RoleAssignment::decode(said).map_err(garbled)?;
                in_full(&assignment.role)?;
                Self::Assignment(assignment)
            }
            4 => Self::Settings(pb::PolicySettings::decode(said).map_err(garbled)?),
            other => return Err(format!("items of kind {other} are not known")),
        })
    }

    /// The same item under its own id, brought by a change.
    #[must_use]
    pub fn named(self, id: &str, source: &str) -> Self {
        match self {
            Self::Grant(grant) => Self::Grant(Grant {
                id: id.into(),
                source: source.into(),
                ..grant
            }),
            Self::Assignment(assignment) => Self::Assignment(pb::RoleAssignment {
                id: id.to_owned(),
                ..assignment
            }),
            other => other,
        }
    }

    /// What it says, whatever its id and wherever it comes from.
    pub fn content(&self) -> (i32, Vec<u8>) {
        let bare = match self {
            Self::Grant(grant) => {
                let wire = pb::Grant {
                    id: String::new(),
                    source: String::new(),
                    ..grant.to_proto()
                };
                return (self.kind() as i32, wire.encode_to_vec());
            }
            other => other.clone().named("", ""),
        };
        bare.stored()
    }
}

/// The role that a text `ROLE/slug` names.
pub(crate) fn made_role(text: &str) -> Result<MadeRole, String> {
    match text.parse() {
        Ok(RoleName::Made(role)) => Ok(role),
        _ => Err(format!("`{text}` is not a made role: ROLE/slug")),
    }
}

/// What is stored names the domain that made a role: a slug alone could be anybody's.
fn in_full(text: &str) -> Result<(), String> {
    match made_role(text)?.maker() {
        Some(_) => Ok(()),
        None => Err(format!("`{text}` does not say which domain made the role")),
    }
}

/// What a domain has made and is in force in one revision, by id.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Made {
    pub domain: Domain,
    /// Number of the revision; 0 before the first.
    pub sequence: u64,
    pub items: BTreeMap<String, Item>,
}

impl Made {
    /// Reads what is stored. One row that cannot be understood refuses the whole: a rule left out in silence could be a denial.
    pub fn read(domain: Domain, sequence: u64, rows: impl IntoIterator<Item = (String, i32, Vec<u8>)>) -> Result<Self> {
        let mut items = BTreeMap::new();
        for (id, kind, said) in rows {
            let item = Item::read(kind, &said).map_err(|detail| {
                Error::new(&reasons::STORED_RULE_BROKEN)
                    .with("rule", &id)
                    .with("domain", &domain)
                    .with("detail", detail)
            })?;
            items.insert(id, item);
        }
        Ok(Self {
            domain,
            sequence,
            items,
        })
    }

    /// The layer of it that goes into snapshots.
    pub fn layer(&self) -> RuleLayer {
        RuleLayer {
            domain: self.domain.clone(),
            sequence: self.sequence,
            grants: self.grants().cloned().collect(),
            roles: self.roles().map(|(_, role)| role.clone()).collect(),
            assignments: self.assignments().map(term_of).collect(),
        }
    }

    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.items.values().filter_map(|item| match item {
            Item::Grant(grant) => Some(grant),
            _ => None,
        })
    }

    pub fn assignments(&self) -> impl Iterator<Item = &pb::RoleAssignment> {
        self.items.values().filter_map(|item| match item {
            Item::Assignment(assignment) => Some(assignment),
            _ => None,
        })
    }

    pub fn roles(&self) -> impl Iterator<Item = (&String, &pb::MadeRole)> {
        self.items.iter().filter_map(|(id, item)| match item {
            Item::Role(role) => Some((id, role)),
            _ => None,
        })
    }

    /// The settings made, with their id.
    pub fn settings_made(&self) -> Option<(&String, &pb::PolicySettings)> {
        self.items.iter().find_map(|(id, item)| match item {
            Item::Settings(settings) => Some((id, settings)),
            _ => None,
        })
    }

    /// The settings in force: one approval each, unless others were made.
    pub fn settings(&self) -> pb::PolicySettings {
        let made = self.settings_made().map(|(_, settings)| *settings).unwrap_or_default();
        pb::PolicySettings {
            ordinary_approvals: made.ordinary_approvals.max(1),
            sensitive_approvals: made.sensitive_approvals.max(1),
        }
    }
}

fn term_of(assignment: &pb::RoleAssignment) -> pb::RoleTerm {
    pb::RoleTerm {
        principal: assignment.principal.clone(),
        capacity: assignment.capacity.clone(),
        role: assignment.role.clone(),
        start_time: assignment.start_time,
        end_time: assignment.end_time,
    }
}
