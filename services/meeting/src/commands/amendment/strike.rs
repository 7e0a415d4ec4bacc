use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{Amendment, AmendmentState, Step};
use crate::names::AmendmentName;
use crate::service::Service;
use crate::{events, store};

struct Strike {
    service: Arc<Service>,
    by: Authorized,
    name: AmendmentName,
    reason: String,
}

pub async fn strike(service: &Arc<Service>, request: Request<pb::StrikeAmendmentRequest>) -> Result<pb::Amendment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AmendmentName = name("name", &request.name)?;
    let (by, _) = service.amendment(admitted, &name).await?;
    let mut fields = Fields::new();
    let reason = fields.line("reason", &request.reason, 1..=500);
    fields.finish()?;
    let input = Strike {
        service: Arc::clone(service),
        by,
        name,
        reason,
    };
    let amendment = service
        .store
        .transaction("meeting.strike_amendment", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %amendment.name, "amendment struck");
    Ok(amendment.into())
}

async fn apply(
    tx: &Tx,
    Strike {
        service,
        by,
        name,
        reason,
    }: &Strike,
) -> Result<Amendment, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    meeting.expect(Step::Decide)?;
    let amendment = store::amendment::get(tx, name).await?;
    let motion = store::motion::get(tx, &meeting.name.motion(amendment.motion)).await?;
    let room = store::presence::room(tx, &meeting.name).await?;
    let amendment = amendment.strike(&motion, &room, reason.clone(), now)?;
    store::amendment::save(tx, by, &amendment, AmendmentState::Submitted).await?;
    events::append(tx, by, events::AmendmentStruck, &meeting.name, name, now).await?;
    Ok(amendment)
}
