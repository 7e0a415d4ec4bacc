mod decide;
mod instants;
mod marks;
mod narrow;
mod roles;
mod row;
mod standing;
mod subject;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;
use yihe_kernel::{CommunityId, OrganizationId, RegionCode, Timestamp};

pub(crate) use self::narrow::Narrow;
use self::roles::{RoleSet, Roles};
pub(crate) use self::standing::Standings;
pub(crate) use self::subject::Subject;
use crate::layer::{Index, Layer, Together, is_wide};
use crate::{Capacity, Catalogue, Decision, Grant, Principal, Revision, RoleName, RoleNumber, Scope, Term};

/// Everything needed to decide in one community, in one region, or in the root layer. Immutable; made whole by [`Snapshot::compose`].
/// One page of memory: what most decisions read of a community lies in it, at places that nothing has to be read for.
#[derive(Debug)]
#[repr(align(4096))]
pub struct Snapshot {
    pub(crate) community: Option<CommunityId>,
    pub(crate) region: Option<RegionCode>,
    pub(crate) revision: Revision,
    pub(crate) regions: Vec<RegionCode>,
    /// The widest first.
    pub(crate) layers: Layering,
    /// Of the first layers, which many communities share.
    pub(crate) wide: Arc<Together>,
    pub(crate) narrow: Narrow,
    pub(crate) standings: Standings,
    pub(crate) subjects: HashMap<Principal, Subject>,
}

const _: () = assert!(
    size_of::<Snapshot>() <= 4096,
    "the snapshot itself is more than one page"
);

/// The layers of a snapshot, the widest first. Few enough to lie in the snapshot itself.
pub(crate) type Layering = SmallVec<[Placed; 5]>;

/// A layer of a snapshot.
#[derive(Debug)]
pub(crate) struct Placed {
    pub index: Index,
    pub layer: Arc<Layer>,
}

impl From<Arc<Layer>> for Placed {
    fn from(layer: Arc<Layer>) -> Self {
        Self {
            index: layer.index(),
            layer,
        }
    }
}

impl Snapshot {
    /// The community; `None` for a region and for the root layer.
    #[must_use]
    pub fn community(&self) -> Option<&CommunityId> {
        self.community.as_ref()
    }

    /// The community or region; `None` for the root layer.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        let community = self.community.clone().map(Scope::Community);
        community.or_else(|| self.region.clone().map(Scope::Region))
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
        let place = Catalogue::shipped().permission_index(permission);
        let decided = place.and_then(|place| self.decide_at(principal, *capacity, place, now));
        decided.unwrap_or(Decision::Deny { grant: None })
    }

    /// Decides for whoever holds just this role, and those it brings along; a cell of the matrix.
    #[must_use]
    pub fn decide_role(&self, role: RoleName, permission: &str, now: Timestamp) -> Decision {
        match RoleNumber::of(role) {
            Some(number) => self.decide_about(Roles::one(number), permission, now),
            None => self.decide_roles(&[role], permission, now),
        }
    }

    /// Decides for whoever holds all of these roles and no others; those that they bring along are not added.
    #[must_use]
    pub fn decide_roles(&self, roles: &[RoleName], permission: &str, now: Timestamp) -> Decision {
        self.decide_about(Roles::Set(&RoleSet::of(roles, &self.layers)), permission, now)
    }

    /// The grants about a permission that cover this place, whatever their role and term, in the order of the snapshot.
    pub fn grants_for<'a>(&'a self, permission: &str) -> impl Iterator<Item = &'a Grant> + use<'a> {
        let place = Catalogue::shipped().permission_index(permission);
        self.layers.iter().flat_map(move |Placed { index, layer }| {
            let rules = place.into_iter().flat_map(|place| index.rules_of(place));
            rules.filter_map(|rule| layer.grant(rule))
        })
    }

    /// All grants that cover this place, those of the widest domain first.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.layers().flat_map(|layer| layer.grants())
    }

    /// The layers, the widest first.
    pub fn layers(&self) -> impl Iterator<Item = &Arc<Layer>> {
        self.layers.iter().map(|placed| &placed.layer)
    }

    /// The organizations that a principal may act for now, in order. A role that was made lets nobody act for one.
    #[must_use]
    pub fn capacities(&self, principal: &Principal, now: Timestamp) -> Vec<OrganizationId> {
        let in_force = self
            .subject(principal)
            .into_iter()
            .flat_map(|subject| &subject.holdings)
            .filter(|holding| holding.term.contains(now) && !matches!(holding.role, RoleName::Made(_)));
        let mut organizations: Vec<_> = in_force.filter_map(|holding| holding.capacity.organization()).collect();
        organizations.sort_unstable();
        organizations.dedup();
        organizations
    }

    /// The roles a principal holds in a capacity now, those brought along included, in order.
    #[must_use]
    pub fn roles(&self, principal: &Principal, capacity: &Capacity, now: Timestamp) -> Vec<String> {
        let roles = match self.subject(principal) {
            _ if *principal == Principal::Operator && *capacity == Capacity::Own => vec![RoleName::Operator],
            Some(subject) => subject.roles(*capacity, now),
            None => Vec::new(),
        };
        roles.into_iter().map(|role| role.to_string()).collect()
    }

    /// Access tokens of the principal issued before this instant are refused.
    #[must_use]
    pub fn cutoff(&self, principal: &Principal) -> Option<Timestamp> {
        self.subject(principal)?.cutoff
    }

    /// Whether an access token of the principal issued then was revoked.
    #[must_use]
    pub fn has_revoked(&self, principal: &Principal, issued_at: Timestamp) -> bool {
        self.cutoff(principal).is_some_and(|cutoff| issued_at < cutoff)
    }

    /// The first instant after `after` at which a decision for the principal may change though nobody acts.
    #[must_use]
    pub fn next_change(&self, principal: &Principal, capacity: &Capacity, after: Timestamp) -> Option<Timestamp> {
        let rules = self.layers().filter_map(|layer| layer.next_change(after));
        rules
            .chain(self.standings.next_change(principal, *capacity, after))
            .min()
    }

    /// How many bytes of memory it takes, without the layers it shares with other communities.
    #[must_use]
    pub fn weight(&self) -> usize {
        let subjects: usize = self.subjects.values().map(Subject::weight).sum();
        // a table has room for a seventh more than it holds, and rounds up to a power of two
        let table = self.subjects.capacity() * 8 / 7 * (size_of::<(Principal, Subject)>() + 1);
        let layers = self
            .layers()
            .filter(|layer| !is_wide(layer))
            .map(|layer| layer.weight());
        // in an `Arc` the counts before it take a page too
        2 * size_of::<Self>()
            + if self.layers.spilled() {
                size_of_val::<[Placed]>(&self.layers)
            } else {
                0
            }
            + self.regions.len() * (size_of::<RegionCode>() + 32)
            + self.standings.weight()
            + table
            + subjects
            + layers.sum::<usize>()
    }

    fn subject(&self, principal: &Principal) -> Option<&Subject> {
        self.subjects.get(principal)
    }
}

/// One role in one capacity for a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holding {
    pub capacity: Capacity,
    pub role: RoleName,
    pub term: Term,
}
