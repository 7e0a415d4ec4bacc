use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result, UserId, reasons as general};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::domain::{Account, AccountKind, Owner, Rate, Serves, Transfer, TransferKind, Unit};
use crate::lookup::Facts;
use crate::names::{AccountId, RateName, TransferName};
use crate::service::Service;
use crate::{reasons, store};
use yihe_retry::Retry;

struct Exchange {
    service: Arc<Service>,
    by: Authorized,
    rate: Rate,
    user: UserId,
    amount: i64,
    retry: Retry,
}

pub async fn exchange(
    service: &Arc<Service>,
    request: Request<pb::ExchangeCreditsRequest>,
) -> Result<pb::ExchangeCreditsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: RateName = convert::name("rate", &request.rate)?;
    let Some(rate) = store::rate::find(service.reader(), &name).await? else {
        return Err(admitted.missing(&name));
    };
    let user = admitted.user().ok_or_else(|| Error::new(&general::PERSONS_ONLY))?;
    // what is exchanged is the caller's own
    let facts = Facts::of(Owner::Person(user), &admitted);
    let by = admitted.settle(&|condition| facts.holds(condition))?;
    let mut fields = Fields::new();
    convert::required_request_id(&mut fields, &request.request_id);
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let amount = convert::amount(&mut fields, "amount", request.amount);
    fields.finish()?;
    let input = Exchange {
        service: Arc::clone(service),
        by,
        rate,
        user,
        amount,
        retry,
    };
    let first = service
        .store
        .transaction("ledger.exchange_credits", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%first, "credits exchanged");
    let made = store::transfer::of_batch(service.reader(), &name.community, first.transfer).await?;
    let now = service.now();
    let transfers = made.iter().map(|hold| convert::transfer::transfer(hold, None, now));
    Ok(pb::ExchangeCreditsResponse {
        transfers: transfers.collect(),
    })
}

async fn apply(tx: &Tx, input: &Exchange) -> Result<TransferName, Failure> {
    let (by, rate, now) = (&input.by, &input.rate, input.service.now());
    let community = &rate.name.community;
    let (first, second) = (input.name(), input.name());
    if let Some(earlier) = input.retry.earlier(tx, by, &first, now).await? {
        return Ok(earlier);
    }
    let newest = store::rate::newest(tx, community, rate.give_unit, rate.receive_unit).await?;
    if newest.is_none_or(|newest| newest.name != rate.name) {
        return Err(Error::new(&reasons::RATE_REPLACED).with("name", &rate.name).into());
    }
    let received = rate.receives(input.amount)?;
    let owner = Owner::Person(input.user);
    let given = store::account::own(tx, community, owner, rate.give_unit).await?;
    let given = given.ok_or_else(|| Error::new(&reasons::ACCOUNT_UNKNOWN).with("name", rate.give_unit.code()))?;
    let to = input
        .service
        .own_account(tx, by, community, owner, rate.receive_unit)
        .await?;
    let book = |unit| Account::book_id(AccountKind::Conversion, unit);
    let both = [
        input.side(
            &first,
            (0, &first),
            rate.give_unit,
            (given.name.account, book(rate.give_unit), input.amount),
        ),
        input.side(
            &first,
            (1, &second),
            rate.receive_unit,
            (book(rate.receive_unit), to, received),
        ),
    ];
    store::engine::make(tx, by, &both).await?;
    Ok(first)
}

impl Exchange {
    fn name(&self) -> TransferName {
        TransferName::new(&self.rate.name.community, self.service.store.ids().next())
    }

    fn side(
        &self,
        first: &TransferName,
        (place, name): (i32, &TransferName),
        unit: Unit,
        (debit, credit, amount): (AccountId, AccountId, i64),
    ) -> Transfer {
        Transfer {
            name: name.clone(),
            batch: first.transfer,
            place,
            debit,
            credit,
            unit,
            amount,
            kind: TransferKind::Exchange,
            memo: String::new(),
            voucher: None,
            expires_at: None,
            corrects: None,
            serves: Serves::default(),
            creator: self.by.actor(),
            made_at: self.service.now(),
        }
    }
}
