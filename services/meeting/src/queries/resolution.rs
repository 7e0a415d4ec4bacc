use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::service::{Service, calling_member};
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetResolutionRequest>) -> Result<pb::Resolution> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, resolution) = service.resolution(admitted, &name("name", &request.name)?).await?;
    Ok(resolution.into())
}

pub async fn list(
    service: &Service,
    request: Request<pb::ListResolutionsRequest>,
) -> Result<pb::ListResolutionsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (filter, member) = (admitted.filter(), calling_member(&admitted));
    let by = admitted.authorized_list();
    let community = by.community()?;
    let sight = service.sight(community, filter, member).await?;
    let page = service.store.page(
        &format!("resolutions of {community}"),
        request.page_size,
        &request.page_token,
    )?;
    let resolutions = store::resolution::list(service.reader(), community, &sight, &page).await?;
    let (resolutions, next_page_token) = page.next(resolutions, |resolution| resolution.name.resolution.to_string());
    Ok(pb::ListResolutionsResponse {
        resolutions: resolutions.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
