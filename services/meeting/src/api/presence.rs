use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::presence_service_server::PresenceService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::{commands, queries};

#[async_trait]
impl PresenceService for Api {
    async fn list_presence(&self, request: Request<ListPresenceRequest>) -> Answer<ListPresenceResponse> {
        Ok(Response::new(queries::presence::list(&self.0, request).await?))
    }

    async fn record_check_in(&self, request: Request<RecordCheckInRequest>) -> Answer<Presence> {
        Ok(Response::new(
            commands::presence::check_in::record(&self.0, request).await?,
        ))
    }

    async fn record_check_out(&self, request: Request<RecordCheckOutRequest>) -> Answer<Presence> {
        Ok(Response::new(
            commands::presence::check_out::record(&self.0, request).await?,
        ))
    }
}
