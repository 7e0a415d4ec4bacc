use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::meeting::NewMeeting;
use crate::convert::name;
use crate::domain::{Body, Meeting, MeetingMode, MeetingState};
use crate::names::{BodyName, MeetingName};
use crate::service::Service;
use crate::{events, reasons, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    body: Body,
    new: NewMeeting,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateMeetingRequest>) -> Result<pb::Meeting> {
    let (admitted, request) = service.guard.admit(request).await?;
    let body = request
        .meeting
        .as_ref()
        .map(|meeting| meeting.body.as_str())
        .unwrap_or_default();
    let body: BodyName = name("meeting.body", body)?;
    if admitted.is_unconditional() && store::body::find(service.reader(), &body).await?.is_none() {
        return Err(Error::new(&reasons::BODY_NOT_FOUND).with("name", body));
    }
    let (by, body) = service.body(admitted, &body).await?;
    let new = NewMeeting::try_from(&request)?;
    if request.validate_only {
        let name = MeetingName {
            community: body.name.community.clone(),
            meeting: service.store.ids().next(),
        };
        let drafted = draft(name, &body, &new, service.now())?;
        return Ok(pb::Meeting {
            name: String::new(),
            ..drafted.into()
        });
    }
    let input = Create {
        service: Arc::clone(service),
        by,
        body,
        new,
    };
    let name = service
        .store
        .transaction("meeting.create_meeting", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "meeting convened");
    let meeting = store::meeting::find(service.reader(), &name).await?;
    Ok(meeting.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(tx: &Tx, Create { service, by, body, new }: &Create) -> Result<MeetingName, Failure> {
    let now = service.now();
    let name = MeetingName {
        community: body.name.community.clone(),
        meeting: service.store.ids().next(),
    };
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let meeting = draft(name.clone(), body, new, now)?;
    store::meeting::insert(tx, by, &meeting).await?;
    store::month::schedule(tx, by, &meeting, now).await?;
    events::append(tx, by, events::MeetingCreated, &name, &name, now).await?;
    Ok(name)
}

fn draft(name: MeetingName, body: &Body, new: &NewMeeting, now: Timestamp) -> Result<Meeting> {
    let meeting = Meeting {
        name,
        body: body.name.body,
        body_kind: body.kind,
        convener: body.convener,
        title: new.title.clone(),
        location: new.location.clone(),
        starts_at: new.starts_at,
        mode: new.mode.unwrap_or(MeetingMode::of(body.kind)),
        voting_ends_at: new.voting_ends_at,
        state: MeetingState::Draft,
        created_at: now,
        noticed_at: None,
        opened_at: None,
        closed_at: None,
        cancel_reason: None,
        start_known: true,
        postponed: None,
        suspended: None,
        debate: new.debate,
        notice_round: 0,
        quorate: false,
        version: 1,
    };
    meeting.mode.expect_for(body.kind, &body.name)?;
    meeting.expect_voting_end()?;
    meeting.expect_ahead(now)?;
    Ok(meeting)
}
