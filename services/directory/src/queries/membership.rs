use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{CommunityName, Result};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::{Directory, settle, sight};
use crate::domain::facts::Facts;
use crate::domain::membership::Membership;
use crate::domain::names::MembershipName;
use crate::store::membership;

/// A membership that the caller may act on, and the proof.
pub async fn find(
    directory: &Directory,
    admitted: Admitted,
    name: &MembershipName,
) -> Result<(Membership, Authorized)> {
    let Some(found) = membership::find(directory.reader(), &name.community, name.membership).await? else {
        return Err(admitted.missing(name));
    };
    let by = settle(admitted, Facts::from(&found))?;
    Ok((found, by))
}

/// `GetMembership`.
pub async fn get(
    directory: &Directory,
    admitted: Admitted,
    request: pb::GetMembershipRequest,
) -> Result<pb::Membership> {
    let name = convert::name("name", &request.name)?;
    let (found, _) = find(directory, admitted, &name).await?;
    Ok(convert::membership(&found))
}

/// `ListMemberships`.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListMembershipsRequest,
) -> Result<pb::ListMembershipsResponse> {
    let parent: CommunityName = convert::name("parent", &request.parent)?;
    let sight = sight(admitted);
    let kind = convert::only::<pb::OrganizationKind>("kind", request.kind)?;
    let query = format!("memberships|{parent}|{}", request.kind);
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let (after, limit) = (page.after.as_deref(), page.limit + 1);
    let rows = membership::list(directory.reader(), &parent.community, &sight, kind, after, limit).await?;
    let (rows, next_page_token) = page.next(rows, membership::key);
    Ok(pb::ListMembershipsResponse {
        memberships: rows.iter().map(convert::membership).collect(),
        next_page_token,
    })
}
