use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::notice_service_server::NoticeService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::{commands, queries};

#[async_trait]
impl NoticeService for Api {
    async fn check_notice(&self, request: Request<CheckNoticeRequest>) -> Answer<NoticeCheck> {
        Ok(Response::new(queries::notice::check(&self.0, request).await?))
    }

    async fn waive_notice(&self, request: Request<WaiveNoticeRequest>) -> Answer<NoticeWaiver> {
        Ok(Response::new(commands::notice::waive::waive(&self.0, request).await?))
    }

    async fn record_waiver(&self, request: Request<RecordWaiverRequest>) -> Answer<NoticeWaiver> {
        Ok(Response::new(commands::notice::waive::record(&self.0, request).await?))
    }

    async fn record_delivery(&self, request: Request<RecordDeliveryRequest>) -> Answer<Delivery> {
        Ok(Response::new(
            commands::notice::deliver::deliver(&self.0, request).await?,
        ))
    }

    async fn record_acknowledgement(&self, request: Request<RecordAcknowledgementRequest>) -> Answer<RosterEntry> {
        Ok(Response::new(
            commands::notice::acknowledge::record(&self.0, request).await?,
        ))
    }

    async fn list_deliveries(&self, request: Request<ListDeliveriesRequest>) -> Answer<ListDeliveriesResponse> {
        Ok(Response::new(queries::notice::deliveries(&self.0, request).await?))
    }
}
