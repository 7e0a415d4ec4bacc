use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};
use yihe_tally::Calendar;

use super::drawing::{draw, due, names};
use super::update::new_version;
use crate::convert::name;
use crate::domain::minutes::{Minutes, Notes};
use crate::domain::{MeetingState, Step};
use crate::names::MeetingName;
use crate::queries;
use crate::service::Service;
use crate::store::minutes_facts::Names;
use crate::{events, store};

struct Draft {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    names: Names,
    calendar: Calendar,
}

pub async fn draft(service: &Arc<Service>, request: Request<pb::DraftMinutesRequest>) -> Result<pb::Minutes> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    let (by, found) = service.meeting(admitted, &meeting).await?;
    found.expect(Step::Minutes).or_else(|refusal| match found.state {
        MeetingState::Published => Ok(()),
        _ => Err(refusal),
    })?;
    let input = Draft {
        service: Arc::clone(service),
        by,
        names: names(service, &meeting).await?,
        calendar: service.calendars.at(service.now()).await?,
        meeting: meeting.clone(),
    };
    let version = service
        .store
        .transaction("meeting.draft_minutes", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting, version, "minutes drafted");
    queries::minutes::read(service, &meeting, None).await
}

async fn apply(tx: &Tx, input: &Draft) -> Result<i32, Failure> {
    let Draft {
        service,
        by,
        meeting,
        names,
        calendar,
    } = input;
    let now = service.now();
    let held = store::meeting::hold(tx, meeting).await?;
    if let Some(minutes) = store::minutes::find(tx, meeting).await? {
        // while it is being signed, only an edit voids what was signed
        if held.state != MeetingState::Closed {
            return Ok(minutes.version);
        }
        return new_version(tx, service, by, (&held, minutes), (names, calendar), |_| ()).await;
    }
    held.expect(Step::Minutes)?;
    let mut minutes = Minutes::first(meeting.clone());
    let (happened, version) = draw(tx, &minutes, Notes::default(), names, (by.actor(), now)).await?;
    minutes.due = due(&happened, names);
    store::minutes::insert(tx, by, &minutes).await?;
    store::minutes::add_version(tx, by, meeting, &version).await?;
    events::append(tx, by, events::MinutesDrafted, meeting, meeting, now).await?;
    Ok(minutes.version)
}
