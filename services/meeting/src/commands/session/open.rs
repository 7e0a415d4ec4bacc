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

struct Open {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    etag: String,
}

pub async fn open(service: &Arc<Service>, request: Request<pb::OpenSessionRequest>) -> Result<pb::Meeting> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let input = Open {
        service: Arc::clone(service),
        by,
        name,
        etag: request.etag,
    };
    let meeting = service
        .store
        .transaction("meeting.open_session", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting.name, "session opened");
    Ok(meeting.into())
}

async fn apply(
    tx: &Tx,
    Open {
        service,
        by,
        name,
        etag,
    }: &Open,
) -> Result<Meeting, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_etag(etag)?;
    let meeting = store::meeting::save(tx, by, meeting.open_session(now)?).await?;
    events::append(tx, by, events::SessionOpened, name, name, now).await?;
    Ok(meeting)
}
