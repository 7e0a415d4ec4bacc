use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::Meeting;
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, store};

struct Resume {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    etag: String,
}

pub async fn resume(service: &Arc<Service>, request: Request<pb::ResumeMeetingRequest>) -> Result<pb::Meeting> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let input = Resume {
        service: Arc::clone(service),
        by,
        name,
        etag: request.etag,
    };
    let meeting = service
        .store
        .transaction("meeting.resume_meeting", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting.name, "session resumed");
    Ok(meeting.into())
}

async fn apply(tx: &Tx, input: &Resume) -> Result<Meeting, Failure> {
    let Resume { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_etag(&input.etag)?;
    let meeting = store::meeting::save(tx, by, meeting.resume()?).await?;
    store::suspension::end(tx, by, name, now).await?;
    events::append(tx, by, events::MeetingResumed, name, name, now).await?;
    Ok(meeting)
}
