use tonic::Request;
use uuid::Uuid;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::ledger::{commitment_entry, problem_entry};
use crate::convert::name;
use crate::domain::{Commitment, Problem};
use crate::service::Service;
use crate::store;

pub async fn get_problem(service: &Service, request: Request<pb::GetProblemRequest>) -> Result<pb::Problem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, problem) = service.problem(admitted, &name("name", &request.name)?).await?;
    Ok(problem.into())
}

enum Open {
    Commitment(Commitment),
    Problem(Problem),
}

impl Open {
    /// Ids grow with time, so their order is that of age, whatever the kind.
    fn id(&self) -> Uuid {
        match self {
            Self::Commitment(commitment) => commitment.name.commitment.uuid(),
            Self::Problem(problem) => problem.name.problem.uuid(),
        }
    }
}

pub async fn list(
    service: &Service,
    request: Request<pb::ListLedgerEntriesRequest>,
) -> Result<pb::ListLedgerEntriesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let community = by.community()?;
    let page = service.store.page(
        &format!("ledger of {community}"),
        request.page_size,
        &request.page_token,
    )?;
    let commitments = store::commitment::open_after(service.reader(), community, &page).await?;
    let problems = store::problem::open_after(service.reader(), community, &page).await?;
    let commitments = commitments.into_iter().map(Open::Commitment);
    let mut open: Vec<_> = commitments.chain(problems.into_iter().map(Open::Problem)).collect();
    open.sort_by_key(Open::id);
    let (open, next_page_token) = page.next(open, |open| open.id().to_string());
    let now = service.now();
    let entries: Result<_> = open
        .into_iter()
        .map(|open| match open {
            Open::Commitment(commitment) => commitment_entry(commitment, now),
            Open::Problem(problem) => Ok(problem_entry(problem)),
        })
        .collect();
    Ok(pb::ListLedgerEntriesResponse {
        entries: entries?,
        next_page_token,
    })
}
