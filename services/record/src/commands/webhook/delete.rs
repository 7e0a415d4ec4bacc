use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::record::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::names::WebhookName;
use crate::service::Service;
use crate::{events, store};

struct Delete {
    by: Authorized,
    name: WebhookName,
    now: Timestamp,
}

pub async fn delete(
    service: &Arc<Service>,
    request: Request<pb::DeleteWebhookRequest>,
) -> Result<pb::DeleteWebhookResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.webhook(admitted, &name("name", &request.name)?).await?;
    let name = found.name.clone();
    let input = Delete {
        by,
        name: found.name,
        now: service.now(),
    };
    service
        .store
        .transaction("record.delete_webhook", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "webhook deleted");
    Ok(pb::DeleteWebhookResponse {})
}

async fn apply(tx: &Tx, input: &Delete) -> Result<(), Failure> {
    if !store::webhook::delete(tx, &input.by, &input.name).await? {
        return Err(Error::not_found(&input.name).into());
    }
    store::delivery::forget_all(tx, &input.by, &input.name).await?;
    events::append(tx, &input.by, events::WebhookDeleted, &input.name, input.now).await
}
