#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use yihe_kernel::{CommunityId, OrganizationId, RegionCode, Timestamp};

use crate::{Capacity, ConditionSet, Decision, Effect, Grant, Principal, Residual, Revision, RoleName, RoleSet, Term};

/// Everything needed to decide in one community, or in the root layer. Immutable; made whole by [`Snapshot::compose`].
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) community: Option<CommunityId>,
    pub(crate) revision: Revision,
    pub(crate) regions: Vec<RegionCode>,
    pub(crate) permissions: Arc<HashMap<Box<str>, usize>>,
    pub(crate) grants: Vec<Grant>,
    /// Places in `grants`, by permission.
    pub(crate) rules: Vec<Vec<u32>>,
    /// The instants at which a grant's term begins or ends, in order.
    pub(crate) grant_changes: Vec<Timestamp>,
    pub(crate) subjects: HashMap<Principal, Subject>,
}

/// What is known of one principal.
#[derive(Debug, Default)]
pub(crate) struct Subject {
    pub holdings: Vec<Holding>,
    pub cutoff: Option<Timestamp>,
}

/// One role in one capacity for a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holding {
    pub capacity: Capacity,
    pub role: RoleName,
    pub term: Term,
}

impl Snapshot {
    /// The community; `None` for the root layer.
    #[must_use]
    pub fn community(&self) -> Option<&CommunityId> {
        self.community.as_ref()
    }

    /// How new it is.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The community's own division first, then the recorded ancestors.
    #[must_use]
    pub fn regions(&self) -> &[RegionCode] {
        &self.regions
    }

    /// Decides for a principal in its capacity at an instant. A service, and whoever holds no role in that capacity, is denied.
    #[must_use]
    pub fn decide(&self, principal: &Principal, capacity: &Capacity, permission: &str, now: Timestamp) -> Decision {
        self.decide_for(&self.role_set(principal, *capacity, now), permission, now)
    }

    /// Decides for whoever holds just this role, and those it brings along; a cell of the matrix.
    #[must_use]
    pub fn decide_role(&self, role: RoleName, permission: &str, now: Timestamp) -> Decision {
        self.decide_for(&role.with_implied(), permission, now)
    }

