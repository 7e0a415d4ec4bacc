use tonic::Request;
use yihe_authz::{Revision, Scope};
use yihe_kernel::{CommunityName, Error, RegionName, Result};
use yihe_proto::policy::v1::{GetSnapshotRequest, Snapshot};

use crate::service::Policy;

/// No more layers than this are taken to be held.
const HELD: usize = 1_000;

/// The snapshot of a community or region, or of the root layer, at least as new as asked.
pub(crate) async fn get_snapshot(policy: &Policy, request: Request<GetSnapshotRequest>) -> Result<Snapshot> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let scope = scope(&request)?;
    let held = request
        .layered
        .then(|| request.have_layers.iter().take(HELD).cloned().collect());
    match &request.at_least {
        Some(at_least) => {
            policy
                .composer
                .at_least(scope.as_ref(), Revision::from_proto(Some(at_least)), held.as_ref())
                .await
        }
        None => policy.composer.newest_beside(scope.as_ref(), held.as_ref()).await,
    }
}

fn scope(request: &GetSnapshotRequest) -> Result<Option<Scope>> {
    let community = match request.community.as_str() {
        "" => None,
        name => Some(name.parse::<CommunityName>()),
    };
    let region = match request.region.as_str() {
        "" => None,
        name => Some(name.parse::<RegionName>()),
    };
    match (community, region) {
        (Some(name), _) => name
            .map(|name| Some(Scope::Community(name.community)))
            .map_err(|refusal| Error::malformed_name("community", &refusal)),
        (None, Some(name)) => name
            .map(|name| Some(Scope::Region(name.region)))
            .map_err(|refusal| Error::malformed_name("region", &refusal)),
        (None, None) => Ok(None),
    }
}
