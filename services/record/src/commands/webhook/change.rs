//! What is changed of a webhook that is there: one step, one event.

use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Admitted, Authorized};
use yihe_kernel::Result;
use yihe_proto::record::v1 as pb;
use yihe_store::{Failure, Tx};

use super::create::answerable;
use crate::convert::name;
use crate::convert::webhook::{self, Changes};
use crate::deliver::Secret;
use crate::domain::Webhook;
use crate::names::WebhookName;
use crate::service::Service;
use crate::{cursor, events, store};

enum Step {
    Update(Box<Changes>),
    Rotate,
    Enable,
    Replay(i64),
}

struct Change {
    service: Arc<Service>,
    by: Authorized,
    name: WebhookName,
    step: Step,
}

pub async fn update(service: &Arc<Service>, request: Request<pb::UpdateWebhookRequest>) -> Result<pb::Webhook> {
    let (admitted, request) = service.guard.admit(request).await?;
    let target = request.webhook.as_ref().map(|it| it.name.as_str()).unwrap_or_default();
    let (by, found) = service.webhook(admitted, &name("webhook.name", target)?).await?;
    let step = Step::Update(Box::new(Changes::read(&request, &service.webhooks)?));
    let changed = change(service, by, found.name, step).await?;
    webhook::webhook(&service.store, changed)
}

pub async fn rotate(service: &Arc<Service>, request: Request<pb::RotateWebhookSecretRequest>) -> Result<pb::Webhook> {
    let (admitted, request) = service.guard.admit(request).await?;
    let changed = take_step(service, admitted, &request.name, Step::Rotate).await?;
    Ok(pb::Webhook {
        secret: Secret::of(&service.keys, &changed.name, changed.secret_version).text(),
        ..webhook::webhook(&service.store, changed)?
    })
}

pub async fn enable(service: &Arc<Service>, request: Request<pb::EnableWebhookRequest>) -> Result<pb::Webhook> {
    let (admitted, request) = service.guard.admit(request).await?;
    let changed = take_step(service, admitted, &request.name, Step::Enable).await?;
    webhook::webhook(&service.store, changed)
}

pub async fn replay(service: &Arc<Service>, request: Request<pb::ReplayWebhookRequest>) -> Result<pb::Webhook> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.webhook(admitted, &name("name", &request.name)?).await?;
    let place = cursor::open(&service.store, &found.name.community, &request.cursor)?;
    let changed = change(service, by, found.name, Step::Replay(place)).await?;
    webhook::webhook(&service.store, changed)
}

async fn take_step(service: &Arc<Service>, admitted: Admitted, target: &str, step: Step) -> Result<Webhook> {
    let (by, found) = service.webhook(admitted, &name("name", target)?).await?;
    change(service, by, found.name, step).await
}

async fn change(service: &Arc<Service>, by: Authorized, name: WebhookName, step: Step) -> Result<Webhook> {
    let input = Change {
        service: Arc::clone(service),
        by,
        name,
        step,
    };
    let changed = service
        .store
        .transaction("record.change_webhook", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %changed.name, "webhook changed");
    Ok(changed)
}

async fn apply(tx: &Tx, input: &Change) -> Result<Webhook, Failure> {
    let now = input.service.now();
    let before = store::webhook::hold(tx, &input.name).await?;
    let (kind, after) = match &input.step {
        Step::Update(changes) => {
            before.expect_etag(&changes.etag)?;
            let mut after = changes.apply_to(before, now);
            after.answerable = answerable(&input.by);
            (events::WebhookUpdated, after)
        }
        Step::Rotate => (events::WebhookSecretRotated, before.rotate(now)),
        Step::Enable => {
            let mut after = before.enable(now)?;
            after.answerable = answerable(&input.by);
            (events::WebhookEnabled, after)
        }
        Step::Replay(place) => (events::WebhookReplayed, before.replay(*place, now)),
    };
    let after = store::webhook::save(tx, &input.by, after).await?;
    events::append(tx, &input.by, kind, &input.name, now).await?;
    Ok(after)
}
