use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::ledger::v1 as pb;

use super::end::End;
use crate::convert;
use crate::domain::Outcome;
use crate::lookup::Facts;
use crate::names::RedemptionName;
use crate::service::Service;

pub async fn cancel(service: &Arc<Service>, request: Request<pb::CancelRedemptionRequest>) -> Result<pb::Redemption> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: RedemptionName = convert::name("name", &request.name)?;
    let by = service.redemption(admitted, &name, Facts::or).await?;
    let input = End {
        service: Arc::clone(service),
        by,
        name,
        outcome: Outcome::Voided,
    };
    input.commit("ledger.cancel_redemption").await
}
