use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::{self, name};
use crate::names::CommitmentName;
use crate::service::{Service, calling_member};
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetCommitmentRequest>) -> Result<pb::Commitment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, commitment) = service.commitment(admitted, &name("name", &request.name)?).await?;
    convert::commitment::commitment(commitment, service.now())
}

pub async fn list(
    service: &Service,
    request: Request<pb::ListCommitmentsRequest>,
) -> Result<pb::ListCommitmentsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (filter, member) = (admitted.filter(), calling_member(&admitted));
    let by = admitted.authorized_list();
    let community = by.community()?;
    let sight = service.sight(community, filter, member).await?;
    let now = service.now();
    let wanted = convert::commitment::wanted(&request, now)?;
    let pb::ListCommitmentsRequest {
        state,
        holder,
        overdue,
        resolution,
        meeting,
        agenda_item,
        problem,
        ..
    } = &request;
    let query =
        format!("commitments of {community} {state} {holder} {overdue} {resolution} {meeting} {agenda_item} {problem}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::commitment::list(service.reader(), community, &wanted, &sight, &page).await?;
    let (found, next_page_token) = page.next(found, |commitment| commitment.name.commitment.to_string());
    let commitments: Result<_> = found
        .into_iter()
        .map(|commitment| convert::commitment::commitment(commitment, now))
        .collect();
    Ok(pb::ListCommitmentsResponse {
        commitments: commitments?,
        next_page_token,
    })
}

pub async fn history(
    service: &Service,
    request: Request<pb::ListCommitmentHistoryRequest>,
) -> Result<pb::ListCommitmentHistoryResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: CommitmentName = name("parent", &request.parent)?;
    service.commitment(admitted, &name).await?;
    let page = service
        .store
        .page(&format!("history of {name}"), request.page_size, &request.page_token)?;
    let steps = store::commitment::history(service.reader(), &name, &page).await?;
    let (steps, next_page_token) = page.next(steps, |step| step.serial.to_string());
    Ok(pb::ListCommitmentHistoryResponse {
        steps: steps
            .into_iter()
            .map(|step| convert::commitment::step(&name, step))
            .collect(),
        next_page_token,
    })
}
