use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::ledger::NewProblem;
use crate::domain::{Holder, Organization, Problem};
use crate::names::ProblemName;
use crate::service::Service;
use crate::{events, reasons, store};

struct Report {
    service: Arc<Service>,
    by: Authorized,
    community: CommunityId,
    reporter: Holder,
    new: NewProblem,
}

pub async fn report(service: &Arc<Service>, request: Request<pb::ReportProblemRequest>) -> Result<pb::Problem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let community = by.community()?.clone();
    let reporter = by
        .organization()
        .ok_or_else(|| Error::new(&reasons::ORGANIZATION_REQUIRED))?;
    let new = NewProblem::try_from(&request)?;
    let known = service.directory.organizations(&community, &[reporter]).await?;
    let input = Report {
        service: Arc::clone(service),
        by,
        community,
        reporter: Organization::member_of(&known, reporter)?.into(),
        new,
    };
    let name = service
        .store
        .transaction("meeting.report_problem", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "problem entered");
    let problem = store::problem::find(service.reader(), &name).await?;
    Ok(problem.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(tx: &Tx, input: &Report) -> Result<ProblemName, Failure> {
    let now = input.service.now();
    let name = ProblemName {
        community: input.community.clone(),
        problem: input.service.store.ids().next(),
    };
    if let Some(earlier) = input.new.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    let problem = Problem {
        name: name.clone(),
        title: input.new.title.clone(),
        description: input.new.description.clone(),
        reporter: input.reporter.clone(),
        agenda_item: None,
        reported_at: now,
        closed_at: None,
        close_reason: None,
    };
    store::problem::insert(tx, &input.by, &problem).await?;
    events::append(tx, &input.by, events::ProblemReported, &name, &name, now).await?;
    Ok(name)
}
