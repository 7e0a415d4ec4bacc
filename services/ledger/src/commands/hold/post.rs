use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Fields, Result};
use yihe_proto::ledger::v1 as pb;

use super::end::End;
use crate::convert;
use crate::domain::Outcome;
use crate::service::Service;

pub async fn post(service: &Arc<Service>, request: Request<pb::PostHoldRequest>) -> Result<pb::Transfer> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name = convert::name("name", &request.name)?;
    // who holds may let go of more at any time: it lies with who gives that it becomes due
    let (by, hold) = service.transfer(admitted, &name, |debit, _| debit).await?;
    let mut fields = Fields::new();
    if request.amount < 0 {
        fields.refuse("amount", "must not be negative", "不得为负");
    }
    fields.finish()?;
    let input = End {
        service: Arc::clone(service),
        by,
        hold,
        outcome: Outcome::Posted,
        amount: request.amount,
    };
    input.commit("ledger.post_hold").await
}
