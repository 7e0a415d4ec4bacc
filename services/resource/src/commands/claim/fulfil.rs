use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;

use super::change::{Step, change};
use crate::convert::claim::delivered;
use crate::service::Service;

pub async fn fulfil(service: &Arc<Service>, request: Request<pb::FulfilClaimRequest>) -> Result<pb::Claim> {
    let (admitted, request) = service.guard.admit(request).await?;
    let step = delivered(request.delivered_quantity).map(Step::Fulfil);
    change(service, admitted, &request.name, step).await
}
