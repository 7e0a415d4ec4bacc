use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use yihe_kernel::{
    CommunityId, CompoundId, MalformedName, OrganizationId, OrganizationName, OwnerId, OwnerName, UserId, UserName,
};

use crate::names::MemberId;

/// Who sits in a body, stands on a frozen roster and votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// An organization, which acts through its representative.
    Organization(OrganizationId),
    /// A person, with an account or known by name only.
    Person(UserId),
    /// An owner of a compound, as its register has it.
    Owner {
        /// The compound.
        compound: CompoundId,
        /// The owner.
        owner: OwnerId,
    },
}

const ORGANIZATION: &str = "ORGANIZATION";
const PERSON: &str = "PERSON";
const OWNER: &str = "OWNER";

impl Member {
    /// From its columns; `None` where they do not fit together.
    #[must_use]
    pub fn from_columns(kind: &str, id: uuid::Uuid, compound: Option<uuid::Uuid>) -> Option<Self> {
        match (kind, compound) {
            (ORGANIZATION, None) => Some(Self::Organization(id.into())),
            (PERSON, None) => Some(Self::Person(id.into())),
            (OWNER, Some(compound)) => Some(Self::Owner {
                compound: compound.into(),
                owner: id.into(),
            }),
            _ => None,
        }
    }

    /// What it is: `ORGANIZATION`, `PERSON` or `OWNER`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Organization(_) => ORGANIZATION,
            Self::Person(_) => PERSON,
            Self::Owner { .. } => OWNER,
        }
    }

    /// Its id, by which it is told from all others whatever their kind.
    #[must_use]
    pub const fn uuid(self) -> uuid::Uuid {
        match self {
            Self::Organization(organization) => organization.uuid(),
            Self::Person(person) => person.uuid(),
            Self::Owner { owner, .. } => owner.uuid(),
        }
    }

    /// The compound of an owner.
    #[must_use]
    pub const fn compound(self) -> Option<CompoundId> {
        match self {
            Self::Owner { compound, .. } => Some(compound),
            Self::Organization(_) | Self::Person(_) => None,
        }
    }

    /// The organization, where it is one.
    #[must_use]
    pub const fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Organization(organization) => Some(organization),
            Self::Person(_) | Self::Owner { .. } => None,
        }
    }

    /// The person, where it is one.
    #[must_use]
    pub const fn person(self) -> Option<UserId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Organization(_) | Self::Owner { .. } => None,
        }
    }

    /// Its resource name in a community.
    #[must_use]
    pub fn name(self, community: &CommunityId) -> String {
        match self {
            Self::Organization(organization) => OrganizationName { organization }.to_string(),
            Self::Person(user) => UserName { user }.to_string(),
            Self::Owner { compound, owner } => OwnerName {
                community: community.clone(),
                compound,
                owner,
            }
            .to_string(),
        }
    }
}

impl From<Member> for MemberId {
    fn from(member: Member) -> Self {
        member.uuid().into()
    }
}

/// Reads a resource name. The community of an owner is not looked at: all names of a request are of one, which is checked
/// before.
impl FromStr for Member {
    type Err = MalformedName;

    fn from_str(text: &str) -> Result<Self, MalformedName> {
        if let Ok(name) = text.parse::<OrganizationName>() {
            return Ok(Self::Organization(name.organization));
        }
        if let Ok(name) = text.parse::<UserName>() {
            return Ok(Self::Person(name.user));
        }
        match text.parse::<OwnerName>() {
            Ok(OwnerName { compound, owner, .. }) => Ok(Self::Owner { compound, owner }),
            Err(refusal) => Err(MalformedName {
                pattern: "organizations/{organization} | users/{user} | communities/{community}/compounds/{compound}/owners/{owner}",
                ..refusal
            }),
        }
    }
}

/// In stored JSON: `ORGANIZATION/{id}`, `PERSON/{id}` or `OWNER/{id}/{compound}`; a bare id is an organization's, as written
/// when bodies had no other members.
impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, id) = (self.kind(), self.uuid());
        match self.compound() {
            Some(compound) => serializer.collect_str(&format_args!("{kind}/{id}/{compound}")),
            None => serializer.collect_str(&format_args!("{kind}/{id}")),
        }
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        stored(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no member")))
    }
}

fn stored(text: &str) -> Option<Member> {
    let mut parts = text.split('/');
    let first = parts.next()?;
    let Some(id) = parts.next() else {
        return Some(Member::Organization(first.parse().ok()?));
    };
    let compound = match parts.next() {
        Some(compound) => Some(compound.parse().ok()?),
        None => None,
    };
    if parts.next().is_some() {
        return None;
    }
    Member::from_columns(first, id.parse().ok()?, compound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T: From<uuid::Uuid>>(number: u128) -> T {
        uuid::Uuid::from_u128(number).into()
    }

    fn all() -> [Member; 3] {
        [
            Member::Organization(id(1)),
            Member::Person(id(2)),
            Member::Owner {
                compound: id(3),
                owner: id(4),
            },
        ]
    }

    #[test]
    fn a_member_is_read_back_from_its_name_its_columns_and_its_json() {
        let community = "440309002021".parse().unwrap();
        for member in all() {
            assert_eq!(member.name(&community).parse(), Ok(member));
            assert_eq!(
                Member::from_columns(member.kind(), member.uuid(), member.compound().map(CompoundId::uuid)),
                Some(member)
            );
            let json = serde_json::to_string(&member).unwrap();
            assert_eq!(serde_json::from_str::<Member>(&json).unwrap(), member);
        }
        let before = format!("\"{}\"", id::<OrganizationId>(1));
        assert_eq!(serde_json::from_str::<Member>(&before).unwrap(), all()[0]);
    }

    #[test]
    fn other_texts_are_no_members() {
        for text in ["", "users/1", "clients/00000000-0000-0000-0000-000000000001"] {
            assert!(text.parse::<Member>().is_err(), "{text}");
        }
        for text in [
            "OWNER/00000000-0000-0000-0000-000000000001",
            "PERSON/00000000-0000-0000-0000-000000000001/00000000-0000-0000-0000-000000000002",
            "x",
        ] {
            assert!(
                serde_json::from_str::<Member>(&format!("\"{text}\"")).is_err(),
                "{text}"
            );
        }
        assert_eq!(Member::from_columns("OWNER", uuid::Uuid::nil(), None), None);
    }
}
