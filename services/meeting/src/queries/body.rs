use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::names::BodyName;
use crate::queries::person;
use crate::service::{Service, calling_member};
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetBodyRequest>) -> Result<pb::Body> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, body) = service.body(admitted, &name("name", &request.name)?).await?;
    Ok(body.into())
}

pub async fn list(service: &Service, request: Request<pb::ListBodiesRequest>) -> Result<pb::ListBodiesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (filter, member) = (admitted.filter(), calling_member(&admitted));
    let by = admitted.authorized_list();
    let community = by.community()?;
    let sight = service.sight(community, filter, member).await?;
    let page = service.store.page(
        &format!("bodies of {community}"),
        request.page_size,
        &request.page_token,
    )?;
    let bodies = store::body::list(service.reader(), community, &sight, &page).await?;
    let (bodies, next_page_token) = page.next(bodies, |body| body.name.body.to_string());
    Ok(pb::ListBodiesResponse {
        bodies: bodies.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}

pub async fn list_members(
    service: &Service,
    request: Request<pb::ListBodyMembersRequest>,
) -> Result<pb::ListBodyMembersResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let body: BodyName = name("parent", &request.parent)?;
    service.body(admitted, &body).await?;
    let page = service
        .store
        .page(&format!("members of {body}"), request.page_size, &request.page_token)?;
    let members = store::body::list_members(service.reader(), &body, &page).await?;
    let (members, next_page_token) = page.next(members, store::body::member_key);
    let members = person::tell(service, &body.community, members).await?;
    Ok(pb::ListBodyMembersResponse {
        members: members.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
