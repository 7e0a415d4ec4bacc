use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::change::Change;
use crate::convert::commitment::wording;
use crate::convert::name;
use crate::domain::Commitment;
use crate::service::Service;

pub async fn reopen(service: &Arc<Service>, request: Request<pb::ReopenCommitmentRequest>) -> Result<pb::Commitment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.commitment(admitted, &name("name", &request.name)?).await?;
    let reason = wording("reason", &request.reason)?;
    let calendar = service.calendars.at(service.now()).await?;
    let change = Change {
        service: Arc::clone(service),
        by,
        name: found.name,
        etag: request.etag,
        transition: move |commitment: Commitment, doing| commitment.reopen(reason.clone(), doing, &calendar),
    };
    change.commit("meeting.reopen_commitment").await
}
