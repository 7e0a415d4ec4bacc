use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::ledger_service_server::LedgerService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::commands::problem as commands;
use crate::queries::{ledger, month};

#[async_trait]
impl LedgerService for Api {
    async fn report_problem(&self, request: Request<ReportProblemRequest>) -> Answer<Problem> {
        Ok(Response::new(commands::report::report(&self.0, request).await?))
    }

    async fn get_problem(&self, request: Request<GetProblemRequest>) -> Answer<Problem> {
        Ok(Response::new(ledger::get_problem(&self.0, request).await?))
    }

    async fn link_problem(&self, request: Request<LinkProblemRequest>) -> Answer<Problem> {
        Ok(Response::new(commands::link::link(&self.0, request).await?))
    }

    async fn close_problem(&self, request: Request<CloseProblemRequest>) -> Answer<Problem> {
        Ok(Response::new(commands::close::close(&self.0, request).await?))
    }

    async fn list_ledger_entries(
        &self,
        request: Request<ListLedgerEntriesRequest>,
    ) -> Answer<ListLedgerEntriesResponse> {
        Ok(Response::new(ledger::list(&self.0, request).await?))
    }

    async fn get_month_plan(&self, request: Request<GetMonthPlanRequest>) -> Answer<MonthPlan> {
        Ok(Response::new(month::plan(&self.0, request).await?))
    }

    async fn get_month_report(&self, request: Request<GetMonthReportRequest>) -> Answer<MonthReport> {
        Ok(Response::new(month::report(&self.0, request).await?))
    }

    async fn publish_month_report(&self, request: Request<PublishMonthReportRequest>) -> Answer<MonthReport> {
        Ok(Response::new(
            crate::commands::month_report::publish::publish(&self.0, request).await?,
        ))
    }
}
