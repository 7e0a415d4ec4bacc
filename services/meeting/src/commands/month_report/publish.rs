use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::month::month;
use crate::domain::MonthReport;
use crate::names::MonthReportName;
use crate::queries::month::{draw_up, read, texts};
use crate::service::Service;
use crate::store::month::Published;
use crate::{events, store};
use yihe_retry::Retry;

struct Publish {
    service: Arc<Service>,
    by: Authorized,
    name: MonthReportName,
    text: Published,
    retry: Retry,
}

pub async fn publish(
    service: &Arc<Service>,
    request: Request<pb::PublishMonthReportRequest>,
) -> Result<pb::MonthReport> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let community = by.community()?.clone();
    let month = month(request.year, request.month)?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    fields.finish()?;
    let now = service.now();
    MonthReport::expect_over(month, now)?;
    // what happened before the month's end does not change any more
    let report = draw_up(service, &community, month, now).await?;
    let input = Publish {
        service: Arc::clone(service),
        by,
        name: MonthReportName {
            community: community.clone(),
            month_report: month,
        },
        text: texts(&community, &report, now),
        retry,
    };
    let name = service
        .store
        .transaction("meeting.publish_month_report", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "month report published");
    read(service, &community, month).await
}

async fn apply(tx: &Tx, input: &Publish) -> Result<MonthReportName, Failure> {
    let now = input.service.now();
    let name = input.name.clone();
    if let Some(earlier) = input.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    store::month::publish(tx, &input.by, &name, &input.text).await?;
    events::append(tx, &input.by, events::MonthReportPublished, &name, &name, now).await?;
    Ok(name)
}
