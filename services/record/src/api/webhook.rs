use tonic::{Request, Response, async_trait};
use yihe_proto::record::v1::webhook_service_server::WebhookService;
use yihe_proto::record::v1::*;

use super::{Answer, Api};
use crate::commands::webhook as commands;
use crate::queries::webhook as queries;

#[async_trait]
impl WebhookService for Api {
    async fn create_webhook(&self, request: Request<CreateWebhookRequest>) -> Answer<Webhook> {
        Ok(Response::new(commands::create::create(&self.0, request).await?))
    }

    async fn get_webhook(&self, request: Request<GetWebhookRequest>) -> Answer<Webhook> {
        Ok(Response::new(queries::get(&self.0, request).await?))
    }

    async fn list_webhooks(&self, request: Request<ListWebhooksRequest>) -> Answer<ListWebhooksResponse> {
        Ok(Response::new(queries::list(&self.0, request).await?))
    }

    async fn update_webhook(&self, request: Request<UpdateWebhookRequest>) -> Answer<Webhook> {
        Ok(Response::new(commands::change::update(&self.0, request).await?))
    }

    async fn delete_webhook(&self, request: Request<DeleteWebhookRequest>) -> Answer<DeleteWebhookResponse> {
        Ok(Response::new(commands::delete::delete(&self.0, request).await?))
    }

    async fn rotate_webhook_secret(&self, request: Request<RotateWebhookSecretRequest>) -> Answer<Webhook> {
        Ok(Response::new(commands::change::rotate(&self.0, request).await?))
    }

    async fn enable_webhook(&self, request: Request<EnableWebhookRequest>) -> Answer<Webhook> {
        Ok(Response::new(commands::change::enable(&self.0, request).await?))
    }

    async fn replay_webhook(&self, request: Request<ReplayWebhookRequest>) -> Answer<Webhook> {
        Ok(Response::new(commands::change::replay(&self.0, request).await?))
    }

    async fn list_deliveries(&self, request: Request<ListDeliveriesRequest>) -> Answer<ListDeliveriesResponse> {
        Ok(Response::new(queries::list_deliveries(&self.0, request).await?))
    }
}
