use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Authorized, Principal};
use yihe_kernel::{Error, OrganizationId, Result};
use yihe_proto::record::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::webhook::{self, NewWebhook};
use crate::deliver::Secret;
use crate::domain::{State, Webhook};
use crate::names::WebhookName;
use crate::service::Service;
use crate::{cursor, events, reasons, store};

/// Webhooks that an organization has in a community at most.
const MOST: u64 = 20;

struct Create {
    service: Arc<Service>,
    by: Authorized,
    organization: OrganizationId,
    new: NewWebhook,
    /// Where it begins; absent where it begins now.
    place: Option<i64>,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateWebhookRequest>) -> Result<pb::Webhook> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let organization = by.organization();
    let organization = organization.ok_or_else(|| Error::new(&reasons::ORGANIZATION_REQUIRED))?;
    let new = NewWebhook::read(&request, &service.webhooks)?;
    let place = match request.cursor.as_str() {
        "" => None,
        text => Some(cursor::open(&service.store, by.community()?, text)?),
    };
    let input = Create {
        service: Arc::clone(service),
        by,
        organization,
        new,
        place,
    };
    let (name, is_new) = service
        .store
        .transaction("record.create_webhook", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "webhook created");
    let found = store::webhook::find(service.reader(), &name).await?;
    let found = found.ok_or_else(|| Error::not_found(&name))?;
    let secret = is_new.then(|| Secret::of(&service.keys, &name, found.secret_version).text());
    Ok(pb::Webhook {
        secret: secret.unwrap_or_default(),
        ..webhook::webhook(&service.store, found)?
    })
}

async fn apply(tx: &Tx, input: &Create) -> Result<(WebhookName, bool), Failure> {
    let (service, new, now) = (&input.service, &input.new, input.service.now());
    let community = input.by.community()?;
    let name = WebhookName {
        community: community.clone(),
        webhook: service.store.ids().next(),
    };
    if let Some(earlier) = new.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok((earlier, false));
    }
    if store::webhook::count(tx, community, input.organization).await? >= MOST {
        return Err(Error::new(&reasons::WEBHOOK_LIMIT).with("most", MOST).into());
    }
    let webhook = Webhook {
        name: name.clone(),
        organization: input.organization,
        answerable: answerable(&input.by),
        url: new.url.clone(),
        description: new.description.clone(),
        filter: new.filter.clone(),
        wanted: new.wanted.clone(),
        state: State::Enabled,
        secret_version: 1,
        old_secret_until: None,
        place: match input.place {
            Some(place) => place,
            None => store::event::last(tx, community).await?,
        },
        failures: 0,
        failing_since: None,
        next_attempt_at: now,
        created_at: now,
        version: 1,
    };
    store::webhook::insert(tx, &input.by, &webhook).await?;
    events::append(tx, &input.by, events::WebhookCreated, &name, now).await?;
    Ok((name, true))
}

/// Who acts answers for the webhook.
pub fn answerable(by: &Authorized) -> Principal {
    by.caller().principal.clone()
}
