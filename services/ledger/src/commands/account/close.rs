use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::domain::Account;
use crate::names::AccountName;
use crate::service::Service;
use crate::{events, queries, reasons, store};

struct Close {
    service: Arc<Service>,
    by: Authorized,
    account: Account,
}

pub async fn close(service: &Arc<Service>, request: Request<pb::CloseAccountRequest>) -> Result<pb::Account> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AccountName = convert::name("name", &request.name)?;
    let (by, account) = service.account(admitted, &name).await?;
    account.expect_free()?;
    let input = Close {
        service: Arc::clone(service),
        by,
        account,
    };
    service
        .store
        .transaction("ledger.close_account", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "account closed");
    queries::account::told(service, &name).await
}

async fn apply(tx: &Tx, input: &Close) -> Result<(), Failure> {
    let (name, now) = (&input.account.name, input.service.now());
    store::balance::hold(tx, name).await?;
    store::engine::sweep(tx, &input.by, name, now).await?;
    let standing = store::balance::hold(tx, name).await?;
    let standing = standing.ok_or_else(|| Error::internal(format!("{name} has no balance")))?;
    if standing.closed_at.is_some() {
        return Err(Error::new(&reasons::ACCOUNT_CLOSED).with("name", name).into());
    }
    let held = standing.held_out.saturating_add(standing.held_in);
    if standing.settled != 0 || held != 0 {
        return Err(Error::new(&reasons::ACCOUNT_NOT_EMPTY)
            .with("name", name)
            .with("balance", standing.settled)
            .with("held", held)
            .into());
    }
    store::balance::close(tx, &input.by, name, now).await?;
    store::account::close(tx, &input.by, name, now).await?;
    events::append(tx, &input.by, events::AccountClosed, &name.community, name, now).await
}
