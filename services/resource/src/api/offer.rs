use tonic::{Request, Response, async_trait};
use yihe_proto::resource::v1::offer_service_server::OfferService;
use yihe_proto::resource::v1::*;

use super::{Answer, Api};
use crate::commands::listing as commands;
use crate::queries::listing as queries;

#[async_trait]
impl OfferService for Api {
    async fn create_offer(&self, request: Request<CreateOfferRequest>) -> Answer<Offer> {
        Ok(Response::new(commands::create::offer(&self.0, request).await?))
    }

    async fn get_offer(&self, request: Request<GetOfferRequest>) -> Answer<Offer> {
        Ok(Response::new(queries::get_offer(&self.0, request).await?))
    }

    async fn list_offers(&self, request: Request<ListOffersRequest>) -> Answer<ListOffersResponse> {
        Ok(Response::new(queries::list_offers(&self.0, request).await?))
    }

    async fn end_offer(&self, request: Request<EndOfferRequest>) -> Answer<Offer> {
        Ok(Response::new(commands::end::offer(&self.0, request).await?))
    }
}
