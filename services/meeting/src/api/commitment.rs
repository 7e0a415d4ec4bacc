use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::commitment_service_server::CommitmentService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::commands::commitment as commands;
use crate::queries::commitment as queries;

#[async_trait]
impl CommitmentService for Api {
    async fn create_commitments(
        &self,
        request: Request<CreateCommitmentsRequest>,
    ) -> Answer<CreateCommitmentsResponse> {
        Ok(Response::new(commands::create::create(&self.0, request).await?))
    }

    async fn get_commitment(&self, request: Request<GetCommitmentRequest>) -> Answer<Commitment> {
        Ok(Response::new(queries::get(&self.0, request).await?))
    }

    async fn list_commitments(&self, request: Request<ListCommitmentsRequest>) -> Answer<ListCommitmentsResponse> {
        Ok(Response::new(queries::list(&self.0, request).await?))
    }

    async fn accept_commitment(&self, request: Request<AcceptCommitmentRequest>) -> Answer<Commitment> {
        Ok(Response::new(commands::accept::accept(&self.0, request).await?))
    }

    async fn decline_commitment(&self, request: Request<DeclineCommitmentRequest>) -> Answer<Commitment> {
        Ok(Response::new(commands::decline::decline(&self.0, request).await?))
    }

    async fn reassign_commitment(&self, request: Request<ReassignCommitmentRequest>) -> Answer<Commitment> {
        Ok(Response::new(commands::reassign::reassign(&self.0, request).await?))
    }

    async fn report_progress(&self, request: Request<ReportProgressRequest>) -> Answer<Commitment> {
        Ok(Response::new(commands::progress::progress(&self.0, request).await?))
    }

    async fn complete_commitment(&self, request: Request<CompleteCommitmentRequest>) -> Answer<Commitment> {
        Ok(Response::new(commands::complete::complete(&self.0, request).await?))
    }

    async fn confirm_commitment(&self, request: Request<ConfirmCommitmentRequest>) -> Answer<Commitment> {
        Ok(Response::new(commands::confirm::confirm(&self.0, request).await?))
    }

    async fn reopen_commitment(&self, request: Request<ReopenCommitmentRequest>) -> Answer<Commitment> {
        Ok(Response::new(commands::reopen::reopen(&self.0, request).await?))
    }

    async fn cancel_commitment(&self, request: Request<CancelCommitmentRequest>) -> Answer<Commitment> {
        Ok(Response::new(commands::cancel::cancel(&self.0, request).await?))
    }

    async fn list_commitment_history(
        &self,
        request: Request<ListCommitmentHistoryRequest>,
    ) -> Answer<ListCommitmentHistoryResponse> {
        Ok(Response::new(queries::history(&self.0, request).await?))
    }
}