    /// The grants about a permission that cover this place, whatever their role and term, in the order of the snapshot.
    pub fn grants_for<'a>(&'a self, permission: &str) -> impl Iterator<Item = &'a Grant> + use<'a> {
        self.rules_of(permission)
            .iter()
            .filter_map(|place| self.grant_at(*place))
    }

    /// All grants that cover this place.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// The organizations that a principal may act for now, in order. A role that was made lets nobody act for one.
    #[must_use]
    pub fn capacities(&self, principal: &Principal, now: Timestamp) -> Vec<OrganizationId> {
        let in_force = self
            .holdings(principal)
            .iter()
            .filter(|holding| holding.term.contains(now) && !matches!(holding.role, RoleName::Made(_)));
        let mut organizations: Vec<_> = in_force.filter_map(|holding| holding.capacity.organization()).collect();
        organizations.sort_unstable();
        organizations.dedup();
        organizations
    }

    /// The roles a principal holds in a capacity now, those brought along included, in order.
    #[must_use]
    pub fn roles(&self, principal: &Principal, capacity: &Capacity, now: Timestamp) -> Vec<String> {
        let set = self.role_set(principal, *capacity, now);
        let held = self.holdings(principal).iter().flat_map(|holding| {
            let kind = holding.role.kind().map(RoleName::Kind);
            [Some(holding.role), kind, Some(RoleName::Appointed)]
                .into_iter()
                .flatten()
        });
        let mut roles: Vec<_> = held
            .chain([RoleName::Operator])
            .filter(|role| set.contains(*role))
            .collect();
        roles.sort_unstable();
        roles.dedup();
        roles.into_iter().map(|role| role.to_string()).collect()
    }

    /// Access tokens of the principal issued before this instant are refused.
    #[must_use]
    pub fn cutoff(&self, principal: &Principal) -> Option<Timestamp> {
        self.subjects.get(principal)?.cutoff
    }

    /// The first instant after `after` at which a decision for the principal may change though nobody acts.
    #[must_use]
    pub fn next_change(&self, principal: &Principal, _capacity: &Capacity, after: Timestamp) -> Option<Timestamp> {
        // terms of other capacities count too: `*/*` goes with the last appointment, whichever it is
        let roles = self
            .holdings(principal)
            .iter()
            .flat_map(|holding| holding.term.changes());
        let place = self.grant_changes.partition_point(|instant| *instant <= after);
        roles
            .filter(|instant| *instant > after)
            .chain(self.grant_changes.get(place).copied())
            .min()
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let rules: usize = self.rules.iter().map(|rules| rules.len() * size_of::<u32>()).sum();
        let text = 80; // id, permission and source of a grant, about
        let holdings: usize = self
            .subjects
            .values()
            .map(|subject| subject.holdings.len() * size_of::<Holding>())
            .sum();
        let subjects = self.subjects.len() * (size_of::<Principal>() + size_of::<Subject>() + 16);
        size_of::<Self>() + self.grants.len() * (size_of::<Grant>() + text) + rules + holdings + subjects
    }

    fn decide_for(&self, roles: &RoleSet, permission: &str, now: Timestamp) -> Decision {
        if roles.is_empty() {
            return Decision::Deny { grant: None };
        }
        let mut allow: Option<&Grant> = None;
        let mut maybe: Option<&Grant> = None;
        let (mut allow_if, mut deny_if) = (ConditionSet::EMPTY, ConditionSet::EMPTY);
        let mut denying: Option<&Grant> = None;
        let rules = self.rules_of(permission);
        for place in mutate!(rules, LastRowLost => &rules[..rules.len().saturating_sub(1)]) {
            let Some(grant) = self.grant_at(*place) else { continue };
            if !roles.contains(grant.role) || !mutate!(grant.term.contains(now), GrantTermIgnored => true) {
                continue;
            }
            match (grant.effect, grant.condition) {
                (Effect::Deny, None) => {
                    seed!(DenyIgnored => continue, EarlierAllowStands => if allow.is_some() { continue });
                    return Decision::Deny {
                        grant: Some(Arc::clone(&grant.id)),
                    };
                }
                (Effect::Deny, Some(condition)) => {
                    seed!(ConditionalDenyIgnored => continue, ConditionalDenyAlways => return Decision::Deny { grant: None });
                    deny_if.insert(condition);
                    denying = denying.or(Some(grant));
                }
                (Effect::Allow, None) => allow = allow.or(Some(grant)),
                (Effect::Allow, Some(condition)) => {
                    seed!(ConditionalAllowIgnored => continue, ConditionalAllowAlways => allow = Some(grant));
                    allow_if.insert(condition);
                    maybe = maybe.or(Some(grant));
                }
            }
        }
        let open = allow_if.without(deny_if);
        match (allow, maybe) {
            (Some(grant), _) if mutate!(deny_if.is_empty(), AllowHidesConditionalDeny => true) => Decision::Allow {
                grant: Arc::clone(&grant.id),
            },
            (Some(grant), _) => Decision::Residual(Residual {
                allow_always: true,
                allow_if: ConditionSet::EMPTY,
                deny_if,
                grant: Arc::clone(&grant.id),
            }),
            (None, Some(grant)) if !open.is_empty() => Decision::Residual(Residual {
                allow_always: false,
                allow_if: open,
                deny_if,
                grant: Arc::clone(&grant.id),
            }),
            // whatever would allow is what denies
            (None, Some(_)) => Decision::Deny {
                grant: denying.map(|grant| Arc::clone(&grant.id)),
            },
            (None, None) => Decision::Deny { grant: None },
        }
    }

    fn role_set(&self, principal: &Principal, capacity: Capacity, now: Timestamp) -> RoleSet {
        let mut set = RoleSet::EMPTY;
        // an operator is nobody's organization's
        if *principal == Principal::Operator && mutate!(capacity == Capacity::Own, OperatorForAnybody => true) {
            set.insert(RoleName::Operator);
            seed!(OperatorIsAppointed => set.insert(RoleName::Appointed));
        }
        let (mut appointed, mut acts) = (false, capacity == Capacity::Own);
        let mut made = Vec::new();
        for holding in self.holdings(principal) {
            if matches!(holding.role, RoleName::Made(_)) {
                if holding.term.contains(now) && mutate!(holding.capacity == capacity, MadeInAnyCapacity => true) {
                    made.push(holding.role);
                    seed!(MadeIsAppointed => appointed = true);
                }
                continue;
            }
            let person = !matches!(holding.role, RoleName::Client(_));
            seed!(LapsedIsAppointed => appointed |= person);
            if !mutate!(holding.term.contains(now), RoleTermIgnored => true) {
                continue;
            }
            appointed |= mutate!(person, ClientIsAppointed => true);
            if mutate!(holding.capacity != capacity, CapacityIgnored => false) {
                continue;
            }
            acts = true;
            set.insert(holding.role);
            if let (true, Some(kind)) = (
                mutate!(person, ClientHoldsKind => true, KindNotImplied => false),
                holding.role.kind(),
            ) {
                set.insert(RoleName::Kind(kind));
            }
        }
        // nobody comes by a role of anybody's by naming an organization it has no post in
        if appointed && mutate!(acts, ActsForAnybody => true, AppointedActsAlone => acts && capacity != Capacity::Own) {
            set.insert(RoleName::Appointed);
        }
        // what was assigned for an organization ends with the last post in it
        if mutate!(acts, MadeOutlivesPost => true) {
            made.into_iter().for_each(|role| set.insert(role));
        }
        set
    }

    fn holdings(&self, principal: &Principal) -> &[Holding] {
        self.subjects.get(principal).map_or(&[], |subject| &subject.holdings)
    }

    fn rules_of(&self, permission: &str) -> &[u32] {
        let place = self.permissions.get(permission).copied();
        place.and_then(|place| self.rules.get(place)).map_or(&[], Vec::as_slice)
    }

    fn grant_at(&self, place: u32) -> Option<&Grant> {
        self.grants.get(usize::try_from(place).ok()?)
    }
}
