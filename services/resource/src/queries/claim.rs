use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;

use crate::convert::{self, name};
use crate::lookup::sight;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetClaimRequest>) -> Result<pb::Claim> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, claim) = service.claim(admitted, &name("name", &request.name)?).await?;
    Ok(claim.into())
}

pub async fn list(service: &Service, request: Request<pb::ListClaimsRequest>) -> Result<pb::ListClaimsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let sight = sight(&admitted);
    let by = admitted.authorized_list();
    let community = by.community()?;
    let wanted = convert::claim::wanted(&request)?;
    let query = format!("claims of {community} {wanted:?}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::claim::list(service.reader(), community, &wanted, &sight, &page).await?;
    let (found, next_page_token) = page.next(found, |claim| claim.name.claim.to_string());
    Ok(pb::ListClaimsResponse {
        claims: found.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
