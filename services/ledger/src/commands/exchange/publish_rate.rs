use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::rate::{NewRate, rate};
use crate::domain::Rate;
use crate::names::RateName;
use crate::service::Service;
use crate::{events, store};

struct Publish {
    service: Arc<Service>,
    by: Authorized,
    new: NewRate,
}

pub async fn publish(service: &Arc<Service>, request: Request<pb::PublishRateRequest>) -> Result<pb::Rate> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let input = Publish {
        service: Arc::clone(service),
        by,
        new: NewRate::try_from(&request)?,
    };
    let name = service
        .store
        .transaction("ledger.publish_rate", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "rate published");
    let published = store::rate::find(service.reader(), &name).await?;
    Ok(rate(&published.ok_or_else(|| Error::not_found(&name))?))
}

async fn apply(tx: &Tx, input: &Publish) -> Result<RateName, Failure> {
    let (by, new, now) = (&input.by, &input.new, input.service.now());
    let name = RateName {
        community: by.community()?.clone(),
        rate: input.service.store.ids().next(),
    };
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let rate = Rate {
        name: name.clone(),
        give_unit: new.give_unit,
        give: new.give,
        receive_unit: new.receive_unit,
        receive: new.receive,
        published_at: now,
    };
    store::rate::insert(tx, by, &rate).await?;
    events::append(tx, by, events::RatePublished, &name.community, &name, now).await?;
    Ok(name)
}
