use tonic::{Request, Response, async_trait};
use yihe_proto::resource::v1::need_service_server::NeedService;
use yihe_proto::resource::v1::*;

use super::{Answer, Api};
use crate::commands::listing as commands;
use crate::queries::listing as queries;

#[async_trait]
impl NeedService for Api {
    async fn create_need(&self, request: Request<CreateNeedRequest>) -> Answer<Need> {
        Ok(Response::new(commands::create::need(&self.0, request).await?))
    }

    async fn get_need(&self, request: Request<GetNeedRequest>) -> Answer<Need> {
        Ok(Response::new(queries::get_need(&self.0, request).await?))
    }

    async fn list_needs(&self, request: Request<ListNeedsRequest>) -> Answer<ListNeedsResponse> {
        Ok(Response::new(queries::list_needs(&self.0, request).await?))
    }

    async fn end_need(&self, request: Request<EndNeedRequest>) -> Answer<Need> {
        Ok(Response::new(commands::end::need(&self.0, request).await?))
    }

    async fn list_matches(&self, request: Request<ListMatchesRequest>) -> Answer<ListMatchesResponse> {
        Ok(Response::new(queries::matches(&self.0, request).await?))
    }
}
