use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;

use crate::domain::category;
use crate::service::Service;
use crate::store;

pub async fn list(
    service: &Service,
    request: Request<pb::ListCategoriesRequest>,
) -> Result<pb::ListCategoriesResponse> {
    let (admitted, _) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let own = store::category::own(service.reader(), by.community()?).await?;
    let mut all: Vec<_> = category::shipped().chain(own).collect();
    all.sort_unstable_by(|a, b| a.code.cmp(&b.code));
    Ok(pb::ListCategoriesResponse {
        categories: all.into_iter().map(Into::into).collect(),
    })
}
