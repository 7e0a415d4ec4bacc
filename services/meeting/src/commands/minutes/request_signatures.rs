use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};
use yihe_tally::Calendar;

use crate::convert::name;
use crate::domain::{Frozen, Meeting};
use crate::names::MeetingName;
use crate::queries;
use crate::service::Service;
use crate::{events, store};

struct RequestThem {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    frozen: Option<Arc<Frozen>>,
    calendar: Calendar,
    etag: String,
}

pub async fn request(service: &Arc<Service>, request: Request<pb::RequestSignaturesRequest>) -> Result<pb::Minutes> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let input = RequestThem {
        service: Arc::clone(service),
        by,
        frozen: service.frozen.of(&meeting).await?,
        calendar: service.calendars.at(service.now()).await?,
        meeting: meeting.clone(),
        etag: request.etag,
    };
    service
        .store
        .transaction("meeting.request_signatures", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %meeting, "signatures requested");
    queries::minutes::read(service, &meeting, None).await
}

async fn apply(tx: &Tx, input: &RequestThem) -> Result<(), Failure> {
    let RequestThem {
        service,
        by,
        meeting,
        frozen,
        calendar,
        etag,
    } = input;
    let now = service.now();
    let held = store::meeting::hold(tx, meeting).await?;
    let minutes = store::minutes::get(tx, meeting).await?;
    minutes.expect_etag(etag)?;
    let signing = held.request_signatures()?;
    let frozen = Meeting::frozen(meeting, frozen.as_deref())?;
    store::minutes::save(tx, by, minutes.begin_signing((&frozen.pack, calendar), now)?).await?;
    store::meeting::save(tx, by, signing).await?;
    events::append(tx, by, events::SignaturesRequested, meeting, meeting, now).await
}
