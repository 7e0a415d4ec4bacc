use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::names::GoodName;
use crate::service::Service;
use crate::{events, queries, store};
use yihe_retry::Retry;

const MOST: i64 = 1_000_000;

struct Restock {
    service: Arc<Service>,
    by: Authorized,
    name: GoodName,
    change: i64,
    retry: Retry,
}

pub async fn restock(service: &Arc<Service>, request: Request<pb::RestockGoodRequest>) -> Result<pb::Good> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: GoodName = convert::name("name", &request.name)?;
    let (by, _) = service.good(admitted, &name).await?;
    let mut fields = Fields::new();
    convert::required_request_id(&mut fields, &request.request_id);
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    if request.change == 0 || !(-MOST..=MOST).contains(&request.change) {
        let (en, zh) = ("must be 1 to 1,000,000, up or down", "增减均须为 1 至 1000000");
        fields.refuse("change", en, zh);
    }
    fields.finish()?;
    let input = Restock {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        change: request.change,
        retry,
    };
    service
        .store
        .transaction("ledger.restock_good", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "stock changed");
    Ok(convert::good::good(queries::good::known(service, &name).await?))
}

async fn apply(tx: &Tx, input: &Restock) -> Result<(), Failure> {
    let (name, now) = (&input.name, input.service.now());
    if input.retry.earlier(tx, &input.by, name, now).await?.is_some() {
        return Ok(());
    }
    if !store::good::change_stock(tx, &input.by, name, input.change).await? {
        let good = store::good::find(tx, name).await?;
        let good = good.ok_or_else(|| Error::not_found(name))?;
        good.expect_offered()?;
        return Err(good.too_few(input.change.saturating_neg()).into());
    }
    events::append(tx, &input.by, events::GoodRestocked, &name.community, name, now).await
}
