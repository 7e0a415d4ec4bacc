use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::change::Change;
use crate::convert::commitment::remark;
use crate::convert::name;
use crate::domain::{Changed, Commitment, Doing, Problem};
use crate::names::ProblemName;
use crate::service::Service;
use crate::{events, store};

struct Confirm<F> {
    change: Change<F>,
    problem: Option<ProblemName>,
}

pub async fn confirm(service: &Arc<Service>, request: Request<pb::ConfirmCommitmentRequest>) -> Result<pb::Commitment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.commitment(admitted, &name("name", &request.name)?).await?;
    let note = remark("note", &request.note)?;
    let problem = found.problem.map(|problem| ProblemName {
        community: found.name.community.clone(),
        problem,
    });
    let change = Change {
        service: Arc::clone(service),
        by,
        name: found.name,
        etag: request.etag,
        transition: move |commitment: Commitment, doing| commitment.confirm(note.clone(), doing),
    };
    let input = Confirm { change, problem };
    let changed = service
        .store
        .transaction("meeting.confirm_commitment", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    changed.told(service)
}

async fn apply<F>(tx: &Tx, Confirm { change, problem }: &Confirm<F>) -> Result<Changed, Failure>
where
    F: Fn(Commitment, Doing) -> Result<Changed> + Send + Sync + 'static,
{
    // the problem is held before its commitments, so that two last ones confirmed at once see one another
    let problem = match problem {
        Some(name) => Some(store::problem::hold(tx, name).await?),
        None => None,
    };
    let changed = change.apply(tx).await?;
    if let Some(problem) = problem.filter(|problem| problem.closed_at.is_none()) {
        close_when_answered(tx, &change.by, problem, &changed).await?;
    }
    Ok(changed)
}

async fn close_when_answered(tx: &Tx, by: &Authorized, problem: Problem, changed: &Changed) -> Result<(), Failure> {
    if store::commitment::open_for(tx, &problem.name).await? > 0 {
        return Ok(());
    }
    let now = changed.step.doing.at;
    let closed = Problem {
        closed_at: Some(now),
        ..problem
    };
    store::problem::save(tx, by, &closed).await?;
    events::append(tx, by, events::ProblemClosed, &closed.name, &closed.name, now).await
}
