use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};
use yihe_tally::Calendar;

use super::drawing::names;
use super::signing::{current, signatures};
use crate::convert::name;
use crate::domain::minutes::{PublicationStatement, countersign};
use crate::names::MeetingName;
use crate::queries;
use crate::service::Service;
use crate::store::minutes_facts::Names;
use crate::{events, store};

struct Publish {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    names: Names,
    calendar: Calendar,
    etag: String,
}

pub async fn publish(service: &Arc<Service>, request: Request<pb::PublishMinutesRequest>) -> Result<pb::Publication> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    store::minutes::get(service.reader(), &meeting).await?;
    let input = Publish {
        service: Arc::clone(service),
        by,
        names: names(service, &meeting).await?,
        calendar: service.calendars.at(service.now()).await?,
        meeting: meeting.clone(),
        etag: request.etag,
    };
    service
        .store
        .transaction("meeting.publish_minutes", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting, "minutes published");
    queries::disclosure::read(service, &meeting).await
}

async fn apply(tx: &Tx, input: &Publish) -> Result<(), Failure> {
    let Publish {
        service,
        by,
        meeting,
        names,
        calendar,
        etag,
    } = input;
    let now = service.now();
    let held = store::meeting::hold(tx, meeting).await?;
    let minutes = store::minutes::get(tx, meeting).await?;
    minutes.expect_etag(etag)?;
    let over = held.publish()?;
    let signed = signatures(tx, &minutes, names).await?;
    let published = minutes
        .clone()
        .publish((&signed.pack, calendar), signed.all_answered(), now)?;
    let version = current(tx, &minutes).await?;
    signed.close(tx, service, by, (&minutes, &version), now).await?;
    let countersigned = countersign(&service.record, &PublicationStatement::new(&published, &version, now))?;
    store::minutes::publish(tx, by, published, countersigned).await?;
    store::meeting::save(tx, by, over).await?;
    events::append(tx, by, events::MinutesPublished, meeting, meeting, now).await
}
