use tonic::{Request, async_trait};
use yihe_proto::meeting::v1::seconding_service_server::SecondingService;
use yihe_proto::meeting::v1::tie_service_server::TieService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api, answer};
use crate::{commands, queries};

#[async_trait]
impl SecondingService for Api {
    async fn second_motion(&self, request: Request<SecondMotionRequest>) -> Answer<Motion> {
        answer(commands::second::motion::second(&self.0, request).await)
    }

    async fn second_amendment(&self, request: Request<SecondAmendmentRequest>) -> Answer<Amendment> {
        answer(commands::second::amendment::second(&self.0, request).await)
    }

    async fn list_seconds(&self, request: Request<ListSecondsRequest>) -> Answer<ListSecondsResponse> {
        answer(queries::second::list(&self.0, request).await)
    }
}

#[async_trait]
impl TieService for Api {
    async fn decide_tie(&self, request: Request<DecideTieRequest>) -> Answer<Vote> {
        answer(commands::vote::decide_tie::decide_tie(&self.0, request).await)
    }
}
