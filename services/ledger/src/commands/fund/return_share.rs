use std::sync::Arc;

use tonic::Request;
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use super::transfer::{Money, Way};
use crate::convert::account::owner_of;
use crate::convert::fund::{NewReturn, fund_return};
use crate::convert::name;
use crate::domain::{Contribution, Contributor, Fund, FundReturn, Serves, TransferKind};
use crate::lookup::Facts;
use crate::names::{FundName, TransferName};
use crate::service::Service;
use crate::{events, reasons, store};

struct ReturnShare {
    service: Arc<Service>,
    by: Authorized,
    fund: FundName,
    new: NewReturn,
}

pub async fn return_share(service: &Arc<Service>, request: Request<pb::ReturnShareRequest>) -> Result<pb::FundReturn> {
    let (admitted, request) = service.guard.admit(request).await?;
    let fund: FundName = name("fund", &request.fund)?;
    let asks = owner_of("contributor", &request.contributor).ok();
    let asks = asks.map_or_else(Facts::default, |owner| Facts::of(owner, &admitted));
    let (by, _) = service.fund(admitted, &fund, asks).await?;
    let new = NewReturn::try_from(&request)?;
    service
        .files
        .keep(&fund.community, &[new.voucher], service.now())
        .await?;
    let input = ReturnShare {
        service: Arc::clone(service),
        by,
        fund: fund.clone(),
        new,
    };
    let contributor = input.new.contributor;
    let name = service
        .store
        .transaction("ledger.return_share", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "share returned");
    let returns = store::contribution::returns(service.reader(), &fund, Some(contributor)).await?;
    let made = returns.into_iter().find(|made| made.id == name.transfer);
    Ok(fund_return(&fund, made.ok_or_else(|| Error::not_found(&name))?))
}

async fn apply(tx: &Tx, input: &ReturnShare) -> Result<TransferName, Failure> {
    let (by, new, now) = (&input.by, &input.new, input.service.now());
    let id: Uuid = input.service.store.ids().next();
    let name = TransferName::new(&input.fund.community, id.into());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let fund = store::fund::hold(tx, &input.fund).await?;
    let fund = fund.ok_or_else(|| Error::not_found(&input.fund))?;
    fund.expect_open()?;
    let of_one = store::contribution::of_contributor(tx, &fund.name, new.contributor).await?;
    let Some(contributor) = of_one.first().map(|first| first.contributor.clone()) else {
        return Err(Error::new(&reasons::SHARE_TOO_LOW)
            .with("name", &fund.name)
            .with("amount", new.amount)
            .with("possible", 0)
            .into());
    };
    let money = Money {
        fund: &fund,
        way: Way::Out,
        amount: new.amount,
        kind: TransferKind::Return,
        memo: &fund.title,
        voucher: new.voucher,
        serves: Serves::default(),
    };
    let made = give_back(tx, by, &money, (id, &of_one, contributor, now)).await?;
    events::append(
        tx,
        by,
        events::ShareReturned,
        &fund.name.community,
        &fund.name,
        made.made_at,
    )
    .await?;
    Ok(name)
}

type Whose<'a> = (Uuid, &'a [Contribution], Contributor, yihe_kernel::Timestamp);

/// Gives one contributor something back from what it paid in.
pub async fn give_back(
    tx: &Tx,
    by: &Authorized,
    money: &Money<'_>,
    (id, of_one, contributor, now): Whose<'_>,
) -> Result<FundReturn, Failure> {
    let fund: &Fund = money.fund;
    let parts = fund.give_back(money.amount, of_one)?;
    store::engine::make(tx, by, &[money.transfer(id.into(), by, now)]).await?;
    let made = FundReturn {
        id: id.into(),
        contributor,
        amount: money.amount,
        made_at: now,
    };
    store::contribution::insert_return(tx, by, &fund.name, &made).await?;
    store::contribution::take(tx, by, &fund.name, id, &parts).await?;
    Ok(made)
}
