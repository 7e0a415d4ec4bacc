use yihe_proto::directory::v1::{OrganizationKind, Post};

use super::RoleName;

/// A role of the shipped vocabulary as a number, so that a set of roles can be asked without reading texts. A role that was made
/// has a number only among those of one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RoleNumber(u16);

const OPERATOR: u16 = 0;
const APPOINTED: u16 = 1;
const FIRST_KIND: u16 = 2;
/// `KIND/*`, `KIND/CLIENT`, and a number for each post.
const OF_A_KIND: u16 = 2 + POSTS;
const POSTS: u16 = 15;
const KINDS: u16 = 14;
const CLIENT: u16 = 1;
const FIRST_POST: u16 = 2;
/// From here on are numbers of roles that were made, in the order of their layer.
const MADE: u16 = 1 << 15;

impl RoleNumber {
    /// How many roles are shipped.
    pub const SHIPPED: u16 = FIRST_KIND + KINDS * OF_A_KIND;

    /// That of any appointed person.
    pub const APPOINTED: Self = Self(APPOINTED);

    /// The number; `None` for a role that was made, and for one outside the vocabulary.
    pub fn of(role: RoleName) -> Option<Self> {
        let in_kind = |kind: OrganizationKind, place: u16| {
            let kind = u16::try_from(kind as i32).ok()?.checked_sub(1)?;
            (kind < KINDS).then_some(Self(FIRST_KIND + kind * OF_A_KIND + place))
        };
        match role {
            RoleName::Operator => Some(Self(OPERATOR)),
            RoleName::Appointed => Some(Self(APPOINTED)),
            RoleName::Kind(kind) => in_kind(kind, 0),
            RoleName::Client(kind) => in_kind(kind, CLIENT),
            RoleName::Post(kind, post) => in_kind(kind, FIRST_POST + place_of(post)?),
            RoleName::Made(_) => None,
        }
    }

    /// The number of a role that was made at a place among those of a layer.
    pub fn of_made(place: usize) -> Option<Self> {
        let place = u16::try_from(place).ok().filter(|place| *place < MADE)?;
        Some(Self(MADE | place))
    }

    /// Its place among the roles of a layer that were made; `None` for a shipped one.
    pub const fn made(self) -> Option<u16> {
        if self.0 & MADE == 0 { None } else { Some(self.0 & !MADE) }
    }

    pub const fn get(self) -> u16 {
        self.0
    }

    /// A shipped role by its number.
    pub const fn shipped(number: u16) -> Self {
        Self(number & !MADE)
    }

    /// The role with the wider ones that holding it brings along, as [`RoleName::with_implied`] says; some may come twice.
    pub const fn with_implied(self) -> [Self; 3] {
        let Some(place) = self.0.checked_sub(FIRST_KIND) else {
            return [self; 3];
        };
        match place % OF_A_KIND {
            0 => [self, Self(APPOINTED), Self(APPOINTED)],
            CLIENT => [self; 3],
            post => [self, Self(self.0 - post), Self(APPOINTED)],
        }
    }
}

fn place_of(post: Post) -> Option<u16> {
    let place = u16::try_from(post as i32).ok()?.checked_sub(1)?;
    (place < POSTS).then_some(place)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::vocabulary;
    use super::*;

    #[test]
    fn every_shipped_role_has_a_number_of_its_own() {
        let roles = vocabulary();
        let numbers: BTreeSet<_> = roles
            .iter()
            .map(|role| RoleNumber::of(*role).unwrap_or_else(|| panic!("{role} has no number")))
            .collect();
        assert_eq!(numbers.len(), roles.len());
        assert!(
            numbers
                .iter()
                .all(|number| number.get() < RoleNumber::SHIPPED && number.made().is_none())
        );
        let made = "ROLE/hall-keeper".parse().unwrap();
        assert_eq!(RoleNumber::of(made), None);
        assert_eq!(RoleNumber::of_made(3).and_then(RoleNumber::made), Some(3));
        assert_eq!(RoleNumber::of_made(1 << 15), None);
    }

    #[test]
    fn numbers_bring_along_what_their_roles_do() {
        for role in vocabulary() {
            let named: BTreeSet<_> = role.with_implied().filter_map(RoleNumber::of).collect();
            let numbered: BTreeSet<_> = RoleNumber::of(role).unwrap().with_implied().into();
            assert_eq!(numbered, named, "{role}");
        }
    }
}
