use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::AgendaItem;
use crate::names::AgendaItemName;
use crate::service::Service;
use crate::{events, store};

struct Withdraw {
    service: Arc<Service>,
    by: Authorized,
    name: AgendaItemName,
    etag: String,
}

pub async fn withdraw(
    service: &Arc<Service>,
    request: Request<pb::WithdrawAgendaItemRequest>,
) -> Result<pb::AgendaItem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AgendaItemName = name("name", &request.name)?;
    let (by, _) = service.agenda_item(admitted, &name).await?;
    let input = Withdraw {
        service: Arc::clone(service),
        by,
        name,
        etag: request.etag,
    };
    let item = service
        .store
        .transaction("meeting.withdraw_agenda_item", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %item.name, "agenda item withdrawn");
    Ok(item.into())
}

async fn apply(
    tx: &Tx,
    Withdraw {
        service,
        by,
        name,
        etag,
    }: &Withdraw,
) -> Result<AgendaItem, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let item = store::agenda::find(tx, name)
        .await?
        .ok_or_else(|| Error::not_found(name))?;
    item.expect_etag(etag)?;
    let item = item.withdraw(&meeting, now)?;
    store::agenda::withdraw(tx, by, &item).await?;
    events::append(tx, by, events::AgendaItemWithdrawn, &meeting.name, name, now).await?;
    Ok(item)
}
