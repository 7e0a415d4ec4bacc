use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::{self, name};
use crate::domain::{Member, RosterEntry, Step, not_on_roster};
use crate::names::MeetingName;
use crate::service::{Service, acting_member};
use crate::{events, store};

struct Acknowledge {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    member: Member,
}

pub async fn acknowledge(
    service: &Arc<Service>,
    request: Request<pb::AcknowledgeNoticeRequest>,
) -> Result<pb::RosterEntry> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let member = acting_member(&by)?;
    let input = Acknowledge {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        member,
    };
    let entry = service
        .store
        .transaction("meeting.acknowledge_notice", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(member = %entry.member.uuid(), "notice acknowledged");
    Ok(convert::meeting::roster_entry(&name.community, entry))
}

async fn apply(
    tx: &Tx,
    Acknowledge {
        service,
        by,
        name,
        member,
    }: &Acknowledge,
) -> Result<RosterEntry, Failure> {
    let now = service.now();
    store::meeting::hold(tx, name).await?.expect(Step::Acknowledge)?;
    let fresh = store::notice::acknowledge(tx, by, name, *member, now).await?;
    if fresh {
        events::append(tx, by, events::NoticeAcknowledged, name, name, now).await?;
    }
    let entry = store::notice::entry(tx, name, *member).await?;
    Ok(entry.ok_or_else(|| not_on_roster(*member, name))?)
}
