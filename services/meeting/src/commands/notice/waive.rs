use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, FileName, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};
use yihe_tally::Calendar;

use crate::commands::record::keep::keep;
use crate::convert::{self, name};
use crate::domain::{Member, NewRecord, NoticePeriod, RecordedAct, Step, Waiver};
use crate::names::MeetingName;
use crate::service::{Service, acting_member, person};
use crate::{events, queries, reasons, store};

struct Waive {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    member: Member,
    recorded: Option<(Option<FileName>, String)>,
    calendar: Calendar,
}

pub async fn waive(service: &Arc<Service>, request: Request<pb::WaiveNoticeRequest>) -> Result<pb::NoticeWaiver> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let member = acting_member(&by)?;
    transact(service, by, name, member, None).await
}

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordWaiverRequest>) -> Result<pb::NoticeWaiver> {
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
) -> Result<pb::NoticeWaiver> {
    let input = Waive {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        member,
        recorded,
        calendar: service.calendars.at(service.now()).await?,
    };
    let waiver = service
        .store
        .transaction("meeting.waive_notice", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, member = %member.uuid(), "notice period waived");
    Ok(convert::notice::waiver(&name, &waiver))
}

async fn apply(tx: &Tx, input: &Waive) -> Result<Waiver, Failure> {
    let Waive {
        service,
        by,
        name,
        member,
        recorded,
        calendar,
    } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect(Step::Waive)?;
    meeting.expect_start_known()?;
    let (pack, members) = queries::notice::electorate(tx, &meeting, now).await?;
    NoticePeriod::of(&pack, &meeting, calendar, now)?.expect_waivable(&pack)?;
    if !members.contains(member) {
        return Err(Error::new(&reasons::NOT_A_MEMBER_OF_BODY)
            .with("member", member.name(&name.community))
            .with("name", name)
            .into());
    }
    let earlier = store::waiver::all(tx, &meeting).await?;
    if let Some(waiver) = earlier.into_iter().find(|waiver| waiver.member == *member) {
        return Ok(waiver);
    }
    let recorded_by = match recorded {
        Some(_) => Some(person(by.user())?),
        None => None,
    };
    let waiver = Waiver {
        member: *member,
        starts_at: meeting.starts_at,
        waived_at: now,
        recorded_by,
    };
    store::waiver::insert(tx, by, &meeting, &waiver).await?;
    events::append(tx, by, events::NoticeWaived, name, name, now).await?;
    if let Some((evidence, note)) = recorded {
        let new = NewRecord {
            meeting: name.clone(),
            act: RecordedAct::Waiver,
            member: *member,
            subject: name.to_string(),
            evidence: evidence.clone(),
            note: note.clone(),
        };
        keep(tx, service, by, new, now).await?;
    }
    Ok(waiver)
}
