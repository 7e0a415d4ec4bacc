mod shared;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Range;

use yihe_kernel::{Error, Result, Timestamp};

pub use self::shared::Layers;
pub(crate) use self::shared::is_wide;
use crate::{Catalogue, Domain, Effect, Grant, PermissionPattern, RoleName, Term};

/// The rules of one domain, indexed by permission. Immutable, built once, and shared by all snapshots that it covers: a city's
/// rules lie in memory once, whatever the number of its communities.
#[derive(Debug)]
pub struct Layer {
    /// `None` where rows of several domains came together, for one community alone.
    domain: Option<Domain>,
    digest: Box<[u8]>,
    grants: Box<[Grant]>,
    /// The roles that its rules name, in order. A role's place is its bit.
    roles: Box<[RoleName]>,
    /// Where the rules of each permission begin; one more than there are permissions.
    offsets: Box<[u32]>,
    rules: Box<[Rule]>,
    /// The instants at which a rule's term begins or ends, in order.
    changes: Box<[Timestamp]>,
    weight: usize,
}

/// What deciding needs of a grant, in the order of the grants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub term: Term,
    /// Place of the grant in the layer.
    pub grant: u32,
    /// Bit of the role in the layer.
    pub role: u16,
    pub effect: Effect,
    pub condition: Option<crate::Condition>,
}

/// What the allocator adds to a piece of memory, about.
const PIECE: usize = 16;

impl Layer {
    /// Indexes the rules of a domain. The digest tells them from others of the same domain; empty where nobody shares them.
    ///
    /// # Errors
    /// `INTERNAL` for more rules than the index has places for.
    pub(crate) fn build(
        domain: Option<Domain>,
        digest: &[u8],
        grants: Vec<Grant>,
        catalogue: &Catalogue,
    ) -> Result<Self> {
        let roles: BTreeSet<_> = grants.iter().map(|grant| grant.role).collect();
        let roles: Box<[_]> = roles.into_iter().collect();
        let (offsets, rules) = index(&grants, &roles, catalogue)?;
        let changes: BTreeSet<_> = grants.iter().flat_map(|grant| grant.term.changes()).collect();
        let mut layer = Self {
            domain,
            digest: digest.into(),
            grants: grants.into(),
            roles,
            offsets,
            rules,
            changes: changes.into_iter().collect(),
            weight: 0,
        };
        layer.weight = layer.weigh();
        Ok(layer)
    }

    /// The domain whose rules these are.
    pub(crate) fn domain(&self) -> Option<&Domain> {
        self.domain.as_ref()
    }

    /// By which the policy service knows the layer; empty where it is not shared.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// Its rows, in order.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// How many bytes of memory it takes.
    #[must_use]
    pub const fn weight(&self) -> usize {
        self.weight
    }

    /// Words of 64 bits that a set of its roles takes.
    pub(crate) fn words(&self) -> usize {
        self.roles.len().div_ceil(64)
    }

    /// The bit of a role; `None` where no rule names it.
    pub(crate) fn bit(&self, role: RoleName) -> Option<usize> {
        self.roles.binary_search(&role).ok()
    }

    /// The rules about the permission at this place of the catalogue.
    pub(crate) fn rules_of(&self, permission: usize) -> &[Rule] {
        let bound = |place: usize| self.offsets.get(place).and_then(|offset| usize::try_from(*offset).ok());
        let range = bound(permission).zip(bound(permission + 1));
        let rules = range.and_then(|(start, end)| self.rules.get(start..end));
        let rules = rules.unwrap_or(&[]);
        mutate!(rules, LastRowLost => &rules[..rules.len().saturating_sub(1)])
    }

    pub(crate) fn grant(&self, rule: &Rule) -> Option<&Grant> {
        self.grants.get(usize::try_from(rule.grant).ok()?)
    }

    /// The first instant after `after` at which one of its rules begins or ends.
    pub(crate) fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        let place = self.changes.partition_point(|instant| *instant <= after);
        self.changes.get(place).copied()
    }

    fn weigh(&self) -> usize {
        let text = |grant: &Grant| {
            let permission = match &grant.permission {
                PermissionPattern::All => 0,
                PermissionPattern::Resource(text) | PermissionPattern::One(text) => text.len() + PIECE,
            };
            let domain = match &grant.domain {
                Domain::Everywhere => 0,
                Domain::Code(code) => code.as_str().len() + PIECE,
            };
            // the two counts of an `Arc` lie beside its text
            grant.id.len() + 2 * size_of::<usize>() + grant.source.len() + 2 * PIECE + permission + domain
        };
        let texts: usize = self.grants.iter().map(text).sum();
        size_of::<Self>()
            + 6 * PIECE
            + self.digest.len()
            + size_of_val::<[Grant]>(&self.grants)
            + size_of_val::<[RoleName]>(&self.roles)
            + size_of_val::<[u32]>(&self.offsets)
            + size_of_val::<[Rule]>(&self.rules)
            + size_of_val::<[Timestamp]>(&self.changes)
            + texts
    }
}

type Index = (Box<[u32]>, Box<[Rule]>);

fn index(grants: &[Grant], roles: &[RoleName], catalogue: &Catalogue) -> Result<Index> {
    let mut by_permission: Vec<Vec<Rule>> = vec![Vec::new(); catalogue.permissions().len()];
    for (place, grant) in grants.iter().enumerate() {
        let role = roles
            .binary_search(&grant.role)
            .map_err(|_| Error::internal("a role without a bit"))?;
        let rule = Rule {
            term: grant.term,
            grant: u32::try_from(place).map_err(Error::internal)?,
            role: u16::try_from(role).map_err(Error::internal)?,
            effect: grant.effect,
            condition: grant.condition,
        };
        for place in places(&grant.permission, catalogue) {
            by_permission[place].push(rule);
        }
    }
    let mut offsets = Vec::with_capacity(by_permission.len() + 1);
    let mut rules = Vec::with_capacity(by_permission.iter().map(Vec::len).sum());
    for of_permission in by_permission {
        offsets.push(u32::try_from(rules.len()).map_err(Error::internal)?);
        rules.extend(of_permission);
    }
    offsets.push(u32::try_from(rules.len()).map_err(Error::internal)?);
    Ok((offsets.into(), rules.into()))
}

/// Places in the catalogue of the permissions that a pattern is about.
fn places(pattern: &PermissionPattern, catalogue: &Catalogue) -> Vec<usize> {
    if let PermissionPattern::One(one) = pattern {
        return catalogue.permission_index(one).into_iter().collect();
    }
    let all: Range<usize> = 0..catalogue.permissions().len();
    all.filter(|place| pattern.matches(&catalogue.permissions()[*place].name))
        .collect()
}
