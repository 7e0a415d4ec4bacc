use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Result, Timestamp, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::{self, name};
use crate::domain::{Arrival, Frozen, Meeting, Member, Presence};
use crate::names::MeetingName;
use crate::service::{Service, acting_member, person};
use crate::{events, store};

struct CheckIn {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    member: Member,
    user: UserId,
    frozen: Option<Arc<Frozen>>,
}

pub async fn check_in(service: &Arc<Service>, request: Request<pb::CheckInRequest>) -> Result<pb::Presence> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let (member, user) = (acting_member(&by)?, person(by.user())?);
    let frozen = service.frozen.of(&name).await?;
    let input = CheckIn {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        member,
        user,
        frozen,
    };
    let presence = service
        .store
        .transaction("meeting.check_in", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, member = %member.uuid(), "checked in");
    Ok(convert::meeting::presence(&name, &presence))
}

async fn apply(tx: &Tx, input: &CheckIn) -> Result<Presence, Failure> {
    let CheckIn {
        service,
        by,
        name,
        member,
        user,
        frozen,
    } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_doors_open(now)?;
    let frozen = Meeting::frozen(name, frozen.as_deref())?;
    let room = store::presence::room(tx, name).await?;
    if let Arrival::There(presence) = room.arrive(frozen, *member, *user)? {
        return Ok(presence.clone());
    }
    let id = service.store.ids().next();
    let presence = Presence {
        id,
        member: *member,
        representative: *user,
        started_at: now,
        ended_at: None,
    };
    store::presence::insert(tx, by, name, &presence).await?;
    events::append(tx, by, events::CheckedIn, name, name, now).await?;
    recompute_quorum(tx, by, &meeting, frozen, now).await?;
    Ok(presence)
}

/// Somebody came or went: whether the room has a quorum now is noted where casting looks, and told when it changed.
pub(super) async fn recompute_quorum(
    tx: &Tx,
    by: &Authorized,
    meeting: &Meeting,
    frozen: &Frozen,
    now: Timestamp,
) -> Result<(), Failure> {
    let quorum = store::presence::room(tx, &meeting.name).await?.quorum(frozen, now)?;
    if quorum.met == meeting.quorate {
        return Ok(());
    }
    store::meeting::set_quorate(tx, by, &meeting.name, quorum.met).await?;
    let kind = if quorum.met {
        events::QuorumReached
    } else {
        events::QuorumLost
    };
    events::append(tx, by, kind, &meeting.name, &meeting.name, now).await
}
