use uuid::Uuid;
use yihe_kernel::{OrganizationId, UserId};

use super::{Organization, OrganizationKind};

/// Who books: an organization, or a person for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booker {
    /// Its id.
    pub id: BookerId,
    /// Kind of an organization; unspecified where only the name was kept, and for persons.
    pub kind: OrganizationKind,
    /// What an organization was called when it booked; empty for persons, whose names are not known here.
    pub display_name: String,
}

/// The id of who books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookerId {
    /// An organization.
    Organization(OrganizationId),
    /// A person.
    Person(UserId),
}

impl Booker {
    /// A person for itself.
    #[must_use]
    pub const fn person(user: UserId) -> Self {
        Self {
            id: BookerId::Person(user),
            kind: OrganizationKind::Unspecified,
            display_name: String::new(),
        }
    }
}

impl From<Organization> for Booker {
    fn from(organization: Organization) -> Self {
        Self {
            id: BookerId::Organization(organization.id),
            kind: organization.kind,
            display_name: organization.display_name,
        }
    }
}

impl BookerId {
    /// Whether a person booked.
    #[must_use]
    pub const fn is_person(self) -> bool {
        matches!(self, Self::Person(_))
    }

    /// The id alone; those of organizations and persons are never the same.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Organization(organization) => organization.uuid(),
            Self::Person(user) => user.uuid(),
        }
    }
}
