use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::presence::recompute_quorum;
use crate::convert::name;
use crate::domain::{Frozen, Mandate, Meeting};
use crate::names::MandateName;
use crate::service::Service;
use crate::{events, queries, store};

struct Revoke {
    service: Arc<Service>,
    by: Authorized,
    name: MandateName,
    frozen: Option<Arc<Frozen>>,
}

pub async fn revoke(service: &Arc<Service>, request: Request<pb::RevokeMandateRequest>) -> Result<pb::Mandate> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MandateName = name("name", &request.name)?;
    let (by, _) = service.mandate(admitted, &name).await?;
    let frozen = service.frozen.of(&name.meeting()).await?;
    let input = Revoke {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        frozen,
    };
    service
        .store
        .transaction("meeting.revoke_mandate", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "mandate revoked");
    queries::mandate::told(service, &name).await
}

async fn apply(
    tx: &Tx,
    Revoke {
        service,
        by,
        name,
        frozen,
    }: &Revoke,
) -> Result<(), Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let mandate = store::mandate::find(tx, name).await?;
    let mandate = mandate.ok_or_else(|| Error::not_found(name))?.revoke(&meeting, now)?;
    store::mandate::revoke(tx, by, name, now).await?;
    events::append(tx, by, events::MandateRevoked, &meeting.name, name, now).await?;
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    end_representation(tx, by, (&meeting, frozen), &mandate, now).await
}

/// Who is there by the mandate represents nobody any more.
async fn end_representation(
    tx: &Tx,
    by: &Authorized,
    (meeting, frozen): (&Meeting, &Frozen),
    mandate: &Mandate,
    now: Timestamp,
) -> Result<(), Failure> {
    let room = store::presence::room(tx, &meeting.name).await?;
    let there = room
        .present()
        .find(|presence| presence.mandate == Some(mandate.name.mandate));
    let Some(presence) = there else { return Ok(()) };
    store::presence::end(tx, by, &meeting.name, presence, now).await?;
    events::append(tx, by, events::CheckedOut, &meeting.name, &meeting.name, now).await?;
    recompute_quorum(tx, by, meeting, frozen, now).await
}
