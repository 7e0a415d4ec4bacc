use tonic::{Request, async_trait};
use yihe_proto::meeting::v1::owners_vote_service_server::OwnersVoteService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api, answer};
use crate::{commands, queries};

#[async_trait]
impl OwnersVoteService for Api {
    async fn open_voting(&self, request: Request<OpenVotingRequest>) -> Answer<OpenVotingResponse> {
        answer(commands::owners::open::open(&self.0, request).await)
    }

    async fn close_voting(&self, request: Request<CloseVotingRequest>) -> Answer<CloseVotingResponse> {
        answer(commands::owners::close::close(&self.0, request).await)
    }

    async fn cast_unit_ballots(&self, request: Request<CastUnitBallotsRequest>) -> Answer<CastUnitBallotsResponse> {
        answer(commands::owners::cast::cast(&self.0, request).await)
    }

    async fn correct_unit_ballots(
        &self,
        request: Request<CorrectUnitBallotsRequest>,
    ) -> Answer<CorrectUnitBallotsResponse> {
        answer(commands::owners::correct::correct(&self.0, request).await)
    }

    async fn record_paper_unit_ballots(
        &self,
        request: Request<RecordPaperUnitBallotsRequest>,
    ) -> Answer<RecordPaperUnitBallotsResponse> {
        answer(commands::owners::paper::record(&self.0, request).await)
    }

    async fn list_unit_ballots(&self, request: Request<ListUnitBallotsRequest>) -> Answer<ListUnitBallotsResponse> {
        answer(queries::owners::list(&self.0, request).await)
    }

    async fn list_own_unit_ballots(
        &self,
        request: Request<ListOwnUnitBallotsRequest>,
    ) -> Answer<ListOwnUnitBallotsResponse> {
        answer(queries::owners::list_own(&self.0, request).await)
    }

    async fn export_count(&self, request: Request<ExportCountRequest>) -> Answer<CountExport> {
        answer(queries::owners::export_count(&self.0, request).await)
    }

    async fn challenge_result(&self, request: Request<ChallengeResultRequest>) -> Answer<Challenge> {
        answer(commands::owners::challenge::challenge(&self.0, request).await)
    }

    async fn answer_challenge(&self, request: Request<AnswerChallengeRequest>) -> Answer<Challenge> {
        answer(commands::owners::answer::answer(&self.0, request).await)
    }

    async fn list_challenges(&self, request: Request<ListChallengesRequest>) -> Answer<ListChallengesResponse> {
        answer(queries::owners::list_challenges(&self.0, request).await)
    }
}
