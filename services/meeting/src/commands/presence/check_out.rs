use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;

use super::passage::{Passage, Way};
use crate::convert::{self, name};
use crate::domain::Member;
use crate::names::MeetingName;
use crate::service::{Service, person};

pub async fn check_out(service: &Arc<Service>, request: Request<pb::CheckOutRequest>) -> Result<pb::Presence> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let wanted = convert::mandate::wanted(&request.member)?;
    let (by, _, member) = service.meeting_as(admitted, &name, wanted).await?;
    let passage = Passage {
        member,
        mandated: false,
        way: Way::Out(Some(person(by.user())?)),
        recorded: None,
        by,
        name,
    };
    passage.pass(service, "meeting.check_out").await
}

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordCheckOutRequest>) -> Result<pb::Presence> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let mut fields = Fields::new();
    let member: Option<Member> = fields.name("member", &request.member);
    let recorded = convert::record::proof(&mut fields, &request.evidence, &request.note);
    let member = fields.finish_with("member", member)?;
    let passage = Passage {
        member,
        mandated: false,
        way: Way::Out(None),
        recorded: Some(recorded),
        by,
        name,
    };
    passage.pass(service, "meeting.record_check_out").await
}
