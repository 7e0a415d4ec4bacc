use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::check_in::recompute_quorum;
use crate::convert::{self, name};
use crate::domain::{Frozen, Meeting, Member, Presence, Step};
use crate::names::MeetingName;
use crate::service::{Service, acting_member, person};
use crate::{events, store};

struct CheckOut {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    member: Member,
    user: UserId,
    frozen: Option<Arc<Frozen>>,
}

pub async fn check_out(service: &Arc<Service>, request: Request<pb::CheckOutRequest>) -> Result<pb::Presence> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let (member, user) = (acting_member(&by)?, person(by.user())?);
    let frozen = service.frozen.of(&name).await?;
    let input = CheckOut {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        member,
        user,
        frozen,
    };
    let presence = service
        .store
        .transaction("meeting.check_out", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, member = %member.uuid(), "checked out");
    Ok(convert::meeting::presence(&name, &presence))
}

async fn apply(tx: &Tx, input: &CheckOut) -> Result<Presence, Failure> {
    let CheckOut {
        service,
        by,
        name,
        member,
        user,
        frozen,
    } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect(Step::Presence)?;
    let frozen = Meeting::frozen(name, frozen.as_deref())?;
    let room = store::presence::room(tx, name).await?;
    let presence = room.interval_of(&name.community, *member, *user)?;
    store::presence::end(tx, by, name, presence, now).await?;
    events::append(tx, by, events::CheckedOut, name, name, now).await?;
    recompute_quorum(tx, by, &meeting, frozen, now).await?;
    Ok(Presence {
        ended_at: Some(now),
        ..presence.clone()
    })
}
