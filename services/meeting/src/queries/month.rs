use tonic::Request;
use yihe_kernel::{CommunityId, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;

use crate::convert::month::{month, plan_to_wire, report_to_wire};
use crate::domain::{Month, MonthPlan, MonthReport};
use crate::names::MonthReportName;
use crate::service::Service;
use crate::store;
use crate::store::month::Published;

pub async fn plan(service: &Service, request: Request<pb::GetMonthPlanRequest>) -> Result<pb::MonthPlan> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let community = by.community()?;
    let month = month(request.year, request.month)?;
    let as_of = MonthPlan::as_of(month, service.now())?;
    let meetings = store::month::scheduled(service.reader(), community, as_of).await?;
    let (standings, _) = store::month::standings(service.reader(), community, as_of).await?;
    let problems = store::month::problems(service.reader(), community, as_of).await?;
    let plan = MonthPlan::draw_up(month, as_of, meetings, standings, problems)?;
    Ok(plan_to_wire(community, plan))
}

pub async fn report(service: &Service, request: Request<pb::GetMonthReportRequest>) -> Result<pb::MonthReport> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let community = by.community()?;
    let month = month(request.year, request.month)?;
    read(service, community, month).await
}

/// The report of a month, with the text that was published where it was.
pub async fn read(service: &Service, community: &CommunityId, month: Month) -> Result<pb::MonthReport> {
    let name = MonthReportName {
        community: community.clone(),
        month_report: month,
    };
    let report = draw_up(service, community, month, service.now()).await?;
    let published = store::month::published(service.reader(), &name).await?;
    let at = published.as_ref().map(|published| published.at);
    let text = published.unwrap_or_else(|| texts(community, &report, service.now()));
    Ok(report_to_wire(&name, report, text, at))
}

/// The report as history has it at an instant.
pub async fn draw_up(service: &Service, community: &CommunityId, month: Month, now: Timestamp) -> Result<MonthReport> {
    let as_of = MonthReport::as_of(month, now)?;
    let (standings, steps) = store::month::standings(service.reader(), community, as_of).await?;
    let problems = store::month::problems(service.reader(), community, as_of).await?;
    MonthReport::draw_up(month, as_of, standings, steps.iter(), &problems)
}

/// Its texts and their digest.
pub fn texts(community: &CommunityId, report: &MonthReport, at: Timestamp) -> Published {
    let (text_zh, text_en) = (report.text_zh(community), report.text_en(community));
    Published {
        sha256: crate::domain::digest(&text_zh, &text_en),
        text_zh,
        text_en,
        at,
    }
}
