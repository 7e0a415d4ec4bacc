use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::change::Change;
use crate::convert::commitment::Declination;
use crate::convert::name;
use crate::domain::{Commitment, Holder, Organization};
use crate::service::Service;

pub async fn decline(service: &Arc<Service>, request: Request<pb::DeclineCommitmentRequest>) -> Result<pb::Commitment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.commitment(admitted, &name("name", &request.name)?).await?;
    let Declination { reason, suggested } = Declination::try_from(&request)?;
    let suggested: Option<Holder> = match suggested {
        Some(organization) => {
            let known = service
                .directory
                .organizations(&found.name.community, &[organization])
                .await?;
            Some(Organization::member_of(&known, organization)?.into())
        }
        None => None,
    };
    let change = Change {
        service: Arc::clone(service),
        by,
        name: found.name,
        etag: request.etag,
        transition: move |commitment: Commitment, doing| commitment.decline(reason.clone(), suggested.clone(), doing),
    };
    change.commit("meeting.decline_commitment").await
}
