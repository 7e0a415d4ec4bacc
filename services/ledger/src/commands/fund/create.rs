use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, OrganizationId, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::fund::NewFund;
use crate::domain::{Account, AccountKind, Fund, Limits, Owner, Unit};
use crate::names::{AccountName, FundName};
use crate::service::Service;
use crate::{events, queries, reasons, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    organization: OrganizationId,
    display_name: String,
    new: NewFund,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateFundRequest>) -> Result<pb::Fund> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let organization = by.organization().ok_or_else(|| Error::new(&reasons::ACTS_FOR_NONE))?;
    let new = NewFund::try_from(&request)?;
    let display_name = service.directory.member(by.community()?, organization).await?;
    let input = Create {
        service: Arc::clone(service),
        by,
        organization,
        display_name,
        new,
    };
    let name = service
        .store
        .transaction("ledger.create_fund", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "fund set up");
    queries::fund::told(service, &name).await
}

async fn apply(tx: &Tx, input: &Create) -> Result<FundName, Failure> {
    let (by, now) = (&input.by, input.service.now());
    let community = by.community()?;
    let name = FundName {
        community: community.clone(),
        fund: input.service.store.ids().next(),
    };
    if let Some(earlier) = input.new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let account = Account {
        name: AccountName::new(community, input.service.store.ids().next()),
        owner: Owner::Organization(input.organization),
        kind: AccountKind::Fund,
        unit: Unit::Fen,
        purpose: input.new.title.clone(),
        opened_at: now,
        closed_at: None,
    };
    store::account::open(tx, by, &account, Limits::USUAL).await?;
    let fund = Fund {
        name: name.clone(),
        organization: input.organization,
        organization_display_name: input.display_name.clone(),
        title: input.new.title.clone(),
        rule: input.new.rule,
        spending_limit: input.new.spending_limit,
        account: account.name.account,
        created_at: now,
        closed_at: None,
    };
    store::fund::insert(tx, by, &fund).await?;
    events::append(tx, by, events::FundCreated, community, &name, now).await?;
    Ok(name)
}
