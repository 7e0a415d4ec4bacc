use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use super::grant::{Grant, apply};
use crate::convert::name;
use crate::convert::proxy::NewProxy;
use crate::names::MeetingName;
use crate::service::{Service, person};
use crate::store;

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordProxyRequest>) -> Result<pb::Proxy> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let clerk = person(by.user())?;
    let (principal, new) = NewProxy::recorded(&meeting, &request)?;
    service.files.expect_attached(new.evidence.as_slice(), &meeting).await?;
    let frozen = service.frozen.of(&meeting).await?;
    let input = Grant {
        service: Arc::clone(service),
        by,
        meeting,
        principal,
        new,
        recorded_by: Some(clerk),
        frozen,
    };
    let name = service
        .store
        .transaction("meeting.record_proxy", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "proxy recorded");
    let proxy = store::proxy::find(service.reader(), &name).await?;
    Ok(proxy.ok_or_else(|| Error::not_found(&name))?.into())
}
