use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::change::Change;
use crate::convert::commitment::Reassignment;
use crate::convert::name;
use crate::domain::{Commitment, Holder, Organization};
use crate::service::Service;

pub async fn reassign(
    service: &Arc<Service>,
    request: Request<pb::ReassignCommitmentRequest>,
) -> Result<pb::Commitment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.commitment(admitted, &name("name", &request.name)?).await?;
    let Reassignment {
        organization,
        due_on,
        reason,
    } = Reassignment::try_from(&request)?;
    let known = service
        .directory
        .organizations(&found.name.community, &[organization])
        .await?;
    let to: Holder = Organization::member_of(&known, organization)?.into();
    let calendar = service.calendars.at(service.now()).await?;
    let change = Change {
        service: Arc::clone(service),
        by,
        name: found.name,
        etag: request.etag,
        transition: move |commitment: Commitment, doing| {
            commitment.reassign(to.clone(), due_on, reason.clone(), (doing, &calendar))
        },
    };
    change.commit("meeting.reassign_commitment").await
}
