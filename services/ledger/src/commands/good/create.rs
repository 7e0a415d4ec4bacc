use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, OrganizationId, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::good::{NewGood, good};
use crate::domain::Good;
use crate::names::GoodName;
use crate::service::Service;
use crate::{events, queries, reasons, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    organization: OrganizationId,
    display_name: String,
    new: NewGood,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateGoodRequest>) -> Result<pb::Good> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let organization = by.organization().ok_or_else(|| Error::new(&reasons::ACTS_FOR_NONE))?;
    let new = NewGood::try_from(&request)?;
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
        .transaction("ledger.create_good", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "good put up");
    Ok(good(queries::good::known(service, &name).await?))
}

async fn apply(tx: &Tx, input: &Create) -> Result<GoodName, Failure> {
    let now = input.service.now();
    let name = GoodName {
        community: input.by.community()?.clone(),
        good: input.service.store.ids().next(),
    };
    if let Some(earlier) = input.new.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    let good = Good {
        name: name.clone(),
        organization: input.organization,
        organization_display_name: input.display_name.clone(),
        title: input.new.title.clone(),
        unit: input.new.unit,
        price: input.new.price,
        stock: input.new.stock,
        created_at: now,
        retired_at: None,
    };
    store::good::insert(tx, &input.by, &good).await?;
    events::append(tx, &input.by, events::GoodCreated, &name.community, &name, now).await?;
    Ok(name)
}
