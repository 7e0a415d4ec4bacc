use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::{self, name};
use crate::domain::{Amendment, AmendmentState, Step};
use crate::names::AmendmentName;
use crate::service::Service;
use crate::{events, store};

struct Restate {
    service: Arc<Service>,
    by: Authorized,
    name: AmendmentName,
    text: String,
    rationale: String,
}

pub async fn restate(service: &Arc<Service>, request: Request<pb::RestateAmendmentRequest>) -> Result<pb::Amendment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AmendmentName = name("name", &request.name)?;
    let (by, _) = service.amendment(admitted, &name).await?;
    let (text, rationale) = convert::amendment::restatement(&request)?;
    let input = Restate {
        service: Arc::clone(service),
        by,
        name,
        text,
        rationale,
    };
    let amendment = service
        .store
        .transaction("meeting.restate_amendment", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %amendment.name, "amendment stated anew");
    Ok(amendment.into())
}

async fn apply(tx: &Tx, input: &Restate) -> Result<Amendment, Failure> {
    let Restate {
        service,
        by,
        name,
        text,
        rationale,
    } = input;
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    meeting.expect(Step::Decide)?;
    let amendment = store::amendment::get(tx, name).await?;
    let motion = store::motion::get(tx, &meeting.name.motion(amendment.motion)).await?;
    let amendment = amendment.restate(&motion, text.clone(), rationale.clone())?;
    store::amendment::save(tx, by, &amendment, AmendmentState::Submitted).await?;
    events::append(tx, by, events::AmendmentRestated, &meeting.name, name, service.now()).await?;
    Ok(amendment)
}
