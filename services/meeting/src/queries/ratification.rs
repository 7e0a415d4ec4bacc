use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::service::{Service, calling_member};
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetRatificationRequest>) -> Result<pb::Ratification> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, ratification) = service.ratification(admitted, &name("name", &request.name)?).await?;
    Ok(ratification.into())
}

pub async fn list(
    service: &Service,
    request: Request<pb::ListRatificationsRequest>,
) -> Result<pb::ListRatificationsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (filter, member) = (admitted.filter(), calling_member(&admitted));
    let by = admitted.authorized_list();
    let community = by.community()?;
    let sight = service.sight(community, filter, member).await?;
    let query = format!("ratifications of {community}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let ratifications = store::ratification::list(service.reader(), community, &sight, &page).await?;
    let (ratifications, next_page_token) = page.next(ratifications, |found| found.name.ratification.to_string());
    Ok(pb::ListRatificationsResponse {
        ratifications: ratifications.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
