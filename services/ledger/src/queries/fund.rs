use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;

use crate::convert;
use crate::lookup::Facts;
use crate::names::FundName;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetFundRequest>) -> Result<pb::Fund> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: FundName = convert::name("name", &request.name)?;
    service.fund(admitted, &name, Facts::default()).await?;
    told(service, &name).await
}

pub async fn list(service: &Service, request: Request<pb::ListFundsRequest>) -> Result<pb::ListFundsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let community = by.community()?;
    let query = format!("funds of {community}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let funds = store::fund::list(service.reader(), community, &page).await?;
    let (funds, next_page_token) = page.next(funds, |fund| fund.name.fund.to_string());
    let mut told = Vec::with_capacity(funds.len());
    for fund in funds {
        let sums = store::fund::sums(service.reader(), &fund.name).await?;
        told.push(convert::fund::fund(fund, sums));
    }
    Ok(pb::ListFundsResponse {
        funds: told,
        next_page_token,
    })
}

pub async fn contributions(
    service: &Service,
    request: Request<pb::ListContributionsRequest>,
) -> Result<pb::ListContributionsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: FundName = convert::name("parent", &request.parent)?;
    service.fund(admitted, &name, Facts::default()).await?;
    let query = format!("contributions of {name}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::contribution::list(service.reader(), &name, &page).await?;
    let (found, next_page_token) = page.next(found, |one| one.name.contribution.to_string());
    Ok(pb::ListContributionsResponse {
        contributions: found.into_iter().map(convert::fund::contribution).collect(),
        next_page_token,
    })
}

/// A fund as it is now.
pub async fn told(service: &Service, name: &FundName) -> Result<pb::Fund> {
    let fund = store::fund::find(service.reader(), name).await?;
    let fund = fund.ok_or_else(|| Error::not_found(name))?;
    let sums = store::fund::sums(service.reader(), name).await?;
    Ok(convert::fund::fund(fund, sums))
}
