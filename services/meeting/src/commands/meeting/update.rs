use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::meeting::MeetingChanges;
use crate::convert::name;
use crate::domain::{Meeting, Step};
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, store};

struct Update {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    changes: MeetingChanges,
}

pub async fn update(service: &Arc<Service>, request: Request<pb::UpdateMeetingRequest>) -> Result<pb::Meeting> {
    let (admitted, request) = service.guard.admit(request).await?;
    let target = request
        .meeting
        .as_ref()
        .map(|meeting| meeting.name.as_str())
        .unwrap_or_default();
    let name: MeetingName = name("meeting.name", target)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let changes = MeetingChanges::try_from(request)?;
    let input = Update {
        service: Arc::clone(service),
        by,
        name,
        changes,
    };
    let meeting = service
        .store
        .transaction("meeting.update_meeting", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting.name, "meeting changed");
    Ok(meeting.into())
}

async fn apply(
    tx: &Tx,
    Update {
        service,
        by,
        name,
        changes,
    }: &Update,
) -> Result<Meeting, Failure> {
    let now = service.now();
    let mut meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_etag(&changes.etag)?;
    meeting.expect(Step::Change)?;
    if let Some(title) = &changes.title {
        meeting.title.clone_from(title);
    }
    if let Some(location) = &changes.location {
        meeting.location.clone_from(location);
    }
    if let Some(debate) = changes.debate {
        meeting.debate = debate;
    }
    if let Some(starts_at) = changes.starts_at {
        meeting.starts_at = starts_at;
        meeting.start_known = true;
        meeting.expect_ahead(now)?;
    }
    if changes.voting_ends_at.is_some() {
        meeting.voting_ends_at = changes.voting_ends_at;
    }
    meeting.expect_voting_end()?;
    let meeting = store::meeting::save(tx, by, meeting).await?;
    store::month::schedule(tx, by, &meeting, now).await?;
    events::append(tx, by, events::MeetingUpdated, name, name, now).await?;
    Ok(meeting)
}
