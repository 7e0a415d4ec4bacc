use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;

use super::change::{Step, change};
use crate::convert::wording;
use crate::service::Service;

pub async fn withdraw(service: &Arc<Service>, request: Request<pb::WithdrawClaimRequest>) -> Result<pb::Claim> {
    let (admitted, request) = service.guard.admit(request).await?;
    let step = wording("reason", &request.reason).map(Step::Withdraw);
    change(service, admitted, &request.name, step).await
}
