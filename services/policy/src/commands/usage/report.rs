use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::policy::v1::{ReportUsageRequest, ReportUsageResponse};

use crate::domain::usage::UsageReport;
use crate::service::Policy;
use crate::store;

/// Takes what a service or the gateway counted.
pub(crate) async fn report(policy: &Policy, request: Request<ReportUsageRequest>) -> Result<ReportUsageResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let now = policy.clock.now();
    let new = UsageReport::read(&request, now)?;
    if new.lost > 0 {
        tracing::warn!(
            by = by.actor(),
            lost = new.lost,
            "too many kinds of decisions to count them all"
        );
    }
    store::usage::add(&policy.store, new, now).await?;
    Ok(ReportUsageResponse {})
}
