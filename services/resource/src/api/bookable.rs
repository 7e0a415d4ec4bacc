use tonic::{Request, Response, async_trait};
use yihe_proto::resource::v1::bookable_service_server::BookableService;
use yihe_proto::resource::v1::*;

use super::{Answer, Api};
use crate::commands::bookable as commands;
use crate::queries::bookable as queries;

#[async_trait]
impl BookableService for Api {
    async fn create_bookable(&self, request: Request<CreateBookableRequest>) -> Answer<Bookable> {
        Ok(Response::new(commands::create::create(&self.0, request).await?))
    }

    async fn get_bookable(&self, request: Request<GetBookableRequest>) -> Answer<Bookable> {
        Ok(Response::new(queries::get(&self.0, request).await?))
    }

    async fn list_bookables(&self, request: Request<ListBookablesRequest>) -> Answer<ListBookablesResponse> {
        Ok(Response::new(queries::list(&self.0, request).await?))
    }

    async fn update_bookable(&self, request: Request<UpdateBookableRequest>) -> Answer<Bookable> {
        Ok(Response::new(commands::update::update(&self.0, request).await?))
    }

    async fn end_bookable(&self, request: Request<EndBookableRequest>) -> Answer<Bookable> {
        Ok(Response::new(commands::end::end(&self.0, request).await?))
    }
}
