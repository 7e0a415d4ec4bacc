use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::change::Change;
use crate::convert::commitment::Completion;
use crate::convert::name;
use crate::domain::Commitment;
use crate::service::Service;

pub async fn complete(
    service: &Arc<Service>,
    request: Request<pb::CompleteCommitmentRequest>,
) -> Result<pb::Commitment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.commitment(admitted, &name("name", &request.name)?).await?;
    let Completion { note, evidence } = Completion::try_from(&request)?;
    service.files.expect_attached(&evidence, &found.name).await?;
    let evidence: Vec<_> = evidence.iter().map(ToString::to_string).collect();
    let change = Change {
        service: Arc::clone(service),
        by,
        name: found.name,
        etag: request.etag,
        transition: move |commitment: Commitment, doing| commitment.complete(note.clone(), evidence.clone(), doing),
    };
    change.commit("meeting.complete_commitment").await
}
