//! What may be asked; nothing here changes anything.

mod changes;
mod check;
mod explain;
mod export_matrix;
mod export_policies;
mod grants;
mod matrix;
mod permissions;
mod policy_revisions;
mod policy_tests;
mod revisions;
mod simulate;
mod snapshot;
mod subject;
mod what_can;
mod who_can;

pub(crate) use changes::{get_change, get_settings, list_changes};
pub(crate) use check::check;
pub(crate) use explain::explain;
pub(crate) use export_matrix::export_matrix;
pub(crate) use export_policies::{Pieces, export_policies};
pub(crate) use grants::list_grants;
pub(crate) use matrix::get_matrix;
pub(crate) use permissions::list_permissions;
pub(crate) use policy_revisions::{diff_revisions, get_revision, list_revisions, list_roles};
pub(crate) use policy_tests::{run_policy_tests, test_template};
pub(crate) use revisions::watch_revisions;
pub(crate) use simulate::simulate_change;
pub(crate) use snapshot::get_snapshot;
pub(crate) use what_can::what_can;
pub(crate) use who_can::who_can;

use yihe_authz::{Condition, ConditionSet, Decision, Scope, Snapshot};
use yihe_kernel::Result;

use crate::convert::change as convert;
use crate::domain::made_roles::MadeRoles;
use crate::service::Policy;

/// Where a look-up looks: a community, or a region that is administered under this name.
fn scope(parent: &str) -> Result<Scope> {
    Ok(convert::place("parent", parent)?.scope())
}

/// The roles that were made where a snapshot decides, and above it.
fn made_roles(policy: &Policy, scope: &Scope, snapshot: &Snapshot) -> MadeRoles {
    policy.composer.rules.load().made_roles(scope, snapshot.regions())
}

/// The wire form of a set of conditions.
fn conditions(set: ConditionSet) -> Vec<i32> {
    set.iter().map(Condition::to_proto).map(i32::from).collect()
}

/// Verdict and open conditions of a decision.
struct Verdict {
    verdict: i32,
    allow_if: Vec<i32>,
    deny_if: Vec<i32>,
}

impl From<&Decision> for Verdict {
    fn from(decision: &Decision) -> Self {
        let (allow_if, deny_if) = match decision {
            Decision::Residual(residual) => (conditions(residual.allow_if), conditions(residual.deny_if)),
            Decision::Allow { .. } | Decision::Deny { .. } => (Vec::new(), Vec::new()),
        };
        Self {
            verdict: decision.verdict().into(),
            allow_if,
            deny_if,
        }
    }
}

/// One page of items that are in the order of their keys, and the next page's token.
fn page_of<T>(
    page: &yihe_store::Page,
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> &str,
) -> (Vec<T>, String) {
    let after = page.after.as_deref();
    let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX).saturating_add(1);
    let rest = items
        .into_iter()
        .skip_while(|item| after.is_some_and(|after| key(item) <= after));
    page.next(rest.take(wanted).collect(), |item| key(item).to_owned())
}
