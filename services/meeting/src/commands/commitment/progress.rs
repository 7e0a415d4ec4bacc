use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::change::Change;
use crate::convert::commitment::wording;
use crate::convert::name;
use crate::domain::Commitment;
use crate::service::Service;

pub async fn progress(service: &Arc<Service>, request: Request<pb::ReportProgressRequest>) -> Result<pb::Commitment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.commitment(admitted, &name("name", &request.name)?).await?;
    let note = wording("note", &request.note)?;
    let change = Change {
        service: Arc::clone(service),
        by,
        name: found.name,
        etag: request.etag,
        transition: move |commitment: Commitment, doing| commitment.progress(note.clone(), doing),
    };
    change.commit("meeting.report_progress").await
}
