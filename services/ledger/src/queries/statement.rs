use tonic::Request;
use yihe_kernel::{Fields, Result};
use yihe_proto::ledger::v1 as pb;

use crate::convert::{self, Wire};
use crate::names::AccountName;
use crate::service::Service;
use crate::store;
use crate::store::statement::{Line, Order};

/// Lines of a statement in one answer.
const EXPORTED: i32 = 1000;

pub async fn list(service: &Service, request: Request<pb::ListPostingsRequest>) -> Result<pb::ListPostingsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AccountName = convert::name("parent", &request.parent)?;
    let (_, account) = service.account(admitted, &name).await?;
    let query = format!("postings of {name}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let stripes = account.kind.stripes();
    let lines = store::statement::lines(service.reader(), &name, stripes, Order::Newest, &page).await?;
    let (lines, next_page_token) = page.next(lines, Line::key);
    let told = lines
        .into_iter()
        .map(|line| convert::statement::posting(&name.community, line));
    Ok(pb::ListPostingsResponse {
        postings: told.collect(),
        next_page_token,
    })
}

pub async fn balance(service: &Service, request: Request<pb::GetBalanceRequest>) -> Result<pb::Balance> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AccountName = convert::name("name", &request.name)?;
    let (_, account) = service.account(admitted, &name).await?;
    let mut fields = Fields::new();
    let at = fields.instant("at_time", request.at_time.as_ref());
    fields.finish()?;
    let at = at.unwrap_or_else(|| service.now());
    let stripes = account.kind.stripes();
    Ok(pb::Balance {
        account: name.to_string(),
        unit: account.unit.number(),
        balance: store::posting::balance_at(service.reader(), &name, stripes, at).await?,
        at_time: Some(at.to_proto()),
    })
}

pub async fn export(
    service: &Service,
    request: Request<pb::ExportStatementRequest>,
) -> Result<pb::ExportStatementResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AccountName = convert::name("name", &request.name)?;
    let (_, account) = service.account(admitted, &name).await?;
    let query = format!("statement of {name}");
    let page = service.store.page(&query, EXPORTED, &request.page_token)?;
    let stripes = account.kind.stripes();
    let lines = store::statement::lines(service.reader(), &name, stripes, Order::Oldest, &page).await?;
    let (lines, next_page_token) = page.next(lines, Line::key);
    Ok(pb::ExportStatementResponse {
        csv: convert::statement::csv(lines, &name.community)?,
        next_page_token,
    })
}

pub async fn trial_balance(
    service: &Service,
    request: Request<pb::ComputeTrialBalanceRequest>,
) -> Result<pb::TrialBalance> {
    let (admitted, _) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let lines = store::trial_balance::lines(service.reader(), by.community()?).await?;
    let told = lines.into_iter().map(|line| pb::TrialBalanceLine {
        unit: line.unit.number(),
        kind: line.kind.number(),
        accounts: line.accounts,
        balance: line.balance,
    });
    Ok(pb::TrialBalance {
        lines: told.collect(),
        at_time: Some(service.now().to_proto()),
    })
}
