use tonic::Request;
use yihe_authz::Revision;
use yihe_kernel::{CommunityName, Error, Result};
use yihe_proto::policy::v1::{GetSnapshotRequest, Snapshot};

use crate::service::Policy;

/// The snapshot of a community or of the root layer, at least as new as asked.
pub(crate) async fn get_snapshot(policy: &Policy, request: Request<GetSnapshotRequest>) -> Result<Snapshot> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let community = match request.community.as_str() {
        "" => None,
        name => Some(
            name.parse::<CommunityName>()
                .map_err(|refusal| Error::malformed_name("community", &refusal))?
                .community,
        ),
    };
    match &request.at_least {
        Some(at_least) => {
            policy
                .composer
                .at_least(community.as_ref(), Revision::from_proto(Some(at_least)))
                .await
        }
        None => policy.composer.newest(community.as_ref()).await,
    }
}
