use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::close::clear_room;
use crate::commands::vote::decide_tie::leave_ties;
use crate::convert::name;
use crate::domain::{Frozen, Meeting};
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, store};

struct Cancel {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    reason: String,
    etag: String,
    frozen: Option<Arc<Frozen>>,
}

pub async fn cancel(service: &Arc<Service>, request: Request<pb::CancelMeetingRequest>) -> Result<pb::Meeting> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let mut fields = Fields::new();
    let reason = fields.lines("reason", &request.reason, 1..=2000);
    fields.finish()?;
    let frozen = service.frozen.of(&name).await?;
    let input = Cancel {
        service: Arc::clone(service),
        by,
        name,
        reason,
        etag: request.etag,
        frozen,
    };
    let meeting = service
        .store
        .transaction("meeting.cancel_meeting", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting.name, "meeting cancelled");
    Ok(meeting.into())
}

async fn apply(
    tx: &Tx,
    Cancel {
        service,
        by,
        name,
        reason,
        etag,
        frozen,
    }: &Cancel,
) -> Result<Meeting, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_etag(etag)?;
    let cancelled = meeting.clone().cancel(reason.clone(), now)?;
    leave_ties(tx, service, by, &meeting, now).await?;
    clear_room(tx, by, name, frozen.as_deref(), now).await?;
    let meeting = store::meeting::save(tx, by, cancelled).await?;
    events::append(tx, by, events::MeetingCancelled, name, name, now).await?;
    Ok(meeting)
}
