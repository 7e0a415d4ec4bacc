use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use super::change::Change;
use crate::convert::name;
use crate::domain::Commitment;
use crate::names::ResolutionName;
use crate::service::Service;
use crate::{reasons, store};

pub async fn cancel(service: &Arc<Service>, request: Request<pb::CancelCommitmentRequest>) -> Result<pb::Commitment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let resolution: ResolutionName = name("resolution", &request.resolution)?;
    let (by, found) = service.commitment(admitted, &name("name", &request.name)?).await?;
    // whoever may cancel learns no more of a resolution that is not there than of one that says nothing of this
    let Some(resolution) = store::resolution::find(service.reader(), &resolution).await? else {
        return Err(Error::new(&reasons::RESOLUTION_NOT_LATER)
            .with("name", &found.name)
            .with("resolution", &resolution));
    };
    let change = Change {
        service: Arc::clone(service),
        by,
        name: found.name,
        etag: request.etag,
        transition: move |commitment: Commitment, doing| commitment.cancel(&resolution, doing),
    };
    change.commit("meeting.cancel_commitment").await
}
