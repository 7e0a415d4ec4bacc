use yihe_authz::Admitted;
use yihe_kernel::{CommunityName, Result};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::Directory;
use crate::store::community;
use crate::throttle::Door;

/// `GetCommunity`.
pub async fn get(directory: &Directory, admitted: Admitted, request: pb::GetCommunityRequest) -> Result<pb::Community> {
    let name: CommunityName = convert::name("name", &request.name)?;
    let Some(found) = community::find(directory.reader(), &name.community).await? else {
        return Err(admitted.missing(name));
    };
    admitted.without_target()?;
    Ok(convert::community(&found))
}

/// `ListCommunities`.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListCommunitiesRequest,
) -> Result<pb::ListCommunitiesResponse> {
    directory
        .throttle
        .admit(Door::Communities, admitted.caller().address.as_deref())?;
    let page = directory
        .store
        .page("communities", request.page_size, &request.page_token)?;
    let rows = community::list(directory.reader(), page.after.as_deref(), page.limit + 1).await?;
    let (rows, next_page_token) = page.next(rows, |community| community.id.to_string());
    Ok(pb::ListCommunitiesResponse {
        communities: rows.iter().map(convert::community).collect(),
        next_page_token,
    })
}
