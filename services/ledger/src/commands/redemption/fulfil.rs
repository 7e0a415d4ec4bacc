use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::ledger::v1 as pb;

use super::end::End;
use crate::convert;
use crate::domain::Outcome;
use crate::names::RedemptionName;
use crate::service::Service;

pub async fn fulfil(service: &Arc<Service>, request: Request<pb::FulfilRedemptionRequest>) -> Result<pb::Redemption> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: RedemptionName = convert::name("name", &request.name)?;
    // who provides says that it was handed over, never who redeems
    let by = service.redemption(admitted, &name, |_, provider| provider).await?;
    let input = End {
        service: Arc::clone(service),
        by,
        name,
        outcome: Outcome::Posted,
    };
    input.commit("ledger.fulfil_redemption").await
}
