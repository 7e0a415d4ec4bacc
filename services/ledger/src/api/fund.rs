use tonic::{Request, Response, async_trait};
use yihe_proto::ledger::v1::fund_service_server::FundService;
use yihe_proto::ledger::v1::*;

use super::{Answer, Api};
use crate::{commands, queries};

#[async_trait]
impl FundService for Api {
    async fn create_fund(&self, request: Request<CreateFundRequest>) -> Answer<Fund> {
        Ok(Response::new(commands::fund::create::create(&self.0, request).await?))
    }

    async fn get_fund(&self, request: Request<GetFundRequest>) -> Answer<Fund> {
        Ok(Response::new(queries::fund::get(&self.0, request).await?))
    }

    async fn list_funds(&self, request: Request<ListFundsRequest>) -> Answer<ListFundsResponse> {
        Ok(Response::new(queries::fund::list(&self.0, request).await?))
    }

    async fn contribute(&self, request: Request<ContributeRequest>) -> Answer<Contribution> {
        Ok(Response::new(
            commands::fund::contribute::contribute(&self.0, request).await?,
        ))
    }

    async fn list_contributions(
        &self,
        request: Request<ListContributionsRequest>,
    ) -> Answer<ListContributionsResponse> {
        Ok(Response::new(queries::fund::contributions(&self.0, request).await?))
    }

    async fn record_expense(&self, request: Request<RecordExpenseRequest>) -> Answer<Expense> {
        Ok(Response::new(
            commands::fund::record_expense::record(&self.0, request).await?,
        ))
    }

    async fn get_expense(&self, request: Request<GetExpenseRequest>) -> Answer<Expense> {
        Ok(Response::new(queries::expense::get(&self.0, request).await?))
    }

    async fn list_expenses(&self, request: Request<ListExpensesRequest>) -> Answer<ListExpensesResponse> {
        Ok(Response::new(queries::expense::list(&self.0, request).await?))
    }

    async fn return_share(&self, request: Request<ReturnShareRequest>) -> Answer<FundReturn> {
        Ok(Response::new(
            commands::fund::return_share::return_share(&self.0, request).await?,
        ))
    }

    async fn close_fund(&self, request: Request<CloseFundRequest>) -> Answer<CloseFundResponse> {
        Ok(Response::new(commands::fund::close::close(&self.0, request).await?))
    }

    async fn trace_contributor(&self, request: Request<TraceContributorRequest>) -> Answer<ContributorTrace> {
        Ok(Response::new(queries::expense::trace(&self.0, request).await?))
    }
}
