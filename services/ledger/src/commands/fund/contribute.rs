use std::sync::Arc;

use tonic::Request;
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use super::transfer::{Money, Way};
use crate::convert::account::owner_of;
use crate::convert::fund::{NewContribution, contribution};
use crate::convert::name;
use crate::domain::{Contribution, Contributor, Owner, Serves, TransferKind};
use crate::lookup::Facts;
use crate::names::{ContributionName, FundName};
use crate::service::Service;
use crate::{events, store};

struct Contribute {
    service: Arc<Service>,
    by: Authorized,
    fund: FundName,
    contributor: Contributor,
    new: NewContribution,
}

pub async fn contribute(service: &Arc<Service>, request: Request<pb::ContributeRequest>) -> Result<pb::Contribution> {
    let (admitted, request) = service.guard.admit(request).await?;
    let fund: FundName = name("fund", &request.fund)?;
    let contributor = request
        .contribution
        .as_ref()
        .map_or("", |wire| wire.contributor.as_str());
    // who keeps the fund records what came in, and so does who paid it in
    let paid = owner_of("contribution.contributor", contributor).ok();
    let paid = paid.map_or_else(Facts::default, |owner| Facts::of(owner, &admitted));
    let (by, _) = service.fund(admitted, &fund, paid).await?;
    let new = NewContribution::try_from(&request)?;
    let display_name = match new.contributor {
        Owner::Organization(organization) => service.directory.member(&fund.community, organization).await?,
        Owner::Person(_) | Owner::Community => String::new(),
    };
    service
        .files
        .keep(&fund.community, &[new.voucher], service.now())
        .await?;
    let input = Contribute {
        service: Arc::clone(service),
        by,
        contributor: Contributor {
            owner: new.contributor,
            display_name,
        },
        fund: fund.clone(),
        new,
    };
    let name = service
        .store
        .transaction("ledger.contribute", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "contribution recorded");
    let found = store::contribution::find_all(service.reader(), &fund, vec![name.contribution.uuid()]).await?;
    let made = found.into_iter().next().ok_or_else(|| Error::not_found(&name))?;
    Ok(contribution(made))
}

async fn apply(tx: &Tx, input: &Contribute) -> Result<ContributionName, Failure> {
    let (by, now) = (&input.by, input.service.now());
    let id: Uuid = input.service.store.ids().next();
    let name = ContributionName {
        community: input.fund.community.clone(),
        fund: input.fund.fund,
        contribution: id.into(),
    };
    if let Some(earlier) = input.new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let fund = store::fund::hold(tx, &input.fund).await?;
    let fund = fund.ok_or_else(|| Error::not_found(&input.fund))?;
    fund.expect_open()?;
    input.new.expect_earmark(&fund)?;
    let money = Money {
        fund: &fund,
        way: Way::In,
        amount: input.new.amount,
        kind: TransferKind::Contribution,
        memo: &fund.title,
        voucher: input.new.voucher,
        serves: Serves::default(),
    };
    store::engine::make(tx, by, &[money.transfer(id.into(), by, now)]).await?;
    let made = Contribution {
        name: name.clone(),
        contributor: input.contributor.clone(),
        amount: input.new.amount,
        unspent: input.new.amount,
        earmark: input.new.earmark.clone(),
        voucher: input.new.voucher,
        made_at: now,
    };
    store::contribution::insert(tx, by, &made).await?;
    events::append(tx, by, events::Contributed, &name.community, &name, now).await?;
    Ok(name)
}
