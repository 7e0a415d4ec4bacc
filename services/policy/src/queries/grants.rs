use tonic::Request;
use yihe_authz::{Catalogue, PermissionPattern};
use yihe_kernel::Result;
use yihe_proto::policy::v1::{Grant, ListGrantsRequest, ListGrantsResponse};

use super::{page_of, scope};
use crate::domain::closest::unknown_permission;
use crate::service::Policy;

/// Lists the grants that bear on a community or region by id, those whose term has ended or not begun included.
pub(crate) async fn list_grants(policy: &Policy, request: Request<ListGrantsRequest>) -> Result<ListGrantsResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let scope = scope(&request.parent)?;
    let catalogue = Catalogue::shipped();
    let wanted = request.permission.as_str();
    if !wanted.is_empty() && catalogue.permission_index(wanted).is_none() {
        return Err(unknown_permission(wanted, catalogue));
    }
    let query = format!("grants of {scope} on {wanted}");
    let page = policy.store.page(&query, request.page_size, &request.page_token)?;
    let mut grants = policy.composer.of(&scope).await?.grants;
    grants.retain(|grant| wanted.is_empty() || bears_on(grant, wanted));
    grants.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let (grants, next_page_token) = page_of(&page, grants, |grant| grant.id.as_str());
    Ok(ListGrantsResponse {
        grants,
        next_page_token,
    })
}

fn bears_on(grant: &Grant, permission: &str) -> bool {
    let Ok(pattern) = grant.permission.parse::<PermissionPattern>();
    pattern.matches(permission)
}
