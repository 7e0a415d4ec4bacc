use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::{self, name};
use crate::names::VoteName;
use crate::service::Service;
use crate::store;

pub async fn list(
    service: &Service,
    request: Request<pb::ListBallotChangesRequest>,
) -> Result<pb::ListBallotChangesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    service.vote(admitted, &vote).await?;
    let page = service.store.page(
        &format!("ballot changes of {vote}"),
        request.page_size,
        &request.page_token,
    )?;
    let changes = store::recorded_ballot::changes(service.reader(), &vote, &page).await?;
    let (changes, next_page_token) = page.next(changes, |change| change.id.to_string());
    Ok(pb::ListBallotChangesResponse {
        changes: changes
            .iter()
            .map(|change| convert::clerk::ballot_change(&vote, change))
            .collect(),
        next_page_token,
    })
}
