use super::Layering;
use crate::{RoleName, RoleNumber};

/// The roles that count for one decision.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Roles<'a> {
    /// One role with those it brings along, as nearly everybody has.
    One([RoleNumber; 3]),
    /// Others.
    Set(&'a RoleSet),
}

impl Roles<'_> {
    /// Those of one shipped role.
    pub const fn one(role: RoleNumber) -> Self {
        Self::One(role.with_implied())
    }

    /// Whether the role of a rule is among them; a role that was made has its number in the rule's layer.
    pub fn hold(self, layer: usize, role: RoleNumber) -> bool {
        match self {
            Self::One(roles) => roles.contains(&role),
            Self::Set(set) => set.holds(layer, role),
        }
    }
}

const WORDS: usize = (RoleNumber::SHIPPED as usize).div_ceil(64);

/// Any roles: shipped ones as bits, those that were made by their numbers in each layer.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct RoleSet {
    shipped: [u64; WORDS],
    /// Of each layer, in order; empty where no role was made.
    made: Box<[Box<[u16]>]>,
}

impl RoleSet {
    pub fn of(roles: &[RoleName], layers: &Layering) -> Self {
        let mut set = Self::default();
        for number in roles.iter().filter_map(|role| RoleNumber::of(*role)) {
            let (word, bit) = place(number.get());
            set.shipped[word] |= bit;
        }
        if roles.iter().any(|role| matches!(role, RoleName::Made(_))) {
            let numbers = |layer: &crate::Layer| {
                let numbers = roles.iter().filter_map(|role| layer.number(*role));
                let mut made: Vec<_> = numbers.filter_map(RoleNumber::made).collect();
                made.sort_unstable();
                made.into()
            };
            set.made = layers.iter().map(|placed| numbers(&placed.layer)).collect();
        }
        set
    }

    fn holds(&self, layer: usize, role: RoleNumber) -> bool {
        let Some(number) = role.made() else {
            let (word, bit) = place(role.get());
            return self.shipped.get(word).is_some_and(|word| word & bit != 0);
        };
        let made = self.made.get(mutate!(layer, NumberOfAnotherLayer => 0));
        let made = made.map_or(&[][..], |made| made);
        made.binary_search(&number).is_ok()
    }

    /// How many bytes it takes beside itself.
    pub fn weight(&self) -> usize {
        self.made
            .iter()
            .map(|made| size_of::<Box<[u16]>>() + 2 * made.len())
            .sum()
    }
}

const fn place(number: u16) -> (usize, u64) {
    (number as usize / 64, 1 << (number % 64))
}
