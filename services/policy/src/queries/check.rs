use tonic::Request;
use yihe_authz::Catalogue;
use yihe_kernel::Result;
use yihe_proto::policy::v1::{CheckRequest, CheckResponse};

use super::{Verdict, scope};
use crate::domain::closest::unknown_permission;
use crate::service::Policy;

/// Decides for the caller in its capacity, as the gateway would.
pub(crate) async fn check(policy: &Policy, request: Request<CheckRequest>) -> Result<CheckResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let authorized = admitted.without_target()?;
    let catalogue = Catalogue::shipped();
    if catalogue.permission_index(&request.permission).is_none() {
        return Err(unknown_permission(&request.permission, catalogue));
    }
    let (caller, scope) = (authorized.caller(), scope(&request.parent)?);
    let snapshot = policy.snapshots.of(&scope, None).await?;
    let decision = snapshot.decide(
        &caller.principal,
        &caller.capacity,
        &request.permission,
        policy.clock.now(),
    );
    let Verdict {
        verdict,
        allow_if,
        deny_if,
    } = Verdict::from(&decision);
    Ok(CheckResponse {
        verdict,
        allow_if,
        deny_if,
        grant: decision.grant().map(ToString::to_string).unwrap_or_default(),
        revision: policy.tokens.mint_at(&scope, snapshot.revision()),
    })
}
