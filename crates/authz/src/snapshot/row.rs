use yihe_kernel::OrganizationId;

use super::marks::{Asked, Marked};
use crate::{Capacity, Principal, RoleNumber};

/// The roles of one holder in one capacity, while so many of the instants have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub holder: Holder,
    /// `None` is `self`.
    pub organization: Option<OrganizationId>,
    /// As long as the row is in force, its holder is also an appointed person for itself and nothing more: so it is with nearly
    /// everybody, and needs no row of its own.
    pub also_own: bool,
    /// In force from so many passed instants on.
    pub from: u32,
    /// And before so many.
    pub until: u32,
    pub roles: Held,
}

/// A principal that can hold roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Holder {
    id: u128,
    is_client: bool,
}

/// Which roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// A shipped one with those it brings along.
    One(RoleNumber),
    /// The set at this place.
    Set(u32),
}

impl Holder {
    pub fn of(principal: &Principal) -> Option<Self> {
        let (id, is_client) = match principal {
            Principal::User(user) => (user.uuid().as_u128(), false),
            Principal::Client(client) => (client.uuid().as_u128(), true),
            Principal::Anonymous | Principal::Service(_) | Principal::Operator => return None,
        };
        Some(Self { id, is_client })
    }

    pub fn asks(self, capacity: Capacity) -> Asked {
        let own = capacity == Capacity::Own;
        Asked::of(self.id, own, !own)
    }
}

impl Row {
    /// Whether it is in force when so many instants have passed.
    pub fn is_on(&self, passed: usize) -> bool {
        let place = |passed: u32| usize::try_from(passed).unwrap_or(usize::MAX);
        holds(place(self.from), place(self.until), passed)
    }

    pub fn is_of(&self, holder: Holder, capacity: Capacity) -> bool {
        mutate!(self.holder == holder, MarkIsHolder => true)
            && match (self.organization, capacity) {
                (None, capacity) => capacity == Capacity::Own,
                (Some(_), Capacity::Own) => self.also_own,
                (Some(one), Capacity::Organization(other)) => mutate!(one == other, AnyOrganization => true),
            }
    }

    /// Those that count in a capacity it is for.
    pub fn held(&self, capacity: Capacity) -> Held {
        match (self.organization, capacity) {
            (Some(_), Capacity::Own) => Held::One(RoleNumber::APPOINTED),
            _ => self.roles,
        }
    }

    pub fn marked(&self) -> Marked {
        let for_organization = self.organization.is_some();
        Marked {
            asked: Asked::of(self.holder.id, self.also_own || !for_organization, for_organization),
            from: self.from,
            until: self.until,
            one: match self.roles {
                Held::One(role) => Some(role),
                Held::Set(_) => None,
            },
        }
    }
}

/// Whether a stretch of time is on when so many instants have passed.
pub(super) fn holds(from: usize, until: usize, passed: usize) -> bool {
    mutate!(
        from <= passed && passed < until,
        IntervalBefore => from <= passed + 1 && passed + 1 < until,
    )
}
