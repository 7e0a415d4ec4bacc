use std::collections::HashMap;

use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;

use crate::convert;
use crate::names::AccountName;
use crate::service::Service;
use crate::store;
use crate::store::hold::OpenHold;

pub async fn list(service: &Service, request: Request<pb::ListHoldsRequest>) -> Result<pb::ListHoldsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AccountName = convert::name("parent", &request.parent)?;
    service.account(admitted, &name).await?;
    let query = format!("holds of {name}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let now = service.now();
    let open = store::hold::list(service.reader(), &name, now, &page).await?;
    let (open, next_page_token) = page.next(open, OpenHold::key);
    let ids = open.iter().map(|hold| hold.transfer.uuid()).collect();
    let found = store::transfer::holds(service.reader(), &name.community, ids).await?;
    let mut by_id: HashMap<_, _> = found
        .into_iter()
        .map(|hold| (hold.transfer.name.transfer, hold))
        .collect();
    let told = open.into_iter().map(|open| {
        let hold = by_id.remove(&open.transfer);
        let hold = hold.ok_or_else(|| Error::internal(format!("the hold {} has no transfer", open.transfer)))?;
        Ok(convert::transfer::transfer(&hold, None, now))
    });
    // one that ended between the two looks is told no more
    let pending = |told: &Result<pb::Transfer>| {
        told.as_ref()
            .map_or(true, |hold| hold.state() == pb::TransferState::Pending)
    };
    Ok(pb::ListHoldsResponse {
        holds: told.filter(pending).collect::<Result<_>>()?,
        next_page_token,
    })
}
