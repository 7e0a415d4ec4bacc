use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::ledger::v1 as pb;

use super::end::End;
use crate::convert;
use crate::domain::Outcome;
use crate::service::Service;

pub async fn void(service: &Arc<Service>, request: Request<pb::VoidHoldRequest>) -> Result<pb::Transfer> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name = convert::name("name", &request.name)?;
    // who was promised something lets the promise go
    let (by, hold) = service.transfer(admitted, &name, |_, credit| credit).await?;
    let input = End {
        service: Arc::clone(service),
        by,
        hold,
        outcome: Outcome::Voided,
        amount: 0,
    };
    input.commit("ledger.void_hold").await
}
