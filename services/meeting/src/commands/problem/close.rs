use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::commitment::wording;
use crate::convert::name;
use crate::domain::Problem;
use crate::names::ProblemName;
use crate::service::Service;
use crate::{events, store};

struct Close {
    service: Arc<Service>,
    by: Authorized,
    name: ProblemName,
    reason: String,
}

pub async fn close(service: &Arc<Service>, request: Request<pb::CloseProblemRequest>) -> Result<pb::Problem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.problem(admitted, &name("name", &request.name)?).await?;
    let input = Close {
        service: Arc::clone(service),
        by,
        name: found.name,
        reason: wording("reason", &request.reason)?,
    };
    let problem = service
        .store
        .transaction("meeting.close_problem", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %problem.name, "problem closed");
    Ok(problem.into())
}

async fn apply(tx: &Tx, input: &Close) -> Result<Problem, Failure> {
    let problem = store::problem::hold(tx, &input.name).await?;
    let now = input.service.now();
    let open = store::commitment::open_for(tx, &problem.name).await?;
    let problem = problem.close(input.reason.clone(), open, now)?;
    store::problem::save(tx, &input.by, &problem).await?;
    events::append(tx, &input.by, events::ProblemClosed, &problem.name, &problem.name, now).await?;
    Ok(problem)
}
