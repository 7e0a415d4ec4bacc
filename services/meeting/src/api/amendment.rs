use tonic::{Request, async_trait};
use yihe_proto::meeting::v1::amendment_service_server::AmendmentService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api, answer};
use crate::commands::amendment as commands;
use crate::queries::amendment as queries;

#[async_trait]
impl AmendmentService for Api {
    async fn submit_amendment(&self, request: Request<SubmitAmendmentRequest>) -> Answer<Amendment> {
        answer(commands::submit::submit(&self.0, request).await)
    }

    async fn get_amendment(&self, request: Request<GetAmendmentRequest>) -> Answer<Amendment> {
        answer(queries::get(&self.0, request).await)
    }

    async fn list_amendments(&self, request: Request<ListAmendmentsRequest>) -> Answer<ListAmendmentsResponse> {
        answer(queries::list(&self.0, request).await)
    }

    async fn restate_amendment(&self, request: Request<RestateAmendmentRequest>) -> Answer<Amendment> {
        answer(commands::restate::restate(&self.0, request).await)
    }

    async fn withdraw_amendment(&self, request: Request<WithdrawAmendmentRequest>) -> Answer<Amendment> {
        answer(commands::withdraw::withdraw(&self.0, request).await)
    }

    async fn strike_amendment(&self, request: Request<StrikeAmendmentRequest>) -> Answer<Amendment> {
        answer(commands::strike::strike(&self.0, request).await)
    }

    async fn order_amendments(&self, request: Request<OrderAmendmentsRequest>) -> Answer<OrderAmendmentsResponse> {
        answer(commands::order::order(&self.0, request).await)
    }

    async fn list_motion_versions(
        &self,
        request: Request<ListMotionVersionsRequest>,
    ) -> Answer<ListMotionVersionsResponse> {
        answer(queries::versions(&self.0, request).await)
    }
}
