use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;

use super::enter::Enter;
use crate::convert::{self, name};
use crate::domain::Member;
use crate::names::AgendaItemName;
use crate::service::{Service, person};
use yihe_retry::Retry;

pub async fn r#move(service: &Arc<Service>, request: Request<pb::MoveRecusalRequest>) -> Result<pb::Recusal> {
    let (admitted, request) = service.guard.admit(request).await?;
    let item: AgendaItemName = name("parent", &request.parent)?;
    let wanted = convert::mandate::wanted(&request.mover)?;
    let (by, _, mover) = service.meeting_as(admitted, &item.meeting(), wanted).await?;
    let mover = (mover, person(by.user())?);
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let reason = convert::recusal::reason(&mut fields, &request.reason);
    let member: Option<Member> = fields.name("member", &request.member);
    let enter = Enter {
        member: fields.finish_with("member", member)?,
        mover: Some(mover),
        recorded: None,
        by,
        item,
        reason,
        retry,
    };
    enter.enter(service, "meeting.move_recusal").await
}
