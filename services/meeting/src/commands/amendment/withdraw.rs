use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{Amendment, Step};
use crate::names::AmendmentName;
use crate::service::Service;
use crate::{events, store};

struct Withdraw {
    service: Arc<Service>,
    by: Authorized,
    name: AmendmentName,
}

pub async fn withdraw(service: &Arc<Service>, request: Request<pb::WithdrawAmendmentRequest>) -> Result<pb::Amendment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AmendmentName = name("name", &request.name)?;
    let (by, _) = service.amendment(admitted, &name).await?;
    let input = Withdraw {
        service: Arc::clone(service),
        by,
        name,
    };
    let amendment = service
        .store
        .transaction("meeting.withdraw_amendment", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %amendment.name, "amendment withdrawn");
    Ok(amendment.into())
}

async fn apply(tx: &Tx, Withdraw { service, by, name }: &Withdraw) -> Result<Amendment, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    meeting.expect(Step::Decide)?;
    let amendment = store::amendment::get(tx, name).await?;
    let seen = amendment.state;
    let amendment = amendment.withdraw(now)?;
    store::amendment::save(tx, by, &amendment, seen).await?;
    events::append(tx, by, events::AmendmentWithdrawn, &meeting.name, name, now).await?;
    Ok(amendment)
}
