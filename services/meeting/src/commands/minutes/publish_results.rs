use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::names::MeetingName;
use crate::queries;
use crate::service::Service;
use crate::{events, store};

struct PublishResults {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
}

pub async fn publish(service: &Arc<Service>, request: Request<pb::PublishResultsRequest>) -> Result<pb::Publication> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let input = PublishResults {
        service: Arc::clone(service),
        by,
        meeting: meeting.clone(),
    };
    service
        .store
        .transaction("meeting.publish_results", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting, "results published");
    queries::disclosure::read(service, &meeting).await
}

async fn apply(tx: &Tx, PublishResults { service, by, meeting }: &PublishResults) -> Result<(), Failure> {
    let now = service.now();
    store::meeting::hold(tx, meeting).await?;
    let minutes = store::minutes::get(tx, meeting).await?;
    if minutes.results_published_at.is_some() {
        return Ok(());
    }
    store::minutes::save(tx, by, minutes.publish_results(now)).await?;
    events::append(tx, by, events::ResultsPublished, meeting, meeting, now).await
}
