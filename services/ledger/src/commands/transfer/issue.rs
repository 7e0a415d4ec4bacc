use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::domain::{Account, AccountKind, Serves, Transfer, TransferKind, Unit};
use crate::names::{AccountName, TransferName};
use crate::service::Service;
use crate::{queries, reasons, store};
use yihe_retry::Retry;

struct Issue {
    service: Arc<Service>,
    by: Authorized,
    account: Account,
    amount: i64,
    memo: String,
    retry: Retry,
}

pub async fn issue(service: &Arc<Service>, request: Request<pb::IssueCreditsRequest>) -> Result<pb::Transfer> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AccountName = convert::name("account", &request.account)?;
    let (by, account) = service.account(admitted, &name).await?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    convert::required_request_id(&mut fields, &request.request_id);
    let amount = convert::amount(&mut fields, "amount", request.amount);
    let memo = fields.line("memo", &request.memo, 1..=200);
    fields.finish()?;
    account.expect_free()?;
    if account.unit == Unit::Fen {
        return Err(Error::new(&reasons::MONEY_IS_NOT_ISSUED).with("name", name));
    }
    let input = Issue {
        service: Arc::clone(service),
        by,
        account,
        amount,
        memo,
        retry,
    };
    let name = service
        .store
        .transaction("ledger.issue_credits", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "credits issued");
    queries::transfer::told(service, &name).await
}

async fn apply(tx: &Tx, input: &Issue) -> Result<TransferName, Failure> {
    let now = input.service.now();
    let account = &input.account;
    let name = TransferName::new(&account.name.community, input.service.store.ids().next());
    if let Some(earlier) = input.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    let issued = Transfer {
        batch: name.transfer,
        name: name.clone(),
        place: 0,
        debit: Account::book_id(AccountKind::Issuance, account.unit),
        credit: account.name.account,
        unit: account.unit,
        amount: input.amount,
        kind: TransferKind::Issue,
        memo: input.memo.clone(),
        voucher: None,
        expires_at: None,
        corrects: None,
        serves: Serves::default(),
        creator: input.by.actor(),
        made_at: now,
    };
    store::engine::make(tx, &input.by, &[issued]).await?;
    Ok(name)
}
