use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::vote::decide_tie::leave_ties;
use crate::convert::name;
use crate::domain::{AmendmentState, Frozen, Meeting, MotionState, Vote};
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, store};

struct Close {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    etag: String,
    frozen: Option<Arc<Frozen>>,
}

pub async fn close(service: &Arc<Service>, request: Request<pb::CloseMeetingRequest>) -> Result<pb::Meeting> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let frozen = service.frozen.of(&name).await?;
    let input = Close {
        service: Arc::clone(service),
        by,
        name,
        etag: request.etag,
        frozen,
    };
    let meeting = service
        .store
        .transaction("meeting.close_meeting", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting.name, "meeting closed");
    Ok(meeting.into())
}

async fn apply(
    tx: &Tx,
    Close {
        service,
        by,
        name,
        etag,
        frozen,
    }: &Close,
) -> Result<Meeting, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_etag(etag)?;
    let closed = meeting.clone().close(now)?;
    leave_ties(tx, service, by, &meeting, now).await?;
    clear_room(tx, by, name, frozen.as_deref(), now).await?;
    let meeting = store::meeting::save(tx, by, closed).await?;
    events::append(tx, by, events::MeetingClosed, name, name, now).await?;
    Ok(meeting)
}

/// Ends what goes on in the room: presence, and a vote that cannot be closed for want of a quorum.
pub(super) async fn clear_room(
    tx: &Tx,
    by: &Authorized,
    name: &MeetingName,
    frozen: Option<&Frozen>,
    now: Timestamp,
) -> Result<(), Failure> {
    if let Some(vote) = store::vote::hold_open(tx, name).await? {
        let room = store::presence::room(tx, name).await?;
        let quorum = vote.quorum_now(&room, Meeting::frozen(name, frozen)?, now)?;
        lapse(tx, by, name, &vote.lapse(&quorum, now)?, now).await?;
    }
    store::suspension::end(tx, by, name, now).await?;
    lapse_voting(tx, by, name, now).await?;
    store::presence::end_all(tx, by, name, now).await
}

/// Ends the votes by units of a written meeting that will not be counted in it.
pub(super) async fn lapse_voting(tx: &Tx, by: &Authorized, name: &MeetingName, now: Timestamp) -> Result<(), Failure> {
    for vote in store::vote::hold_voting(tx, name).await? {
        lapse(tx, by, name, &vote.lapse_with_meeting(now), now).await?;
    }
    Ok(())
}

/// Stores that a vote ended without a count: what it was on stands again.
pub(super) async fn lapse(
    tx: &Tx,
    by: &Authorized,
    name: &MeetingName,
    vote: &Vote,
    now: Timestamp,
) -> Result<(), Failure> {
    store::vote::end(tx, by, vote).await?;
    store::sealed::remove(tx, by, &vote.name).await?;
    if let Some(amendment) = vote.amendment {
        let amendment = store::amendment::get(tx, &name.amendment(amendment)).await?;
        store::amendment::save(tx, by, &amendment.stand_again(), AmendmentState::Voting).await?;
    } else {
        let motion = store::motion::get(tx, &name.motion(vote.motion)).await?.stand_again();
        store::motion::set_state(tx, by, &motion, MotionState::Voting).await?;
    }
    events::append(tx, by, events::VoteLapsed, name, &vote.name, now).await
}
