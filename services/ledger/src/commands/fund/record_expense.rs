use std::sync::Arc;

use tonic::Request;
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use super::transfer::{Money, Way};
use crate::convert::fund::NewExpense;
use crate::convert::name;
use crate::domain::{Expense, Serves, TransferKind};
use crate::lookup::Facts;
use crate::names::{ExpenseName, FundName};
use crate::service::Service;
use crate::{events, queries, store};

struct RecordExpense {
    service: Arc<Service>,
    by: Authorized,
    fund: FundName,
    new: NewExpense,
    serves: Serves,
}

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordExpenseRequest>) -> Result<pb::Expense> {
    let (admitted, request) = service.guard.admit(request).await?;
    let fund: FundName = name("fund", &request.fund)?;
    let (by, _) = service.fund(admitted, &fund, Facts::default()).await?;
    let new = NewExpense::try_from(&request)?;
    if let Some(resolution) = &new.resolution {
        service.resolutions.expect(resolution, by.caller()).await?;
    }
    let serves = service.projects.expect_open(new.project.as_ref(), None).await?;
    service
        .files
        .keep(&fund.community, &[new.voucher], service.now())
        .await?;
    let input = RecordExpense {
        service: Arc::clone(service),
        by,
        fund,
        new,
        serves,
    };
    let name = service
        .store
        .transaction("ledger.record_expense", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "expense recorded");
    queries::expense::told(service, &name).await
}

async fn apply(tx: &Tx, input: &RecordExpense) -> Result<ExpenseName, Failure> {
    let (by, new, now) = (&input.by, &input.new, input.service.now());
    let id: Uuid = input.service.store.ids().next();
    let name = ExpenseName {
        community: input.fund.community.clone(),
        fund: input.fund.fund,
        expense: id.into(),
    };
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let fund = store::fund::hold(tx, &input.fund).await?;
    let fund = fund.ok_or_else(|| Error::not_found(&input.fund))?;
    fund.expect_open()?;
    fund.expect_approved(new.amount, new.resolution.is_some())?;
    let contributions = store::contribution::unspent(tx, &fund.name).await?;
    let parts = fund.attribute(new.amount, &new.earmark, &contributions)?;
    let money = Money {
        fund: &fund,
        way: Way::Out,
        amount: new.amount,
        kind: TransferKind::Expense,
        memo: &new.purpose,
        voucher: new.voucher,
        serves: input.serves,
    };
    store::engine::make(tx, by, &[money.transfer(id.into(), by, now)]).await?;
    let made = Expense {
        name: name.clone(),
        amount: new.amount,
        purpose: new.purpose.clone(),
        earmark: new.earmark.clone(),
        payee: new.payee.clone(),
        resolution: new.resolution.as_ref().map(|resolution| resolution.resolution),
        voucher: new.voucher,
        project: input.serves.project,
        made_at: now,
    };
    store::expense::insert(tx, by, &made).await?;
    store::contribution::take(tx, by, &fund.name, id, &parts).await?;
    events::append(tx, by, events::ExpenseRecorded, &name.community, &name, now).await?;
    Ok(name)
}
