use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};
use yihe_tally::Calendar;

use super::drawing::{draw, due, names};
use super::signing::signatures;
use crate::convert::minutes::NewNotes;
use crate::convert::name;
use crate::domain::Meeting;
use crate::domain::minutes::{Minutes, Notes};
use crate::names::MeetingName;
use crate::queries;
use crate::service::Service;
use crate::store::minutes_facts::Names;
use crate::{events, store};

struct Update {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    names: Names,
    notes: NewNotes,
    calendar: Calendar,
}

pub async fn update(service: &Arc<Service>, request: Request<pb::UpdateMinutesRequest>) -> Result<pb::Minutes> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let notes = NewNotes::of(&request, &meeting)?;
    store::minutes::get(service.reader(), &meeting).await?;
    let input = Update {
        service: Arc::clone(service),
        by,
        names: names(service, &meeting).await?,
        calendar: service.calendars.at(service.now()).await?,
        meeting: meeting.clone(),
        notes,
    };
    let version = service
        .store
        .transaction("meeting.update_minutes", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting, version, "minutes edited");
    queries::minutes::read(service, &meeting, None).await
}

async fn apply(tx: &Tx, input: &Update) -> Result<i32, Failure> {
    let Update {
        service,
        by,
        meeting,
        names,
        notes,
        calendar,
    } = input;
    let held = store::meeting::hold(tx, meeting).await?;
    let minutes = store::minutes::get(tx, meeting).await?;
    minutes.expect_etag(&notes.etag)?;
    for item in notes.items() {
        let found = store::agenda::find(tx, &meeting.agenda_item(item)).await?;
        found.ok_or_else(|| Error::not_found(meeting.agenda_item(item)))?;
    }
    new_version(tx, service, by, (&held, minutes), (names, calendar), |kept| {
        notes.write(kept);
    })
    .await
}

/// Makes the next version, unless it would say the same. The meeting must be held.
pub(super) async fn new_version(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    (meeting, minutes): (&Meeting, Minutes),
    (names, calendar): (&Names, &Calendar),
    write: impl FnOnce(&mut Notes),
) -> Result<i32, Failure> {
    let now = service.now();
    let current = store::minutes::version(tx, &minutes.meeting, minutes.version).await?;
    let current = current.ok_or_else(|| Error::internal(format!("{} has no current version", minutes.meeting)))?;
    let signed = signatures(tx, &minutes, names).await?;
    let mut notes = current.notes.clone();
    write(&mut notes);
    let edited = minutes
        .clone()
        .edit(meeting, (&signed.pack, calendar), signed.all_signed(), now)?;
    let (happened, same) = draw(tx, &minutes, notes.clone(), names, (by.actor(), now)).await?;
    if same.drawn == current.drawn {
        return Ok(minutes.version);
    }
    let mut edited = edited;
    let (_, version) = draw(tx, &edited, notes, names, (by.actor(), now)).await?;
    edited.due = due(&happened, names);
    store::minutes::add_version(tx, by, &minutes.meeting, &version).await?;
    let saved = store::minutes::save(tx, by, edited).await?;
    events::append(tx, by, events::MinutesUpdated, &minutes.meeting, &minutes.meeting, now).await?;
    Ok(saved.version)
}
