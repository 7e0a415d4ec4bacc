use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, FileName, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::record::keep::keep;
use crate::convert::{self, name};
use crate::domain::{
    BodyKind, Delivery, DeliveryChannel, Meeting, Member, NewRecord, OrganizationKind, RecordedAct, Step,
};
use crate::names::MeetingName;
use crate::service::{Service, person};
use crate::{events, store};

struct Deliver {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    recipient: Member,
    /// Whether it is told though it is on no roster.
    is_resident_committee: bool,
    channel: DeliveryChannel,
    delivered_at: Option<Timestamp>,
    evidence: Option<FileName>,
    note: String,
}

pub async fn deliver(service: &Arc<Service>, request: Request<pb::RecordDeliveryRequest>) -> Result<pb::Delivery> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, meeting) = service.meeting(admitted, &name).await?;
    let mut fields = Fields::new();
    let recipient = fields.name("recipient", &request.recipient);
    let channel = convert::code::<DeliveryChannel>(&mut fields, "channel", request.channel);
    let delivered_at = fields.instant("deliver_time", request.deliver_time.as_ref());
    let (evidence, note) = convert::record::proof(&mut fields, &request.evidence, &request.note);
    let (recipient, channel) = fields.finish_with("recipient", recipient.zip(channel))?;
    service.expect_evidence(evidence.as_ref(), &name).await?;
    let input = Deliver {
        is_resident_committee: is_resident_committee(service, &meeting, recipient).await?,
        service: Arc::clone(service),
        by,
        name: name.clone(),
        recipient,
        channel,
        delivered_at,
        evidence,
        note,
    };
    let delivery = service
        .store
        .transaction("meeting.record_delivery", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, recipient = %recipient.uuid(), "notice delivered");
    Ok(convert::notice::delivery(&name, delivery))
}

/// Property Management Regulations 14: the resident committee is told of an owners' assembly.
async fn is_resident_committee(service: &Service, meeting: &Meeting, recipient: Member) -> Result<bool> {
    let Some(organization) = recipient
        .organization()
        .filter(|_| meeting.body_kind == BodyKind::OwnersAssembly)
    else {
        return Ok(false);
    };
    let known = service
        .directory
        .organizations(&meeting.name.community, &[organization])
        .await?;
    Ok(known
        .iter()
        .any(|organization| organization.active && organization.kind == OrganizationKind::ResidentCommittee))
}

async fn apply(tx: &Tx, input: &Deliver) -> Result<Delivery, Failure> {
    let Deliver { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect(Step::Acknowledge)?;
    let on_roster = store::notice::entry(tx, name, input.recipient).await?.is_some();
    if !on_roster && !input.is_resident_committee {
        return Err(crate::domain::not_on_roster(input.recipient, name).into());
    }
    let delivery = Delivery {
        id: service.store.ids().next(),
        round: meeting.notice_round,
        recipient: input.recipient,
        channel: input.channel,
        delivered_at: input.delivered_at.unwrap_or(now),
        evidence: input.evidence.clone(),
        note: input.note.clone(),
        recorded_by: person(by.user())?,
    };
    delivery.expect_between(meeting.noticed_at.unwrap_or(meeting.created_at), now)?;
    store::delivery::insert(tx, by, name, &delivery).await?;
    events::append(tx, by, events::NoticeDelivered, name, name, now).await?;
    let new = NewRecord {
        meeting: name.clone(),
        act: RecordedAct::Delivery,
        member: input.recipient,
        subject: name.to_string(),
        evidence: input.evidence.clone(),
        note: input.note.clone(),
    };
    keep(tx, service, by, new, now).await?;
    Ok(delivery)
}
