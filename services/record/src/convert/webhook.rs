use prost::Message;
use yihe_kernel::{Fields, OrganizationName, Result, Timestamp};
use yihe_proto::record::v1 as pb;
use yihe_retry::Retry;
use yihe_store::Store;

use super::wanted;
use crate::config::Webhooks;
use crate::cursor;
use crate::deliver::Target;
use crate::domain::{State, Webhook};
use crate::store::delivery::Delivery;
use crate::store::event::Wanted;

/// A webhook as it is asked for.
pub struct NewWebhook {
    pub url: String,
    pub description: String,
    pub filter: Vec<u8>,
    pub wanted: Wanted,
    pub retry: Retry,
}

impl NewWebhook {
    /// # Errors
    /// `INVALID_REQUEST`, `WEBHOOK_URL_REFUSED`.
    pub fn read(request: &pb::CreateWebhookRequest, config: &Webhooks) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let asked = request.webhook.clone().unwrap_or_default();
        let url = url(&mut fields, &asked.url);
        let description = description(&mut fields, &asked.description);
        fields.finish()?;
        let wanted = wanted("webhook.filter", asked.filter.as_ref())?;
        Target::read(&url, config)?;
        Ok(Self {
            url,
            description,
            filter: asked.filter.unwrap_or_default().encode_to_vec(),
            wanted,
            retry,
        })
    }
}

/// What is to be changed of a webhook.
pub struct Changes {
    pub etag: String,
    url: Option<String>,
    description: Option<String>,
    filter: Option<(Vec<u8>, Wanted)>,
}

impl Changes {
    /// # Errors
    /// `INVALID_REQUEST`, `WEBHOOK_URL_REFUSED`.
    pub fn read(request: &pb::UpdateWebhookRequest, config: &Webhooks) -> Result<Self> {
        const PATHS: [&str; 3] = ["url", "description", "filter"];
        let asked = request.webhook.clone().unwrap_or_default();
        let mut fields = Fields::new();
        if !request.update_mask.iter().all(|path| PATHS.contains(&path.as_str())) {
            fields.refuse(
                "update_mask",
                "names `url`, `description` and `filter` alone",
                "只可为 `url`、`description`、`filter`",
            );
        }
        let changes = |path: &str| request.update_mask.is_empty() || request.update_mask.iter().any(|it| it == path);
        let url = changes("url").then(|| url(&mut fields, &asked.url));
        let description = changes("description").then(|| description(&mut fields, &asked.description));
        fields.finish()?;
        let filter = if changes("filter") {
            let wanted = wanted("webhook.filter", asked.filter.as_ref())?;
            Some((asked.filter.unwrap_or_default().encode_to_vec(), wanted))
        } else {
            None
        };
        if let Some(url) = &url {
            Target::read(url, config)?;
        }
        Ok(Self {
            etag: asked.etag,
            url,
            description,
            filter,
        })
    }

    pub fn apply_to(&self, mut webhook: Webhook, now: Timestamp) -> Webhook {
        if let Some(description) = &self.description {
            webhook.description.clone_from(description);
        }
        if let Some((filter, wanted)) = &self.filter {
            webhook.filter.clone_from(filter);
            webhook.wanted = wanted.clone();
        }
        match &self.url {
            Some(url) if *url != webhook.url => {
                webhook.url.clone_from(url);
                // what the other receiver failed at says nothing of this one
                webhook.afresh(now)
            }
            _ => webhook,
        }
    }
}

fn url(fields: &mut Fields, url: &str) -> String {
    fields.line("webhook.url", url, 1..=1000)
}

fn description(fields: &mut Fields, description: &str) -> String {
    fields.line("webhook.description", description, 0..=200)
}

/// A webhook as its keeper sees it.
///
/// # Errors
/// What is stored cannot be read, or no cursor can be written.
pub fn webhook(store: &Store, webhook: Webhook) -> Result<pb::Webhook> {
    let filter = pb::EventFilter::decode(webhook.filter.as_slice()).map_err(yihe_kernel::Error::internal)?;
    let organization = webhook.organization;
    Ok(pb::Webhook {
        etag: webhook.etag(),
        cursor: cursor::seal(store, &webhook.name.community, webhook.place)?,
        name: webhook.name.to_string(),
        organization: OrganizationName { organization }.to_string(),
        url: webhook.url,
        description: webhook.description,
        filter: Some(filter),
        state: state(webhook.state).into(),
        answerable: webhook.answerable.to_string(),
        failed_attempts: webhook.failures,
        next_attempt_time: (webhook.failures > 0).then(|| webhook.next_attempt_at.to_proto()),
        secret: String::new(),
        create_time: Some(webhook.created_at.to_proto()),
    })
}

const fn state(state: State) -> pb::WebhookState {
    match state {
        State::Enabled => pb::WebhookState::Enabled,
        State::Failed => pb::WebhookState::Failed,
        State::Gone => pb::WebhookState::Gone,
        State::Unentitled => pb::WebhookState::Unentitled,
    }
}

/// What became of an event at a webhook.
///
/// # Errors
/// No cursor can be written.
pub fn delivery(store: &Store, delivery: Delivery) -> Result<pb::Delivery> {
    Ok(pb::Delivery {
        cursor: cursor::seal(store, &delivery.event.community, delivery.sequence)?,
        event: delivery.event.to_string(),
        attempts: delivery.attempts,
        last_status: delivery.last_status,
        last_error: delivery.last_error,
        last_attempt_time: Some(delivery.last_attempt_at.to_proto()),
        deliver_time: delivery.delivered_at.map(Timestamp::to_proto),
    })
}
