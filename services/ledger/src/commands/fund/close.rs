use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, FileName, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use super::return_share::give_back;
use super::transfer::{Money, Way};
use crate::convert;
use crate::domain::{Contribution, Serves, TransferKind};
use crate::lookup::Facts;
use crate::names::FundName;
use crate::service::Service;
use crate::{events, queries, reasons, store};
use yihe_retry::Retry;

struct Close {
    service: Arc<Service>,
    by: Authorized,
    fund: FundName,
    voucher: Option<FileName>,
    retry: Retry,
}

pub async fn close(service: &Arc<Service>, request: Request<pb::CloseFundRequest>) -> Result<pb::CloseFundResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let fund: FundName = convert::name("name", &request.name)?;
    let (by, _) = service.fund(admitted, &fund, Facts::default()).await?;
    let mut fields = Fields::new();
    convert::required_request_id(&mut fields, &request.request_id);
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let voucher = fields.optional_name::<FileName>("voucher", &request.voucher);
    fields.finish()?;
    let files: Vec<_> = voucher.iter().map(|voucher| voucher.file).collect();
    service.files.keep(&fund.community, &files, service.now()).await?;
    let input = Close {
        service: Arc::clone(service),
        by,
        fund: fund.clone(),
        voucher,
        retry,
    };
    service
        .store
        .transaction("ledger.close_fund", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%fund, "fund closed");
    let returns = store::contribution::returns(service.reader(), &fund, None).await?;
    let told = returns.into_iter().map(|made| convert::fund::fund_return(&fund, made));
    Ok(pb::CloseFundResponse {
        returns: told.collect(),
        fund: Some(queries::fund::told(service, &fund).await?),
    })
}

async fn apply(tx: &Tx, input: &Close) -> Result<(), Failure> {
    let (by, now) = (&input.by, input.service.now());
    if input.retry.earlier(tx, by, &input.fund, now).await?.is_some() {
        return Ok(());
    }
    let fund = store::fund::hold(tx, &input.fund).await?;
    let fund = fund.ok_or_else(|| Error::not_found(&input.fund))?;
    fund.expect_open()?;
    let left = store::contribution::unspent(tx, &fund.name).await?;
    for of_one in by_contributor(left) {
        let voucher = input.voucher.as_ref();
        let voucher = voucher.ok_or_else(|| Error::new(&reasons::VOUCHER_REQUIRED).with("index", 0))?;
        let Some(contributor) = of_one.first().map(|first| first.contributor.clone()) else {
            continue;
        };
        let money = Money {
            fund: &fund,
            way: Way::Out,
            amount: of_one.iter().map(|one| one.unspent).sum(),
            kind: TransferKind::Return,
            memo: &fund.title,
            voucher: voucher.file,
            serves: Serves::default(),
        };
        let id = input.service.store.ids().next();
        give_back(tx, by, &money, (id, &of_one, contributor, now)).await?;
    }
    store::fund::close(tx, by, &fund.name, now).await?;
    events::append(tx, by, events::FundClosed, &fund.name.community, &fund.name, now).await
}

fn by_contributor(left: Vec<Contribution>) -> Vec<Vec<Contribution>> {
    let mut groups: Vec<Vec<Contribution>> = Vec::new();
    for one in left {
        let same = |group: &&mut Vec<Contribution>| {
            group
                .first()
                .is_some_and(|first| first.contributor.owner == one.contributor.owner)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}
