use tonic::Request;
use yihe_authz::{Caller, Capacity, Catalogue, Condition, Decision, Domain, Effect, Grant, RoleName, Scope, Snapshot};
use yihe_kernel::{OrganizationId, Result, Timestamp};
use yihe_proto::directory::v1::{OrganizationKind, Post};
use yihe_proto::policy::v1::{ExplainRequest, ExplainResponse, OpenCondition, RoleTerm};

use super::made_roles;
use super::subject::Subject;
use crate::authority::{organization_names, region_name};
use crate::convert::change as convert;
use crate::domain::change::guards::CORE;
use crate::domain::closest::unknown_permission;
use crate::domain::explanation::Case;
use crate::domain::made_roles::MadeRoles;
use crate::domain::matrix::roles_that_may;
use crate::domain::open_condition::Open;
use crate::domain::origin::Origin;
use crate::domain::place::{ChangeName, Place};
use crate::domain::rules::Rules;
use crate::domain::terms::out_of_term;
use crate::service::Policy;
use crate::store::change;

/// Explains a decision to the caller: its own, or somebody's for those who may have anybody's explained.
pub(crate) async fn explain(policy: &Policy, request: Request<ExplainRequest>) -> Result<ExplainResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let subject = Subject::read(&admitted, &request.principal, &request.acting_as)?;
    let about_caller = subject.is_caller;
    let authorized = admitted.settle(&|condition| condition == Condition::Caller && about_caller)?;
    let place = convert::place("parent", &request.parent)?;
    let scope = place.scope();
    let catalogue = Catalogue::shipped();
    if catalogue.permission_index(&request.permission).is_none() {
        return Err(unknown_permission(&request.permission, catalogue));
    }
    let snapshot = policy.snapshots.of(&scope, None).await?;
    let now = policy.clock.now();
    let finding = Finding::make(&snapshot, &subject, &request.permission, now);
    let organizations: Vec<_> = finding
        .may_for
        .iter()
        .copied()
        .chain(subject.capacity.organization())
        .collect();
    let names = organization_names(policy, &scope, &organizations).await;
    let name = |organization: &OrganizationId| names.get(organization).cloned().unwrap_or_default();
    let deciding = finding
        .grants
        .first()
        .filter(|grant| Some(&grant.id) == finding.decision.grant());
    let may_for: Vec<_> = finding.may_for.iter().map(name).collect();
    let rules = policy.composer.rules.load_full();
    let deciding = match deciding {
        Some(grant) => Some((
            *grant,
            origin(policy, &rules, &snapshot, authorized.caller(), grant).await?,
        )),
        None => None,
    };
    let roles_made = made_roles(policy, &scope, &snapshot);
    let open = match &finding.decision {
        Decision::Residual(residual) => Open::of(&snapshot, &request.permission, residual, now),
        Decision::Allow { .. } | Decision::Deny { .. } => Vec::new(),
    };
    let out_of_term = match (&finding.decision, &deciding) {
        (Decision::Deny { .. }, None) => {
            let held = held(policy, &scope, &subject).await?;
            out_of_term(&snapshot, &held, &finding.roles, &request.permission, &roles_made, now)
        }
        _ => Vec::new(),
    };
    let case = Case {
        level: level(policy, &place, &finding.decision, deciding.as_ref()).await,
        administrators: &administrators(policy, &place).await?,
        names: &roles_made,
        open: &open,
        place: &place,
        out_of_term: &out_of_term,
        permission: &request.permission,
        somebody: (!subject.is_caller).then(|| subject.principal.to_string()),
        acting_for: subject.capacity.organization().as_ref().map(name),
        roles: &finding.roles,
        decision: &finding.decision,
        deciding,
        roles_that_may: &finding.roles_that_may,
        needs_a_person: subject.needs_a_person(&request.permission),
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
        revision: policy.tokens.mint_at(&scope, snapshot.revision()),
        open_conditions: open.iter().map(|open| open_condition(open, &roles_made)).collect(),
    })
}

/// Where a rule comes from. Who proposed it is told to those who may see changes.
async fn origin<'a>(
    policy: &Policy,
    rules: &'a Rules,
    snapshot: &Snapshot,
    caller: &Caller,
    grant: &Grant,
) -> Result<Origin<'a>> {
    if let Some(group) = rules.group_of(&grant.id) {
        return Ok(Origin::Group(group));
    }
    let Ok(name) = grant.source.parse::<ChangeName>() else {
        return Ok(Origin::Other);
    };
    let Some(made) = change::find(policy.store.reader(), &name, false).await? else {
        return Ok(Origin::Other);
    };
    let sees = snapshot.decide(
        &caller.principal,
        &caller.capacity,
        "policy.change.get",
        policy.clock.now(),
    );
    let sees = matches!(sees, Decision::Allow { .. });
    Ok(Origin::Change {
        title: made.title,
        revision: made.revision.unwrap_or_default(),
        author: sees.then_some(made.proposer),
    })
}

/// What the division of a level above is called that denies.
async fn level(
    policy: &Policy,
    place: &Place,
    decision: &Decision,
    deciding: Option<&(&Grant, Origin<'_>)>,
) -> Option<String> {
    match (decision, &deciding?.0.domain) {
        (Decision::Deny { .. }, Domain::Code(code)) if code.as_str() != place.code() => {
            region_name(&policy.directory, code).await
        }
        _ => None,
    }
}

/// The roles of the one asked after in that capacity, whatever their terms.
async fn held(policy: &Policy, scope: &Scope, subject: &Subject) -> Result<Vec<RoleTerm>> {
    let mut held = policy.composer.of(scope).await?.roles;
    let (principal, capacity) = (subject.principal.to_string(), subject.capacity.to_string());
    held.retain(|row| row.principal == principal && row.capacity == capacity);
    Ok(held)
}

/// The posts that administer the policies of a place: in a region the secretary of whichever committee administers it.
async fn administrators(policy: &Policy, place: &Place) -> Result<Vec<RoleName>> {
    let secretary = |kind| RoleName::Post(kind, Post::Secretary);
    if place.community().is_some() {
        return Ok(vec![secretary(OrganizationKind::PartyCommittee)]);
    }
    let authority = policy.composer.authorities.of(&place.scope(), 0).await?;
    let held = authority
        .roles
        .iter()
        .filter_map(|held| held.role.parse::<RoleName>().ok());
    let mut committees: Vec<_> = held
        .filter_map(RoleName::kind)
        .filter(|kind| CORE.contains(kind))
        .map(secretary)
        .collect();
    committees.sort_unstable();
    committees.dedup();
    Ok(committees)
}

fn open_condition(open: &Open, names: &MadeRoles) -> OpenCondition {
    let words = open.words(names);
    OpenCondition {
        condition: open.condition.to_proto().into(),
        excludes: open.excludes,
        permission: open.permission.unwrap_or_default().to_owned(),
        roles: open.roles.iter().map(|(role, _)| role.to_string()).collect(),
        text_zh: words.zh,
        text_en: words.en,
    }
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
