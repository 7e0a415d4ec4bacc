use std::collections::BTreeSet;

use yihe_authz::{Capacity, Principal};
use yihe_proto::policy::v1 as pb;

/// Everybody who may act here, each in every capacity: those of the appointments, `self`, and the operator, in the order of
/// their keys.
pub(crate) fn capacities(roles: &[pb::RoleTerm]) -> Vec<Candidate> {
    let mut all: BTreeSet<(String, String)> = roles
        .iter()
        .flat_map(|held| {
            let own = Capacity::Own.to_string();
            let in_own = held.principal.starts_with("users/").then_some(own);
            [Some(held.capacity.clone()), in_own]
                .into_iter()
                .flatten()
                .map(|capacity| (held.principal.clone(), capacity))
        })
        .collect();
    all.insert((Principal::Operator.to_string(), Capacity::Own.to_string()));
    let candidates = all.into_iter().filter_map(|(principal, capacity)| {
        Some(Candidate {
            key: format!("{principal} {capacity}"),
            principal: principal.parse().ok()?,
            capacity: capacity.parse().ok()?,
        })
    });
    let mut candidates: Vec<_> = candidates.collect();
    candidates.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    candidates
}

/// A principal in one capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Names both; by it pages are turned.
    pub key: String,
    pub principal: Principal,
    pub capacity: Capacity,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_comes_once_in_every_capacity() {
        let user = "users/00000000-0000-7000-8000-000000000001";
        let client = "clients/00000000-0000-7000-8000-000000000002";
        let organization = "organizations/00000000-0000-7000-8000-000000000003";
        let row = |principal: &str, capacity: &str| pb::RoleTerm {
            principal: principal.to_owned(),
            capacity: capacity.to_owned(),
            ..pb::RoleTerm::default()
        };
        let rows = [
            row(user, organization),
            row(user, organization),
            row(user, "self"),
            row(client, organization),
        ];
        let keys: Vec<_> = capacities(&rows).into_iter().map(|candidate| candidate.key).collect();
        assert_eq!(
            keys,
            [
                format!("{client} {organization}"),
                "operators/local self".to_owned(),
                format!("{user} {organization}"),
                format!("{user} self"),
            ]
        );
    }
}
