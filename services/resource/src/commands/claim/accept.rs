use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;

use super::change::{Step, change};
use crate::service::Service;

pub async fn accept(service: &Arc<Service>, request: Request<pb::AcceptClaimRequest>) -> Result<pb::Claim> {
    let (admitted, request) = service.guard.admit(request).await?;
    change(service, admitted, &request.name, Ok(Step::Accept)).await
}
