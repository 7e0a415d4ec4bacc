use tonic::{Request, Response, async_trait};
use yihe_proto::resource::v1::project_facts_service_server::ProjectFactsService;
use yihe_proto::resource::v1::*;

use super::{Answer, Api};
use crate::queries::project_facts as queries;

#[async_trait]
impl ProjectFactsService for Api {
    async fn get_project_facts(&self, request: Request<GetProjectFactsRequest>) -> Answer<ProjectFacts> {
        Ok(Response::new(queries::facts(&self.0, request).await?))
    }
}
