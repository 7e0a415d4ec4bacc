use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::grant::{Grant, apply};
use crate::convert::mandate::NewMandate;
use crate::convert::name;
use crate::names::MeetingName;
use crate::queries;
use crate::service::{Service, person};

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordMandateRequest>) -> Result<pb::Mandate> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let clerk = person(by.user())?;
    let (organization, new) = NewMandate::recorded(&request)?;
    service.expect_evidence(new.evidence.as_ref(), &meeting).await?;
    let frozen = service.frozen.of(&meeting).await?;
    let input = Grant {
        service: Arc::clone(service),
        by,
        meeting,
        organization,
        new,
        recorded_by: Some(clerk),
        frozen,
    };
    let name = service
        .store
        .transaction("meeting.record_mandate", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "mandate recorded");
    queries::mandate::told(service, &name).await
}
