use std::collections::HashMap;

use tonic::Request;
use uuid::Uuid;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::ledger::v1 as pb;

use crate::convert;
use crate::convert::account::{owner_name, owner_of};
use crate::domain::{Expense, Part};
use crate::lookup::Facts;
use crate::names::{ExpenseName, FundName};
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetExpenseRequest>) -> Result<pb::Expense> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: ExpenseName = convert::name("name", &request.name)?;
    service.fund(admitted, &name.in_fund(), Facts::default()).await?;
    told(service, &name).await
}

pub async fn list(service: &Service, request: Request<pb::ListExpensesRequest>) -> Result<pb::ListExpensesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: FundName = convert::name("parent", &request.parent)?;
    service.fund(admitted, &name, Facts::default()).await?;
    let query = format!("expenses of {name}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::expense::list(service.reader(), &name, &page).await?;
    let (found, next_page_token) = page.next(found, |one| one.name.expense.to_string());
    Ok(pb::ListExpensesResponse {
        expenses: with_parts(service, &name, found).await?,
        next_page_token,
    })
}

/// Where a contributor's money went.
pub async fn trace(service: &Service, request: Request<pb::TraceContributorRequest>) -> Result<pb::ContributorTrace> {
    let (admitted, request) = service.guard.admit(request).await?;
    let fund: FundName = convert::name("fund", &request.fund)?;
    service.fund(admitted, &fund, Facts::default()).await?;
    let contributor = owner_of("contributor", &request.contributor)?;
    let reader = service.reader();
    let paid = store::contribution::of_contributor(reader, &fund, contributor).await?;
    if paid.is_empty() {
        let mut fields = Fields::new();
        fields.refuse("contributor", "paid nothing into the fund", "未向本共筹缴入");
        fields.finish()?;
    }
    let ids = paid.iter().map(|one| one.name.contribution.uuid()).collect();
    let mut borne: HashMap<Uuid, i64> = HashMap::new();
    for (taken_by, part) in store::contribution::parts_of(reader, &fund, ids).await? {
        *borne.entry(taken_by).or_default() += part.amount;
    }
    let spent = store::expense::find_all(reader, &fund, borne.keys().copied().collect()).await?;
    let expenses = spent.into_iter().map(|expense| pb::ContributorShare {
        amount: borne.get(&expense.name.expense.uuid()).copied().unwrap_or_default(),
        expense: expense.name.to_string(),
        purpose: expense.purpose,
        expense_amount: expense.amount,
        create_time: Some(expense.made_at.to_proto()),
    });
    let returns = store::contribution::returns(reader, &fund, Some(contributor)).await?;
    Ok(pb::ContributorTrace {
        contributor: owner_name(contributor),
        contributed: paid.iter().map(|one| one.amount).sum(),
        unspent: paid.iter().map(|one| one.unspent).sum(),
        expenses: expenses.collect(),
        returns: returns
            .into_iter()
            .map(|made| convert::fund::fund_return(&fund, made))
            .collect(),
    })
}

/// An expense with who paid for it.
pub async fn told(service: &Service, name: &ExpenseName) -> Result<pb::Expense> {
    let found = store::expense::find(service.reader(), name).await?;
    let found = found.ok_or_else(|| Error::not_found(name))?;
    let told = with_parts(service, &name.in_fund(), vec![found]).await?;
    told.into_iter().next().ok_or_else(|| Error::not_found(name))
}

async fn with_parts(service: &Service, fund: &FundName, expenses: Vec<Expense>) -> Result<Vec<pb::Expense>> {
    let ids = expenses.iter().map(|expense| expense.name.expense.uuid()).collect();
    let parts = store::contribution::parts(service.reader(), fund, ids).await?;
    let named = parts.iter().map(|(_, part)| part.contribution.uuid()).collect();
    let contributions = store::contribution::find_all(service.reader(), fund, named).await?;
    let by_id: HashMap<_, _> = contributions
        .into_iter()
        .map(|one| (one.name.contribution, one))
        .collect();
    let mut by_expense: HashMap<Uuid, Vec<Part>> = HashMap::new();
    for (taken_by, part) in parts {
        by_expense.entry(taken_by).or_default().push(part);
    }
    let told = expenses.into_iter().map(|expense| {
        let parts = by_expense.remove(&expense.name.expense.uuid()).unwrap_or_default();
        convert::fund::expense(expense, &parts, &by_id)
    });
    told.collect()
}
