use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::domain::{Account, Limits};
use crate::names::AccountName;
use crate::service::Service;
use crate::{events, queries, reasons, store};

struct SetLimits {
    service: Arc<Service>,
    by: Authorized,
    account: Account,
    limits: Limits,
}

pub async fn set_limits(service: &Arc<Service>, request: Request<pb::SetAccountLimitsRequest>) -> Result<pb::Account> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AccountName = convert::name("name", &request.name)?;
    let (by, account) = service.account(admitted, &name).await?;
    let limits = convert::account::limits(&request)?;
    account.expect_free()?;
    let input = SetLimits {
        service: Arc::clone(service),
        by,
        account,
        limits,
    };
    service
        .store
        .transaction("ledger.set_account_limits", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "limits of an account set");
    queries::account::told(service, &name).await
}

async fn apply(tx: &Tx, input: &SetLimits) -> Result<(), Failure> {
    let name = &input.account.name;
    let standing = store::balance::hold(tx, name).await?;
    let standing = standing.ok_or_else(|| Error::internal(format!("{name} has no balance")))?;
    if standing.closed_at.is_some() {
        return Err(Error::new(&reasons::ACCOUNT_CLOSED).with("name", name).into());
    }
    store::balance::set_limits(tx, &input.by, name, input.limits).await?;
    let now = input.service.now();
    events::append(tx, &input.by, events::AccountLimitsSet, &name.community, name, now).await
}
