use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::Meeting;
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, store};

struct Suspend {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    reason: String,
    etag: String,
}

pub async fn suspend(service: &Arc<Service>, request: Request<pb::SuspendMeetingRequest>) -> Result<pb::Meeting> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let mut fields = Fields::new();
    let reason = fields.lines("reason", &request.reason, 0..=2000);
    fields.finish()?;
    let input = Suspend {
        service: Arc::clone(service),
        by,
        name,
        reason,
        etag: request.etag,
    };
    let meeting = service
        .store
        .transaction("meeting.suspend_meeting", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting.name, "session suspended");
    Ok(meeting.into())
}

async fn apply(tx: &Tx, input: &Suspend) -> Result<Meeting, Failure> {
    let Suspend { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_etag(&input.etag)?;
    let meeting = store::meeting::save(tx, by, meeting.suspend(input.reason.clone(), now)?).await?;
    if let Some(since) = &meeting.suspended {
        store::suspension::begin(tx, by, name, (service.store.ids().next(), since)).await?;
    }
    events::append(tx, by, events::MeetingSuspended, name, name, now).await?;
    Ok(meeting)
}
