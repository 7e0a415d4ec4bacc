mod shared;
#[cfg(test)]
mod tests;
mod together;

use std::collections::{BTreeSet, HashMap};
use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;

use yihe_kernel::{Error, Result, Timestamp};

pub use self::shared::Layers;
pub(crate) use self::shared::is_wide;
pub(crate) use self::together::Together;
use crate::{Catalogue, Domain, Effect, Grant, PermissionPattern, RoleName, RoleNumber, Term};

/// The rules of one domain, indexed by permission. Immutable, built once, and shared by all snapshots that it covers: a city's
/// rules lie in memory once, whatever the number of its communities.
#[derive(Debug)]
pub struct Layer {
    /// `None` where rows of several domains came together, for one community alone.
    domain: Option<Domain>,
    digest: Box<[u8]>,
    grants: Box<[Grant]>,
    index: Index,
    /// Terms of rules; the first is always.
    terms: Box<[Term]>,
    /// The roles it names that were made, in order. Their places are their numbers.
    made: Box<[RoleName]>,
    /// The instants at which a rule's term begins or ends, in order.
    changes: Box<[Timestamp]>,
    weight: usize,
}

/// What every decision looks at. Snapshots hold it beside the layer, so that there is one step less on the way to a rule.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    /// Where the rules of each permission begin; one more than there are permissions.
    offsets: Arc<[u32]>,
    rules: Arc<[Rule]>,
}

/// What deciding needs of a grant, small enough for five to be read at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// Place of the grant among those of the layer.
    grant: u32,
    /// Place of its term among those of the layer.
    term: u32,
    pub role: RoleNumber,
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
        let made: BTreeSet<_> = grants.iter().map(|grant| grant.role).filter(is_made).collect();
        let made: Box<[_]> = made.into_iter().collect();
        let built = build(&grants, &made, catalogue)?;
        let changes: BTreeSet<_> = grants.iter().flat_map(|grant| grant.term.changes()).collect();
        let mut layer = Self {
            domain,
            digest: digest.into(),
            grants: grants.into(),
            index: built.index,
            terms: built.terms,
            made,
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

    pub(crate) fn index(&self) -> Index {
        self.index.clone()
    }

    /// The number that a role has here; `None` where it was made and no rule names it.
    pub(crate) fn number(&self, role: RoleName) -> Option<RoleNumber> {
        RoleNumber::of(role).or_else(|| RoleNumber::of_made(self.made.binary_search(&role).ok()?))
    }

    /// Whether a rule's own term is on.
    pub(crate) fn in_force(&self, rule: &Rule, now: Timestamp) -> bool {
        rule.term == 0 || {
            let term = usize::try_from(rule.term).ok().and_then(|place| self.terms.get(place));
            term.is_some_and(|term| term.contains(now))
        }
    }

    /// The grant of a rule.
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
                Domain::Everywhere | Domain::Regions => 0,
                Domain::Code(code) => code.as_str().len() + PIECE,
            };
            // the two counts of an `Arc` lie beside its text
            grant.id.len() + 2 * size_of::<usize>() + grant.source.len() + 2 * PIECE + permission + domain
        };
        let texts: usize = self.grants.iter().map(text).sum();
        size_of::<Self>()
            + 8 * PIECE
            + self.digest.len()
            + size_of_val::<[Grant]>(&self.grants)
            + size_of_val::<[RoleName]>(&self.made)
            + size_of_val::<[u32]>(&self.index.offsets)
            + size_of_val::<[Rule]>(&self.index.rules)
            + size_of_val::<[Term]>(&self.terms)
            + size_of_val::<[Timestamp]>(&self.changes)
            + texts
    }
}

impl Index {
    /// The rules about the permission at this place of the catalogue.
    pub fn rules_of(&self, permission: usize) -> &[Rule] {
        let (start, end) = self.bounds(permission);
        let rules = self.rules.get(start..end).unwrap_or(&[]);
        let count = mutate!(rules.len(), LastRowLost => rules.len().saturating_sub(1));
        rules.get(..count).unwrap_or(&[])
    }

    /// Has what [`Index::rules_of`] reads first on its way.
    pub fn ask_for(&self, permission: usize) {
        black_box(self.bounds(permission));
    }

    fn bounds(&self, permission: usize) -> (usize, usize) {
        let bound = |place: usize| self.offsets.get(place).and_then(|offset| usize::try_from(*offset).ok());
        bound(permission).zip(bound(permission + 1)).unwrap_or_default()
    }
}

const fn is_made(role: &RoleName) -> bool {
    matches!(role, RoleName::Made(_))
}

struct Built {
    index: Index,
    terms: Box<[Term]>,
}

fn build(grants: &[Grant], made: &[RoleName], catalogue: &Catalogue) -> Result<Built> {
    let mut terms = vec![Term::ALWAYS];
    let mut known = HashMap::from([(Term::ALWAYS, 0)]);
    let mut by_permission: Vec<Vec<Rule>> = vec![Vec::new(); catalogue.permissions().len()];
    for (place, grant) in grants.iter().enumerate() {
        let number = RoleNumber::of(grant.role).or_else(|| RoleNumber::of_made(made.binary_search(&grant.role).ok()?));
        let term = match known.get(&grant.term) {
            Some(term) => *term,
            None => {
                let term = u32::try_from(terms.len()).map_err(Error::internal)?;
                terms.push(grant.term);
                known.insert(grant.term, term);
                term
            }
        };
        let rule = Rule {
            grant: u32::try_from(place).map_err(Error::internal)?,
            term,
            role: number.ok_or_else(|| Error::internal("a role without a number"))?,
            effect: grant.effect,
            condition: grant.condition,
        };
        for place in places(&grant.permission, catalogue) {
            by_permission[place].push(rule);
        }
    }
    let mut offsets = Vec::with_capacity(by_permission.len() + 1);
    let count = by_permission.iter().map(Vec::len).sum();
    let mut rules = Vec::with_capacity(count);
    for of_permission in by_permission {
        offsets.push(u32::try_from(rules.len()).map_err(Error::internal)?);
        rules.extend(of_permission);
    }
    offsets.push(u32::try_from(rules.len()).map_err(Error::internal)?);
    Ok(Built {
        index: Index {
            offsets: offsets.into(),
            rules: rules.into(),
        },
        terms: terms.into(),
    })
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
