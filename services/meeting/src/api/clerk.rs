use tonic::{Request, async_trait};
use yihe_proto::meeting::v1::ballot_service_server::BallotService;
use yihe_proto::meeting::v1::clerk_service_server::ClerkService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api, answer};
use crate::{commands, queries};

#[async_trait]
impl ClerkService for Api {
    async fn record_show_of_hands(&self, request: Request<RecordShowOfHandsRequest>) -> Answer<RecordBallotsResponse> {
        answer(commands::ballot::record::hands(&self.0, request).await)
    }

    async fn record_paper_ballots(&self, request: Request<RecordPaperBallotsRequest>) -> Answer<RecordBallotsResponse> {
        answer(commands::ballot::record::papers(&self.0, request).await)
    }

    async fn record_ballot_box(&self, request: Request<RecordBallotBoxRequest>) -> Answer<RecordBallotsResponse> {
        answer(commands::ballot::record::ballot_box(&self.0, request).await)
    }

    async fn record_motion(&self, request: Request<RecordMotionRequest>) -> Answer<Motion> {
        answer(commands::motion::record::record(&self.0, request).await)
    }

    async fn record_acceptance(&self, request: Request<RecordAcceptanceRequest>) -> Answer<Commitment> {
        answer(commands::commitment::record_acceptance::record(&self.0, request).await)
    }

    async fn record_contest(&self, request: Request<RecordContestRequest>) -> Answer<Record> {
        answer(commands::record::contest::record(&self.0, request).await)
    }
}

#[async_trait]
impl BallotService for Api {
    async fn change_ballot(&self, request: Request<ChangeBallotRequest>) -> Answer<Ballot> {
        answer(commands::ballot::change::change(&self.0, request).await)
    }

    async fn list_ballot_changes(
        &self,
        request: Request<ListBallotChangesRequest>,
    ) -> Answer<ListBallotChangesResponse> {
        answer(queries::ballot_change::list(&self.0, request).await)
    }
}
