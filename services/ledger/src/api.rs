//! The RPCs, each delegated to its command or query.

mod fund;
mod object;
mod time_bank;

use std::sync::Arc;

use tonic::service::Routes;
use tonic::{Request, Response, Status, async_trait};
use yihe_proto::ledger::v1::account_service_server::{AccountService, AccountServiceServer};
use yihe_proto::ledger::v1::exchange_service_server::ExchangeServiceServer;
use yihe_proto::ledger::v1::fund_service_server::FundServiceServer;
use yihe_proto::ledger::v1::good_service_server::GoodServiceServer;
use yihe_proto::ledger::v1::object_service_server::ObjectServiceServer;
use yihe_proto::ledger::v1::service_record_service_server::ServiceRecordServiceServer;
use yihe_proto::ledger::v1::statement_service_server::{StatementService, StatementServiceServer};
use yihe_proto::ledger::v1::transfer_service_server::{TransferService, TransferServiceServer};
use yihe_proto::ledger::v1::*;

use crate::service::Service;
use crate::{commands, queries};

/// All services of the contract.
#[derive(Clone)]
pub struct Api(Arc<Service>);

impl Api {
    /// Their router.
    pub fn routes(service: Arc<Service>) -> Routes {
        let api = Self(service);
        Routes::new(AccountServiceServer::new(api.clone()))
            .add_service(TransferServiceServer::new(api.clone()))
            .add_service(StatementServiceServer::new(api.clone()))
            .add_service(ServiceRecordServiceServer::new(api.clone()))
            .add_service(GoodServiceServer::new(api.clone()))
            .add_service(ExchangeServiceServer::new(api.clone()))
            .add_service(FundServiceServer::new(api.clone()))
            .add_service(ObjectServiceServer::new(api))
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[async_trait]
impl AccountService for Api {
    async fn open_account(&self, request: Request<OpenAccountRequest>) -> Answer<Account> {
        Ok(Response::new(commands::account::open::open(&self.0, request).await?))
    }

    async fn get_account(&self, request: Request<GetAccountRequest>) -> Answer<Account> {
        Ok(Response::new(queries::account::get(&self.0, request).await?))
    }

    async fn list_accounts(&self, request: Request<ListAccountsRequest>) -> Answer<ListAccountsResponse> {
        Ok(Response::new(queries::account::list(&self.0, request).await?))
    }

    async fn set_account_limits(&self, request: Request<SetAccountLimitsRequest>) -> Answer<Account> {
        Ok(Response::new(
            commands::account::set_limits::set_limits(&self.0, request).await?,
        ))
    }

    async fn close_account(&self, request: Request<CloseAccountRequest>) -> Answer<Account> {
        Ok(Response::new(commands::account::close::close(&self.0, request).await?))
    }
}

#[async_trait]
impl TransferService for Api {
    async fn create_transfers(&self, request: Request<CreateTransfersRequest>) -> Answer<CreateTransfersResponse> {
        Ok(Response::new(
            commands::transfer::create::create(&self.0, request).await?,
        ))
    }

    async fn issue_credits(&self, request: Request<IssueCreditsRequest>) -> Answer<Transfer> {
        Ok(Response::new(commands::transfer::issue::issue(&self.0, request).await?))
    }

    async fn get_transfer(&self, request: Request<GetTransferRequest>) -> Answer<Transfer> {
        Ok(Response::new(queries::transfer::get(&self.0, request).await?))
    }

    async fn post_hold(&self, request: Request<PostHoldRequest>) -> Answer<Transfer> {
        Ok(Response::new(commands::hold::post::post(&self.0, request).await?))
    }

    async fn void_hold(&self, request: Request<VoidHoldRequest>) -> Answer<Transfer> {
        Ok(Response::new(commands::hold::void::void(&self.0, request).await?))
    }

    async fn correct_transfer(&self, request: Request<CorrectTransferRequest>) -> Answer<Transfer> {
        Ok(Response::new(
            commands::transfer::correct::correct(&self.0, request).await?,
        ))
    }
}

#[async_trait]
impl StatementService for Api {
    async fn list_postings(&self, request: Request<ListPostingsRequest>) -> Answer<ListPostingsResponse> {
        Ok(Response::new(queries::statement::list(&self.0, request).await?))
    }

    async fn list_holds(&self, request: Request<ListHoldsRequest>) -> Answer<ListHoldsResponse> {
        Ok(Response::new(queries::hold::list(&self.0, request).await?))
    }

    async fn get_balance(&self, request: Request<GetBalanceRequest>) -> Answer<Balance> {
        Ok(Response::new(queries::statement::balance(&self.0, request).await?))
    }

    async fn export_statement(&self, request: Request<ExportStatementRequest>) -> Answer<ExportStatementResponse> {
        Ok(Response::new(queries::statement::export(&self.0, request).await?))
    }

    async fn compute_trial_balance(&self, request: Request<ComputeTrialBalanceRequest>) -> Answer<TrialBalance> {
        Ok(Response::new(
            queries::statement::trial_balance(&self.0, request).await?,
        ))
    }
}
