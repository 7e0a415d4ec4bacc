use tonic::Request;
use yihe_authz::{Admitted, Capacity, Catalogue, Condition, Decision, Effect, Grant, Principal, RoleName, Snapshot};
use yihe_kernel::{Error, MalformedName, OrganizationId, Result, Timestamp};
use yihe_proto::policy::v1::{ExplainRequest, ExplainResponse};

use crate::authority::organization_names;
use crate::domain::closest::unknown_permission;
use crate::domain::explanation::Case;
use crate::domain::matrix::{roles, widest};
use crate::service::Policy;

/// Explains a decision to the caller: its own, or somebody's for those who may have anybody's explained.
pub(crate) async fn explain(policy: &Policy, request: Request<ExplainRequest>) -> Result<ExplainResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let subject = Subject::read(&admitted, &request)?;
    let about_caller = subject.is_caller;
    let authorized = admitted.settle(&|condition| condition == Condition::Caller && about_caller)?;
    let community = authorized.community()?;
    let catalogue = Catalogue::shipped();
    if catalogue.permission_index(&request.permission).is_none() {
        return Err(unknown_permission(&request.permission, catalogue));
    }
    let snapshot = policy.snapshots.community(community, None).await?;
    let now = policy.clock.now();
    let finding = Finding::make(&snapshot, &subject, &request.permission, now);
    let organizations: Vec<_> = finding
        .may_for
        .iter()
        .copied()
        .chain(subject.capacity.organization())
        .collect();
    let names = organization_names(&policy.directory, community, &organizations).await;
    let name = |organization: &OrganizationId| names.get(organization).cloned().unwrap_or_default();
    let deciding = finding
        .grants
        .first()
        .filter(|grant| Some(&grant.id) == finding.decision.grant());
    let may_for: Vec<_> = finding.may_for.iter().map(name).collect();
    let rules = policy.composer.rules.load();
    let case = Case {
        permission: &request.permission,
        community,
        somebody: (!subject.is_caller).then(|| subject.principal.to_string()),
        acting_for: subject.capacity.organization().as_ref().map(name),
        roles: &finding.roles,
        decision: &finding.decision,
        deciding: deciding.map(|grant| (*grant, rules.group_of(&grant.id))),
        roles_that_may: &finding.roles_that_may,
        needs_a_person: needs_a_person(&subject.principal, &request.permission),
        may_for: &may_for,
        revision: snapshot.revision(),
    };
    let words = case.words();
    Ok(ExplainResponse {
        verdict: finding.decision.verdict().into(),
        roles: finding.roles.iter().map(ToString::to_string).collect(),
        grants: finding.grants.iter().map(|grant| grant.to_proto()).collect(),
        roles_that_may: finding
            .roles_that_may
            .iter()
            .map(|(role, _)| role.to_string())
            .collect(),
        roles_that_may_grant: case.roles_that_may_grant().iter().map(ToString::to_string).collect(),
        text_zh: words.zh,
        text_en: words.en,
        revision: policy.tokens.mint(community, snapshot.revision()),
    })
}

/// Whose decision is explained.
struct Subject {
    principal: Principal,
    capacity: Capacity,
    is_caller: bool,
}

impl Subject {
    fn read(admitted: &Admitted, request: &ExplainRequest) -> Result<Self> {
        let caller = admitted.caller();
        let principal = match request.principal.as_str() {
            "" => caller.principal.clone(),
            text => match text.parse() {
                Ok(principal @ (Principal::User(_) | Principal::Client(_))) => principal,
                _ => return Err(not_a_principal(text)),
            },
        };
        let is_caller = principal == caller.principal;
        let capacity = match request.acting_as.as_str() {
            "" if is_caller => caller.capacity,
            "" => Capacity::Own,
            text => text
                .parse()
                .map_err(|refusal| Error::malformed_name("acting_as", &refusal))?,
        };
        Ok(Self {
            principal,
            capacity,
            is_caller,
        })
    }
}

fn not_a_principal(text: &str) -> Error {
    let text = text.chars().take(200).collect();
    Error::malformed_name(
        "principal",
        &MalformedName {
            text,
            pattern: "users/{user} or clients/{client}",
        },
    )
}

/// The decision and what it came from.
struct Finding<'a> {
    decision: Decision,
    roles: Vec<RoleName>,
    /// Those that match, the deciding one first, then denials.
    grants: Vec<&'a Grant>,
    roles_that_may: Vec<(RoleName, Decision)>,
    may_for: Vec<OrganizationId>,
}

impl<'a> Finding<'a> {
    fn make(snapshot: &'a Snapshot, subject: &Subject, permission: &str, now: Timestamp) -> Self {
        let Subject {
            principal, capacity, ..
        } = subject;
        let decision = snapshot.decide(principal, capacity, permission, now);
        let held = snapshot.roles(principal, capacity, now);
        let roles: Vec<RoleName> = held.iter().filter_map(|role| role.parse().ok()).collect();
        let matching = snapshot
            .grants_for(permission)
            .filter(|grant| roles.contains(&grant.role) && grant.term.contains(now));
        let mut grants: Vec<_> = matching.collect();
        let denies = |grant: &Grant| grant.effect == Effect::Deny;
        grants.sort_by_key(|grant| (Some(&grant.id) != decision.grant(), !denies(grant)));
        let denied = matches!(decision, Decision::Deny { .. });
        let roles_that_may = if denied {
            roles_that_may(snapshot, permission, now)
        } else {
            Vec::new()
        };
        let may_for = if denied {
            may_for(snapshot, subject, permission, now)
        } else {
            Vec::new()
        };
        Self {
            decision,
            roles,
            grants,
            roles_that_may,
            may_for,
        }
    }
}

fn roles_that_may(snapshot: &Snapshot, permission: &str, now: Timestamp) -> Vec<(RoleName, Decision)> {
    let all = roles(snapshot.grants(), []).into_iter();
    let decided = all.map(|role| (role, snapshot.decide_role(role, permission, now)));
    let may: Vec<_> = decided
        .filter(|(_, decision)| !matches!(decision, Decision::Deny { .. }))
        .collect();
    widest(&may)
}

/// Whether an API client asks about a permission of which every RPC is for persons.
fn needs_a_person(principal: &Principal, permission: &str) -> bool {
    let catalogue = Catalogue::shipped();
    let info = catalogue
        .permission_index(permission)
        .and_then(|place| catalogue.permissions().get(place));
    let methods = info.map(|info| info.methods.as_slice()).unwrap_or_default();
    let personal = |path: &String| catalogue.method(path).is_some_and(|method| method.persons_only);
    matches!(principal, Principal::Client(_)) && methods.iter().all(personal)
}

/// Other organizations for which the same principal may.
fn may_for(snapshot: &Snapshot, subject: &Subject, permission: &str, now: Timestamp) -> Vec<OrganizationId> {
    let mut organizations = snapshot.capacities(&subject.principal, now);
    organizations.retain(|organization| {
        let capacity = Capacity::Organization(*organization);
        let decision = snapshot.decide(&subject.principal, &capacity, permission, now);
        capacity != subject.capacity && !matches!(decision, Decision::Deny { .. })
    });
    organizations
}
