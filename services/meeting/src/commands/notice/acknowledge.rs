use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, OrganizationId, OrganizationName, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{RosterEntry, Step};
use crate::names::MeetingName;
use crate::service::{Service, acting};
use crate::{events, reasons, store};

struct Acknowledge {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    organization: OrganizationId,
}

pub async fn acknowledge(
    service: &Arc<Service>,
    request: Request<pb::AcknowledgeNoticeRequest>,
) -> Result<pb::RosterEntry> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let organization = acting(by.organization())?;
    let input = Acknowledge {
        service: Arc::clone(service),
        by,
        name,
        organization,
    };
    let entry = service
        .store
        .transaction("meeting.acknowledge_notice", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(organization = %entry.organization, "notice acknowledged");
    Ok(entry.into())
}

async fn apply(
    tx: &Tx,
    Acknowledge {
        service,
        by,
        name,
        organization,
    }: &Acknowledge,
) -> Result<RosterEntry, Failure> {
    let now = service.now();
    store::meeting::hold(tx, name).await?.expect(Step::Acknowledge)?;
    let fresh = store::notice::acknowledge(tx, by, name, *organization, now).await?;
    if fresh {
        events::append(tx, by, events::NoticeAcknowledged, name, name, now).await?;
    }
    let entry = store::notice::entry(tx, name, *organization).await?;
    Ok(entry.ok_or_else(|| {
        let organization = OrganizationName {
            organization: *organization,
        };
        Error::new(&reasons::NOT_ON_ROSTER)
            .with("organization", organization)
            .with("name", name)
    })?)
}
