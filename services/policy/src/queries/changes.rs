use tonic::Request;
use yihe_authz::Condition;
use yihe_kernel::Result;
use yihe_proto::policy::v1 as pb;

use crate::convert::change as convert;
use crate::domain::change::Change;
use crate::domain::place::ChangeName;
use crate::ground::Standpoint;
use crate::service::Policy;
use crate::store::change;

/// `GetChange`.
pub(crate) async fn get_change(policy: &Policy, request: Request<pb::GetChangeRequest>) -> Result<pb::PolicyChange> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let name: ChangeName = convert::name("name", &request.name)?;
    let Some(found) = change::find(policy.store.reader(), &name, false).await? else {
        return Err(admitted.missing(&name));
    };
    let own = admitted.caller().principal.to_string() == found.proposer;
    admitted.settle(&|condition| condition == Condition::Caller && own)?;
    let standpoint = Standpoint::of(policy, &name.place).await?;
    let covering = standpoint.covering(policy.store.reader()).await?;
    Ok(convert::change(&found, &covering))
}

/// `ListChanges`.
pub(crate) async fn list_changes(
    policy: &Policy,
    request: Request<pb::ListChangesRequest>,
) -> Result<pb::ListChangesResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let place = convert::place("parent", &request.parent)?;
    let query = format!("changes of {place}");
    let page = policy.store.page(&query, request.page_size, &request.page_token)?;
    let reader = policy.store.reader();
    let found = change::list(reader, &place, page.after.as_deref(), page.limit + 1).await?;
    let (found, next_page_token) = page.next(found, |change| change.name.change.to_string());
    let covering = Standpoint::of(policy, &place).await?.covering(reader).await?;
    let shown = |found: &Change| pb::PolicyChange {
        edits: Vec::new(),
        ..convert::change(found, &covering)
    };
    Ok(pb::ListChangesResponse {
        changes: found.iter().map(shown).collect(),
        next_page_token,
    })
}

/// `GetSettings`.
pub(crate) async fn get_settings(
    policy: &Policy,
    request: Request<pb::GetSettingsRequest>,
) -> Result<pb::PolicySettings> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let place = convert::place("parent", &request.parent)?;
    let standpoint = Standpoint::of(policy, &place).await?;
    let ground = standpoint.ground(policy.store.reader()).await?;
    Ok(ground.made.settings())
}
