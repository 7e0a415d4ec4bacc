use std::sync::Arc;

use tonic::Request;
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result, UserId, reasons as general};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::domain::{Good, Owner, Redemption, Serves, Transfer, TransferKind};
use crate::lookup::Facts;
use crate::names::{GoodName, RedemptionName, TransferName};
use crate::service::Service;
use crate::{events, queries, reasons, store};
use yihe_retry::Retry;

/// Days for which a good is set aside.
const SET_ASIDE_DAYS: i64 = 14;

struct Redeem {
    service: Arc<Service>,
    by: Authorized,
    good: Good,
    user: UserId,
    quantity: i64,
    retry: Retry,
}

pub async fn redeem(service: &Arc<Service>, request: Request<pb::RedeemGoodRequest>) -> Result<pb::Redemption> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: GoodName = convert::name("good", &request.good)?;
    let Some(good) = store::good::find(service.reader(), &name).await? else {
        return Err(admitted.missing(&name));
    };
    let user = admitted.user().ok_or_else(|| Error::new(&general::PERSONS_ONLY))?;
    // what is spent is the caller's own
    let facts = Facts::of(Owner::Person(user), &admitted);
    let by = admitted.settle(&|condition| facts.holds(condition))?;
    let mut fields = Fields::new();
    convert::required_request_id(&mut fields, &request.request_id);
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    if !(1..=1000).contains(&request.quantity) {
        fields.refuse("quantity", "must be 1 to 1,000", "须为 1 至 1000");
    }
    fields.finish()?;
    let input = Redeem {
        service: Arc::clone(service),
        by,
        good,
        user,
        quantity: request.quantity,
        retry,
    };
    let name = service
        .store
        .transaction("ledger.redeem_good", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "good redeemed");
    queries::good::told(service, &name).await
}

async fn apply(tx: &Tx, input: &Redeem) -> Result<RedemptionName, Failure> {
    let (by, good, now) = (&input.by, &input.good, input.service.now());
    let community = &good.name.community;
    let id: Uuid = input.service.store.ids().next();
    let name = RedemptionName {
        community: community.clone(),
        redemption: id.into(),
    };
    if let Some(earlier) = input.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    set_aside(tx, input).await?;
    let (owner, unit) = (Owner::Person(input.user), good.unit);
    let debit = store::account::own(tx, community, owner, unit).await?;
    let debit = debit.ok_or_else(|| Error::new(&reasons::ACCOUNT_UNKNOWN).with("name", unit.code()))?;
    let provider = Owner::Organization(good.organization);
    let credit = input.service.own_account(tx, by, community, provider, unit).await?;
    let hold = Transfer {
        name: TransferName::new(community, id.into()),
        batch: id.into(),
        place: 0,
        debit: debit.name.account,
        credit,
        unit,
        amount: good.price_of(input.quantity)?,
        kind: TransferKind::Redemption,
        memo: good.title.clone(),
        voucher: None,
        expires_at: Some(now.plus_days(SET_ASIDE_DAYS)),
        corrects: None,
        serves: Serves::default(),
        creator: by.actor(),
        made_at: now,
    };
    store::engine::make(tx, by, &[hold]).await?;
    let redemption = Redemption {
        name: name.clone(),
        good: good.name.clone(),
        user: input.user,
        quantity: input.quantity,
    };
    store::good::insert_redemption(tx, by, &redemption).await?;
    events::append(tx, by, events::GoodRedeemed, community, &name, now).await?;
    Ok(name)
}

/// Takes from the stock; what was set aside for too long is put back first where it is needed.
async fn set_aside(tx: &Tx, input: &Redeem) -> Result<(), Failure> {
    let (by, name, now) = (&input.by, &input.good.name, input.service.now());
    if store::good::change_stock(tx, by, name, -input.quantity).await? {
        return Ok(());
    }
    let ran_out = store::good::ran_out(tx, name, now).await?;
    store::engine::expire(tx, by, &ran_out, now).await?;
    if store::good::change_stock(tx, by, name, -input.quantity).await? {
        return Ok(());
    }
    let good = store::good::find(tx, name).await?;
    let good = good.as_ref().unwrap_or(&input.good);
    good.expect_offered()?;
    Err(good.too_few(input.quantity).into())
}
