use tonic::{Request, Response, async_trait};
use yihe_proto::ledger::v1::exchange_service_server::ExchangeService;
use yihe_proto::ledger::v1::good_service_server::GoodService;
use yihe_proto::ledger::v1::service_record_service_server::ServiceRecordService;
use yihe_proto::ledger::v1::*;

use super::{Answer, Api};
use crate::{commands, queries};

#[async_trait]
impl ServiceRecordService for Api {
    async fn record_service(&self, request: Request<RecordServiceRequest>) -> Answer<ServiceRecord> {
        Ok(Response::new(
            commands::service::record::record(&self.0, request).await?,
        ))
    }

    async fn confirm_service(&self, request: Request<ConfirmServiceRequest>) -> Answer<ServiceRecord> {
        Ok(Response::new(
            commands::service::confirm::confirm(&self.0, request).await?,
        ))
    }

    async fn reject_service(&self, request: Request<RejectServiceRequest>) -> Answer<ServiceRecord> {
        Ok(Response::new(
            commands::service::reject::reject(&self.0, request).await?,
        ))
    }

    async fn get_service_record(&self, request: Request<GetServiceRecordRequest>) -> Answer<ServiceRecord> {
        Ok(Response::new(queries::service_record::get(&self.0, request).await?))
    }

    async fn list_service_records(
        &self,
        request: Request<ListServiceRecordsRequest>,
    ) -> Answer<ListServiceRecordsResponse> {
        Ok(Response::new(queries::service_record::list(&self.0, request).await?))
    }
}

#[async_trait]
impl GoodService for Api {
    async fn create_good(&self, request: Request<CreateGoodRequest>) -> Answer<Good> {
        Ok(Response::new(commands::good::create::create(&self.0, request).await?))
    }

    async fn restock_good(&self, request: Request<RestockGoodRequest>) -> Answer<Good> {
        Ok(Response::new(commands::good::restock::restock(&self.0, request).await?))
    }

    async fn retire_good(&self, request: Request<RetireGoodRequest>) -> Answer<Good> {
        Ok(Response::new(commands::good::retire::retire(&self.0, request).await?))
    }

    async fn get_good(&self, request: Request<GetGoodRequest>) -> Answer<Good> {
        Ok(Response::new(queries::good::get(&self.0, request).await?))
    }

    async fn list_goods(&self, request: Request<ListGoodsRequest>) -> Answer<ListGoodsResponse> {
        Ok(Response::new(queries::good::list(&self.0, request).await?))
    }

    async fn redeem_good(&self, request: Request<RedeemGoodRequest>) -> Answer<Redemption> {
        Ok(Response::new(
            commands::redemption::create::redeem(&self.0, request).await?,
        ))
    }

    async fn fulfil_redemption(&self, request: Request<FulfilRedemptionRequest>) -> Answer<Redemption> {
        Ok(Response::new(
            commands::redemption::fulfil::fulfil(&self.0, request).await?,
        ))
    }

    async fn cancel_redemption(&self, request: Request<CancelRedemptionRequest>) -> Answer<Redemption> {
        Ok(Response::new(
            commands::redemption::cancel::cancel(&self.0, request).await?,
        ))
    }

    async fn get_redemption(&self, request: Request<GetRedemptionRequest>) -> Answer<Redemption> {
        Ok(Response::new(queries::good::get_redemption(&self.0, request).await?))
    }

    async fn list_redemptions(&self, request: Request<ListRedemptionsRequest>) -> Answer<ListRedemptionsResponse> {
        Ok(Response::new(queries::good::list_redemptions(&self.0, request).await?))
    }
}

#[async_trait]
impl ExchangeService for Api {
    async fn publish_rate(&self, request: Request<PublishRateRequest>) -> Answer<Rate> {
        Ok(Response::new(
            commands::exchange::publish_rate::publish(&self.0, request).await?,
        ))
    }

    async fn list_rates(&self, request: Request<ListRatesRequest>) -> Answer<ListRatesResponse> {
        Ok(Response::new(queries::rate::list(&self.0, request).await?))
    }

    async fn exchange_credits(&self, request: Request<ExchangeCreditsRequest>) -> Answer<ExchangeCreditsResponse> {
        Ok(Response::new(
            commands::exchange::credits::exchange(&self.0, request).await?,
        ))
    }
}
