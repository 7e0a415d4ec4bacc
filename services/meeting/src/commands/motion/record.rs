use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::submit::{Submit, apply, known};
use crate::convert::decision::NewMotion;
use crate::convert::name;
use crate::names::{AgendaItemName, MeetingName};
use crate::service::Service;
use crate::store;

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordMotionRequest>) -> Result<pb::Motion> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let item = request.motion.as_ref().map(|motion| motion.agenda_item.as_str());
    let item: AgendaItemName = name("motion.agenda_item", item.unwrap_or_default())?;
    let (by, held) = service.meeting(admitted, &meeting).await?;
    let (mover, new, (evidence, note)) = NewMotion::recorded(&request)?;
    service.expect_evidence(evidence.as_ref(), &meeting).await?;
    let frozen = service.frozen.of(&meeting).await?;
    let known = known(service, &held, mover).await?;
    let input = Submit {
        service: Arc::clone(service),
        by,
        meeting,
        item,
        mover,
        user: None,
        frozen,
        known,
        new,
        recorded: Some((evidence, note)),
    };
    let name = service
        .store
        .transaction("meeting.record_motion", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "motion recorded");
    Ok(store::motion::get(service.reader(), &name).await?.into())
}
