use tonic::Request;
use yihe_authz::{Catalogue, PermissionInfo};
use yihe_kernel::Result;
use yihe_proto::policy::v1::{ListPermissionsRequest, ListPermissionsResponse, Permission};

use super::page_of;
use crate::service::Policy;

/// Lists the catalogue by name.
pub(crate) async fn list_permissions(
    policy: &Policy,
    request: Request<ListPermissionsRequest>,
) -> Result<ListPermissionsResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let page = policy
        .store
        .page("permissions", request.page_size, &request.page_token)?;
    let all = Catalogue::shipped().permissions();
    let (permissions, next_page_token) = page_of(&page, all, |permission: &&PermissionInfo| permission.name.as_str());
    Ok(ListPermissionsResponse {
        permissions: permissions.into_iter().map(shown).collect(),
        next_page_token,
    })
}

fn shown(permission: &PermissionInfo) -> Permission {
    // `/package.Service/Method` is `package.Service.Method` in full
    let full_name = |path: &String| path.trim_start_matches('/').replace('/', ".");
    Permission {
        permission: permission.name.clone(),
        methods: permission.methods.iter().map(full_name).collect(),
        description: permission.description.clone(),
    }
}
