use std::collections::HashMap;

use tonic::Request;
use yihe_authz::{Catalogue, Condition, Decision, Principal, RoleName, Scope, Snapshot};
use yihe_kernel::{OrganizationId, Result, Timestamp};
use yihe_proto::policy::v1 as pb;

use super::{Verdict, made_roles, page_of, scope};
use crate::authority::organization_names;
use crate::domain::closest::unknown_permission;
use crate::domain::facts::Facts;
use crate::domain::holders::{Candidate, capacities};
use crate::domain::made_roles::MadeRoles;
use crate::domain::matrix::roles_that_may;
use crate::domain::permission::is_for_persons;
use crate::domain::vocabulary::Words;
use crate::service::Policy;

/// Tells the roles that may do something, and the holders that the caller may see: all of them, or itself.
pub(crate) async fn who_can(policy: &Policy, request: Request<pb::WhoCanRequest>) -> Result<pb::WhoCanResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let visible = admitted.filter();
    let authorized = admitted.authorized_list();
    let scope = scope(&request.parent)?;
    let catalogue = Catalogue::shipped();
    let permission = request.permission.as_str();
    if catalogue.permission_index(permission).is_none() {
        return Err(unknown_permission(permission, catalogue));
    }
    let facts = Facts::read(request.facts.as_ref())?;
    let query = format!("who can {permission} in {scope} with {facts:?}");
    let page = policy.store.page(&query, request.page_size, &request.page_token)?;
    let composed = policy.composer.of(&scope).await?;
    let mut candidates = capacities(&composed.roles);
    let own = &authorized.caller().principal;
    candidates
        .retain(|candidate| visible.lets_through(&|fact| fact == Condition::Caller && candidate.principal == *own));
    let snapshot = Snapshot::compose(composed, catalogue)?;
    let asked = Asked {
        roles: made_roles(policy, &scope, &snapshot),
        snapshot,
        permission,
        facts,
        for_persons: is_for_persons(permission),
        now: policy.clock.now(),
    };
    let candidates = candidates.into_iter().filter_map(|candidate| {
        let decision = asked.decide(&candidate)?;
        Some((candidate, decision))
    });
    let (holders, next_page_token) = page_of(&page, candidates, |(candidate, _)| candidate.key.as_str());
    let names = asked.names(policy, &scope, &holders).await;
    Ok(pb::WhoCanResponse {
        roles: asked.roles(),
        holders: holders
            .iter()
            .map(|(candidate, decision)| asked.holder(candidate, decision, &names))
            .collect(),
        next_page_token,
        revision: policy.tokens.mint_at(&scope, asked.snapshot.revision()),
    })
}

/// What is asked after, and what answers.
struct Asked<'a> {
    snapshot: Snapshot,
    roles: MadeRoles,
    permission: &'a str,
    facts: Option<Facts>,
    for_persons: bool,
    now: Timestamp,
}

impl Asked<'_> {
    /// The decision for a candidate, unless it may not.
    fn decide(&self, candidate: &Candidate) -> Option<Decision> {
        let Candidate {
            principal, capacity, ..
        } = candidate;
        if self.for_persons && matches!(principal, Principal::Client(_)) {
            return None;
        }
        self.allowed(self.snapshot.decide(principal, capacity, self.permission, self.now))
    }

    fn allowed(&self, decision: Decision) -> Option<Decision> {
        let decision = match self.facts {
            Some(facts) => facts.settle(decision),
            None => decision,
        };
        (!matches!(decision, Decision::Deny { .. })).then_some(decision)
    }

    async fn names(
        &self,
        policy: &Policy,
        scope: &Scope,
        holders: &[(Candidate, Decision)],
    ) -> HashMap<OrganizationId, String> {
        let mut organizations: Vec<_> = holders
            .iter()
            .filter_map(|(candidate, _)| candidate.capacity.organization())
            .collect();
        organizations.sort_unstable();
        organizations.dedup();
        organization_names(policy, scope, &organizations).await
    }

    fn roles(&self) -> Vec<pb::RoleVerdict> {
        let may = roles_that_may(&self.snapshot, self.permission, self.now);
        may.into_iter()
            .filter(|(role, _)| !(self.for_persons && matches!(role, RoleName::Client(_))))
            .filter_map(|(role, decision)| Some((role, self.allowed(decision)?)))
            .map(|(role, decision)| role_verdict(role, self.roles.words(role), &decision))
            .collect()
    }

    fn holder(
        &self,
        candidate: &Candidate,
        decision: &Decision,
        names: &HashMap<OrganizationId, String>,
    ) -> pb::Holder {
        let Candidate {
            principal, capacity, ..
        } = candidate;
        let Verdict {
            verdict,
            allow_if,
            deny_if,
        } = Verdict::from(decision);
        let organization = capacity.organization();
        let change = self.snapshot.next_change(principal, capacity, self.now);
        pb::Holder {
            principal: principal.to_string(),
            acting_as: capacity.to_string(),
            organization_display_name: organization
                .and_then(|organization| names.get(&organization).cloned())
                .unwrap_or_default(),
            roles: self.snapshot.roles(principal, capacity, self.now),
            verdict,
            allow_if,
            deny_if,
            change_time: change.map(Timestamp::to_proto),
        }
    }
}

fn role_verdict(role: RoleName, words: Words, decision: &Decision) -> pb::RoleVerdict {
    let Verdict {
        verdict,
        allow_if,
        deny_if,
    } = Verdict::from(decision);
    pb::RoleVerdict {
        role: role.to_string(),
        display_name_zh: words.zh,
        display_name_en: words.en,
        verdict,
        allow_if,
        deny_if,
    }
}
