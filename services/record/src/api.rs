//! The RPCs, each delegated to its command or query.

mod webhook;

use std::sync::Arc;

use tonic::service::Routes;
use tonic::{Request, Response, Status, async_trait};
use yihe_proto::record::v1::record_service_server::{RecordService, RecordServiceServer};
use yihe_proto::record::v1::webhook_service_server::WebhookServiceServer;
use yihe_proto::record::v1::*;

use crate::queries;
use crate::service::Service;

/// All services of the contract.
#[derive(Clone)]
pub struct Api(Arc<Service>);

impl Api {
    /// Their router.
    pub fn routes(service: Arc<Service>) -> Routes {
        let api = Self(service);
        Routes::new(RecordServiceServer::new(api.clone())).add_service(WebhookServiceServer::new(api))
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[async_trait]
impl RecordService for Api {
    type SubscribeStream = queries::subscribe::Told;

    async fn list_events(&self, request: Request<ListEventsRequest>) -> Answer<ListEventsResponse> {
        Ok(Response::new(queries::event::list(&self.0, request).await?))
    }

    async fn get_event(&self, request: Request<GetEventRequest>) -> Answer<Event> {
        Ok(Response::new(queries::event::get(&self.0, request).await?))
    }

    async fn subscribe(&self, request: Request<SubscribeRequest>) -> Answer<Self::SubscribeStream> {
        Ok(Response::new(queries::subscribe::subscribe(&self.0, request).await?))
    }

    async fn get_history(&self, request: Request<GetHistoryRequest>) -> Answer<History> {
        Ok(Response::new(queries::history::get(&self.0, request).await?))
    }
}
