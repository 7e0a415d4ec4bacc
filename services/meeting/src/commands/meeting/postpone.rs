use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::close::{lapse, lapse_voting};
use crate::commands::vote::decide_tie::leave_ties;
use crate::convert::name;
use crate::domain::Meeting;
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, store};

struct Postpone {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    starts_at: Option<Timestamp>,
    reason: String,
    etag: String,
}

pub async fn postpone(service: &Arc<Service>, request: Request<pb::PostponeMeetingRequest>) -> Result<pb::Meeting> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let mut fields = Fields::new();
    let reason = fields.lines("reason", &request.reason, 1..=2000);
    let starts_at = fields.instant("start_time", request.start_time.as_ref());
    fields.finish()?;
    let input = Postpone {
        service: Arc::clone(service),
        by,
        name,
        starts_at,
        reason,
        etag: request.etag,
    };
    let meeting = service
        .store
        .transaction("meeting.postpone_meeting", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %meeting.name, "meeting postponed");
    Ok(meeting.into())
}

async fn apply(tx: &Tx, input: &Postpone) -> Result<Meeting, Failure> {
    let Postpone { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_etag(&input.etag)?;
    let postponed = meeting.clone().postpone(input.starts_at, input.reason.clone(), now)?;
    leave_ties(tx, service, by, &meeting, now).await?;
    if let Some(vote) = store::vote::hold_open(tx, name).await? {
        lapse(tx, by, name, &vote.lapse_with_meeting(now), now).await?;
    }
    store::suspension::end(tx, by, name, now).await?;
    lapse_voting(tx, by, name, now).await?;
    store::presence::end_all(tx, by, name, now).await?;
    let meeting = store::meeting::save(tx, by, postponed).await?;
    store::month::schedule(tx, by, &meeting, now).await?;
    events::append(tx, by, events::MeetingPostponed, name, name, now).await?;
    Ok(meeting)
}
