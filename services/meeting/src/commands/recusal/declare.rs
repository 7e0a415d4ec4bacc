use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;

use super::enter::Enter;
use crate::convert::{self, name};
use crate::domain::Member;
use crate::names::AgendaItemName;
use crate::service::Service;
use yihe_retry::Retry;

pub async fn declare(service: &Arc<Service>, request: Request<pb::DeclareRecusalRequest>) -> Result<pb::Recusal> {
    let (admitted, request) = service.guard.admit(request).await?;
    let item: AgendaItemName = name("parent", &request.parent)?;
    let wanted = convert::mandate::wanted(&request.member)?;
    let (by, _, member) = service.meeting_as(admitted, &item.meeting(), wanted).await?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let reason = convert::recusal::reason(&mut fields, &request.reason);
    fields.finish()?;
    let enter = Enter {
        member,
        mover: None,
        recorded: None,
        by,
        item,
        reason,
        retry,
    };
    enter.enter(service, "meeting.declare_recusal").await
}

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordRecusalRequest>) -> Result<pb::Recusal> {
    let (admitted, request) = service.guard.admit(request).await?;
    let item: AgendaItemName = name("parent", &request.parent)?;
    let (by, _) = service.agenda_item(admitted, &item).await?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let reason = convert::recusal::reason(&mut fields, &request.reason);
    let member: Option<Member> = fields.name("member", &request.member);
    let recorded = convert::record::proof(&mut fields, &request.evidence, &request.note);
    let enter = Enter {
        member: fields.finish_with("member", member)?,
        mover: None,
        recorded: Some(recorded),
        by,
        item,
        reason,
        retry,
    };
    enter.enter(service, "meeting.record_recusal").await
}
