use tonic::Request;
use yihe_authz::Grant;
use yihe_kernel::{Error, Result};
use yihe_proto::policy::v1 as pb;

use crate::convert::change as convert;
use crate::domain::made::{Item, Made};
use crate::domain::place::{Place, RevisionName};
use crate::ground::Standpoint;
use crate::reasons;
use crate::service::Policy;
use crate::store::history::{self, Revision};
use crate::store::made;

/// `ListRevisions`.
pub(crate) async fn list_revisions(
    policy: &Policy,
    request: Request<pb::ListRevisionsRequest>,
) -> Result<pb::ListRevisionsResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let place = convert::place("parent", &request.parent)?;
    let query = format!("revisions of {place}");
    let page = policy.store.page(&query, request.page_size, &request.page_token)?;
    let reader = policy.store.reader();
    let found = history::list(reader, &place, page.after.as_deref(), page.limit + 1).await?;
    let (found, next_page_token) = page.next(found, |revision| revision.name.number.to_string());
    let covering = Standpoint::of(policy, &place).await?.covering(reader).await?;
    Ok(pb::ListRevisionsResponse {
        revisions: found.iter().map(shown).collect(),
        next_page_token,
        base_revision: covering.sequence(),
    })
}

/// `GetRevision`.
pub(crate) async fn get_revision(
    policy: &Policy,
    request: Request<pb::GetRevisionRequest>,
) -> Result<pb::PolicyRevision> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let name: RevisionName = convert::name("name", &request.name)?;
    let Some(found) = history::find(policy.store.reader(), &name.place, name.number).await? else {
        return Err(admitted.missing(&name));
    };
    admitted.without_target()?;
    let made = made::load(policy.store.reader(), &name.place.domain(), name.number).await?;
    Ok(pb::PolicyRevision {
        rules: Some(rule_set(made.items.values())),
        ..shown(&found)
    })
}

/// `DiffRevisions`.
pub(crate) async fn diff_revisions(
    policy: &Policy,
    request: Request<pb::DiffRevisionsRequest>,
) -> Result<pb::DiffRevisionsResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let place = convert::place("parent", &request.parent)?;
    let newest = history::list(policy.store.reader(), &place, None, 1).await?;
    let newest = newest.first().map_or(0, |revision| revision.name.number);
    let to = if request.to == 0 { newest } else { request.to };
    let was = at(policy, &place, request.from).await?;
    let is = at(policy, &place, to).await?;
    let begun = is.items.iter().filter(|(id, _)| !was.items.contains_key(*id));
    let ended = was.items.iter().filter(|(id, _)| !is.items.contains_key(*id));
    Ok(pb::DiffRevisionsResponse {
        begun: Some(rule_set(begun.map(|(_, item)| item))),
        ended: Some(rule_set(ended.map(|(_, item)| item))),
    })
}

/// What was in force in a revision of a place; 0 is what was before the first.
async fn at(policy: &Policy, place: &Place, number: u64) -> Result<Made> {
    let reader = policy.store.reader();
    if number != 0 && history::find(reader, place, number).await?.is_none() {
        let name = RevisionName {
            place: place.clone(),
            number,
        };
        return Err(Error::new(&reasons::REVISION_NOT_FOUND).with("name", name));
    }
    Ok(made::load(reader, &place.domain(), number).await?)
}

/// `ListRoles`.
pub(crate) async fn list_roles(
    policy: &Policy,
    request: Request<pb::ListRolesRequest>,
) -> Result<pb::ListRolesResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let place = convert::place("parent", &request.parent)?;
    let standpoint = Standpoint::of(policy, &place).await?;
    let ground = standpoint.ground(policy.store.reader()).await?;
    let mut roles: Vec<_> = ground.made.roles().map(|(_, role)| role.clone()).collect();
    roles.sort_by(|a, b| a.role.cmp(&b.role));
    Ok(pb::ListRolesResponse {
        roles,
        assignments: ground.made.assignments().cloned().collect(),
    })
}

fn shown(revision: &Revision) -> pb::PolicyRevision {
    pb::PolicyRevision {
        name: revision.name.to_string(),
        number: revision.name.number,
        change: revision.change.to_string(),
        activate_time: Some(revision.made_at.to_proto()),
        begun: revision.begun,
        ended: revision.ended,
        rules: None,
    }
}

fn rule_set<'a>(items: impl Iterator<Item = &'a Item>) -> pb::RuleSet {
    let mut set = pb::RuleSet::default();
    for item in items {
        match item {
            Item::Grant(grant) => set.grants.push(Grant::to_proto(grant)),
            Item::Role(role) => set.roles.push(role.clone()),
            Item::Assignment(assignment) => set.assignments.push(assignment.clone()),
            Item::Settings(settings) => set.settings = Some(*settings),
        }
    }
    set
}
