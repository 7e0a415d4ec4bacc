use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, FileName, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::record::keep::keep;
use crate::convert::{self, name};
use crate::domain::{Member, NewRecord, RecordedAct, RosterEntry, Step, not_on_roster};
use crate::names::MeetingName;
use crate::service::{Service, acting_member};
use crate::{events, store};

struct Acknowledge {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    member: Member,
    recorded: Option<(Option<FileName>, String)>,
}

pub async fn acknowledge(
    service: &Arc<Service>,
    request: Request<pb::AcknowledgeNoticeRequest>,
) -> Result<pb::RosterEntry> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let member = acting_member(&by)?;
    transact(service, by, name, member, None).await
}

pub async fn record(
    service: &Arc<Service>,
    request: Request<pb::RecordAcknowledgementRequest>,
) -> Result<pb::RosterEntry> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let mut fields = Fields::new();
    let member = fields.name("member", &request.member);
    let recorded = convert::record::proof(&mut fields, &request.evidence, &request.note);
    let member = fields.finish_with("member", member)?;
    service.expect_evidence(recorded.0.as_ref(), &name).await?;
    transact(service, by, name, member, Some(recorded)).await
}

async fn transact(
    service: &Arc<Service>,
    by: Authorized,
    name: MeetingName,
    member: Member,
    recorded: Option<(Option<FileName>, String)>,
) -> Result<pb::RosterEntry> {
    let input = Acknowledge {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        member,
        recorded,
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
        recorded,
    }: &Acknowledge,
) -> Result<RosterEntry, Failure> {
    let now = service.now();
    store::meeting::hold(tx, name).await?.expect(Step::Acknowledge)?;
    let fresh = store::notice::acknowledge(tx, by, name, *member, now).await?;
    if fresh {
        events::append(tx, by, events::NoticeAcknowledged, name, name, now).await?;
    }
    if let Some((evidence, note)) = recorded.as_ref().filter(|_| fresh) {
        let new = NewRecord {
            meeting: name.clone(),
            act: RecordedAct::Acknowledgement,
            member: *member,
            subject: name.to_string(),
            evidence: evidence.clone(),
            note: note.clone(),
        };
        keep(tx, service, by, new, now).await?;
    }
    let entry = store::notice::entry(tx, name, *member).await?;
    Ok(entry.ok_or_else(|| not_on_roster(*member, name))?)
}
