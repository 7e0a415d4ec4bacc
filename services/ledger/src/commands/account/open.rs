use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::account::{NewAccount, owner_of};
use crate::domain::{Account, Owner};
use crate::lookup::Facts;
use crate::names::AccountName;
use crate::service::Service;
use crate::{events, queries, reasons, store};

struct Open {
    service: Arc<Service>,
    by: Authorized,
    community: CommunityId,
    new: NewAccount,
}

pub async fn open(service: &Arc<Service>, request: Request<pb::OpenAccountRequest>) -> Result<pb::Account> {
    let (admitted, request) = service.guard.admit(request).await?;
    let owner = request.account.as_ref().map_or("", |account| account.owner.as_str());
    // nobody is the owner that a malformed name means; the fields are told of afterwards
    let facts = owner_of("account.owner", owner).map_or_else(|_| Facts::default(), |owner| Facts::of(owner, &admitted));
    let by = admitted.settle(&|condition| facts.holds(condition))?;
    let new = NewAccount::try_from(&request)?;
    let community = by.community()?.clone();
    if let Owner::Organization(organization) = new.owner {
        service.directory.member(&community, organization).await?;
    }
    let input = Open {
        service: Arc::clone(service),
        by,
        community,
        new,
    };
    let name = service
        .store
        .transaction("ledger.open_account", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "account opened");
    queries::account::told(service, &name).await
}

async fn apply(tx: &Tx, input: &Open) -> Result<AccountName, Failure> {
    let now = input.service.now();
    let name = AccountName::new(&input.community, input.service.store.ids().next());
    if let Some(earlier) = input.new.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    let account = Account {
        name: name.clone(),
        owner: input.new.owner,
        kind: input.new.kind,
        unit: input.new.unit,
        purpose: input.new.purpose.clone(),
        opened_at: now,
        closed_at: None,
    };
    if !store::account::open(tx, &input.by, &account, input.new.limits).await? {
        return Err(exists(tx, &account).await?);
    }
    events::append(tx, &input.by, events::AccountOpened, &input.community, &name, now).await?;
    Ok(name)
}

async fn exists(tx: &Tx, account: &Account) -> Result<Failure, Failure> {
    let known = store::account::own(tx, &account.name.community, account.owner, account.unit).await?;
    let wire = crate::convert::account::owner_name(account.owner);
    Ok(Error::new(&reasons::ACCOUNT_EXISTS)
        .with("owner", wire)
        .with("unit", account.unit.code())
        .with("name", known.map(|known| known.name.to_string()).unwrap_or_default())
        .into())
}
