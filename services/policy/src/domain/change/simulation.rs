use std::collections::{BTreeSet, HashMap};

use yihe_authz::{Catalogue, Decision, Filter, Grant, PermissionPattern, RoleName, Snapshot};
use yihe_kernel::Timestamp;

use super::apply::After;
use crate::domain::made::Item;

/// Instants at which the matrices are compared; a term that begins later is compared at the last of them.
const MOST_INSTANTS: usize = 20;

/// A cell that flips.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flip {
    pub role: RoleName,
    pub permission: &'static str,
    pub before: Decision,
    pub after: Decision,
    pub at: Timestamp,
}

/// The rules as they are and as they would be.
pub(crate) struct Comparison<'a> {
    pub before: &'a Snapshot,
    pub after: &'a Snapshot,
    pub change: &'a After,
}

/// Whether two decisions let the same objects through, by whichever grant.
pub(crate) fn same(one: &Decision, other: &Decision) -> bool {
    Filter::from(one) == Filter::from(other)
}

impl Comparison<'_> {
    /// The rules that begin or end.
    fn touched(&self) -> impl Iterator<Item = &Grant> {
        let begun = self.change.items_begun().map(|(_, item)| item);
        let ended = self.change.ended.iter().map(|(_, item)| item);
        begun.chain(ended).filter_map(|item| match item {
            Item::Grant(grant) => Some(grant),
            Item::Role(_) | Item::Assignment(_) | Item::Settings(_) => None,
        })
    }

    /// The permissions on which anything may flip.
    pub fn permissions(&self) -> Vec<&'static str> {
        let patterns: Vec<&PermissionPattern> = self.touched().map(|grant| &grant.permission).collect();
        let all = Catalogue::shipped().permissions().iter();
        all.map(|permission| permission.name.as_str())
            .filter(|permission| patterns.iter().any(|pattern| pattern.matches(permission)))
            .collect()
    }

    /// Now, and the later instants at which a term that is touched begins or ends.
    fn instants(&self, now: Timestamp) -> BTreeSet<Timestamp> {
        let bounds = self.touched().flat_map(|grant| [grant.term.start(), grant.term.end()]);
        let later: BTreeSet<_> = bounds.flatten().filter(|instant| *instant > now).collect();
        [now].into_iter().chain(later).take(MOST_INSTANTS).collect()
    }

    /// Every cell that flips, at the first instant that it does, and again where it flips otherwise later.
    pub fn flips(&self, roles: &[RoleName], now: Timestamp) -> Vec<Flip> {
        let permissions = self.permissions();
        let mut known: HashMap<(RoleName, &str), (Decision, Decision)> = HashMap::new();
        let mut flips = Vec::new();
        for at in self.instants(now) {
            for role in roles {
                for permission in &permissions {
                    let before = self.before.decide_role(*role, permission, at);
                    let after = self.after.decide_role(*role, permission, at);
                    let told = known.get(&(*role, *permission));
                    let is_told = told.is_some_and(|(was, will)| same(was, &before) && same(will, &after));
                    if same(&before, &after) || is_told {
                        continue;
                    }
                    known.insert((*role, permission), (before.clone(), after.clone()));
                    flips.push(Flip {
                        role: *role,
                        permission,
                        before,
                        after,
                        at,
                    });
                }
            }
        }
        flips
    }
}
