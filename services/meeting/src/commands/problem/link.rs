use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::Problem;
use crate::names::{AgendaItemName, ProblemName};
use crate::service::Service;
use crate::{events, reasons, store};

struct Link {
    service: Arc<Service>,
    by: Authorized,
    name: ProblemName,
    agenda_item: AgendaItemName,
}

pub async fn link(service: &Arc<Service>, request: Request<pb::LinkProblemRequest>) -> Result<pb::Problem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let agenda_item: AgendaItemName = name("agenda_item", &request.agenda_item)?;
    let (by, found) = service.problem(admitted, &name("name", &request.name)?).await?;
    let input = Link {
        service: Arc::clone(service),
        by,
        name: found.name,
        agenda_item,
    };
    let problem = service
        .store
        .transaction("meeting.link_problem", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %problem.name, "problem put on an agenda");
    Ok(problem.into())
}

async fn apply(tx: &Tx, input: &Link) -> Result<Problem, Failure> {
    let now = input.service.now();
    let problem = store::problem::hold(tx, &input.name).await?;
    let item = store::agenda::find(tx, &input.agenda_item).await?;
    let item = item.ok_or_else(|| Error::new(&reasons::AGENDA_ITEM_UNKNOWN).with("name", &input.agenda_item))?;
    if item.withdrawn_at.is_some() {
        return Err(Error::new(&reasons::AGENDA_ITEM_WITHDRAWN)
            .with("name", &item.name)
            .into());
    }
    let problem = problem.link(item.name)?;
    store::problem::save(tx, &input.by, &problem).await?;
    events::append(tx, &input.by, events::ProblemLinked, &problem.name, &problem.name, now).await?;
    Ok(problem)
}
