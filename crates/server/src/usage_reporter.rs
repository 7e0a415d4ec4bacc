use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};
use tonic::Status;
use uuid::Uuid;
use yihe_authz::{Condition, ConditionSet, Outcome, Report, Usage, Use};
use yihe_kernel::{Ids, Result, SharedClock};
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::usage_service_client::UsageServiceClient;

use crate::remote_error::remote_error;
use crate::service_link::ServiceLink;

const PACE: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(5);
/// Counts that one call carries.
const BATCH: usize = 5_000;

/// Tells the policy service what was decided, time and again.
#[derive(Debug, Clone)]
pub struct UsageReporter {
    usage: Arc<Usage>,
    ids: Arc<Ids>,
    client: UsageServiceClient<ServiceLink>,
    /// Reports on their way: one whose answer was lost goes out again as it was, so that it is not counted twice.
    waiting: Arc<Mutex<VecDeque<pb::ReportUsageRequest>>>,
}

impl UsageReporter {
    /// Of what `usage` counts, over `link`, which leads to the policy service.
    #[must_use]
    pub fn new(usage: Arc<Usage>, link: ServiceLink, clock: SharedClock) -> Self {
        Self {
            usage,
            ids: Arc::new(Ids::new(clock)),
            client: UsageServiceClient::new(link),
            waiting: Arc::default(),
        }
    }

    /// Reports for ever. What could not be told is told the next time.
    pub async fn run(self) {
        loop {
            sleep(PACE).await;
            if let Err(error) = self.report().await {
                tracing::warn!(%error, "the counts of decisions are not told yet; trying again");
            }
        }
    }

    /// Reports now what was counted until now.
    ///
    /// # Errors
    /// The policy service does not take it; it is kept for the next time.
    pub async fn report(&self) -> Result<()> {
        let mut waiting = self.waiting.lock().await;
        if waiting.is_empty() {
            waiting.extend(requests(&self.usage.take(), &self.ids));
        }
        while let Some(request) = waiting.front() {
            let answer = timeout(PATIENCE, self.client.clone().report_usage(request.clone())).await;
            answer
                .unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in time")))
                .map_err(|status| remote_error(&status, &[]))?;
            waiting.pop_front();
        }
        Ok(())
    }
}

fn requests(report: &Report, ids: &Ids) -> Vec<pb::ReportUsageRequest> {
    let mut requests: Vec<_> = report
        .counts
        .chunks(BATCH)
        .map(|counts| pb::ReportUsageRequest {
            report_id: ids.next::<Uuid>().to_string(),
            counts: counts.iter().map(|(one, count)| wire(one, *count)).collect(),
            lost: 0,
        })
        .collect();
    if report.lost > 0 {
        let lost = i64::try_from(report.lost).unwrap_or(i64::MAX);
        requests.push(pb::ReportUsageRequest {
            report_id: ids.next::<Uuid>().to_string(),
            counts: Vec::new(),
            lost,
        });
    }
    requests
}

fn wire(one: &Use, count: u64) -> pb::UsageCount {
    pb::UsageCount {
        place: one.scope.to_string(),
        day: one.day,
        roles: one.roles.split_whitespace().map(str::to_owned).collect(),
        permission: one.permission.to_owned(),
        asked: conditions(one.asked),
        held: conditions(one.held),
        outcome: match one.outcome {
            Outcome::Allowed => pb::Outcome::Allowed,
            Outcome::Denied => pb::Outcome::Denied,
            Outcome::Filtered => pb::Outcome::Filtered,
        }
        .into(),
        count: i64::try_from(count).unwrap_or(i64::MAX),
    }
}

fn conditions(set: ConditionSet) -> Vec<i32> {
    set.iter().map(Condition::to_proto).map(i32::from).collect()
}
