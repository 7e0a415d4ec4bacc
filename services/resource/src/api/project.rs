use tonic::{Request, Response, async_trait};
use yihe_proto::resource::v1::project_service_server::ProjectService;
use yihe_proto::resource::v1::*;

use super::{Answer, Api};
use crate::commands::project as commands;
use crate::queries::project as queries;

#[async_trait]
impl ProjectService for Api {
    async fn create_project(&self, request: Request<CreateProjectRequest>) -> Answer<Project> {
        Ok(Response::new(commands::create::create(&self.0, request).await?))
    }

    async fn get_project(&self, request: Request<GetProjectRequest>) -> Answer<ProjectView> {
        Ok(Response::new(queries::get(&self.0, request).await?))
    }

    async fn list_projects(&self, request: Request<ListProjectsRequest>) -> Answer<ListProjectsResponse> {
        Ok(Response::new(queries::list(&self.0, request).await?))
    }

    async fn end_project(&self, request: Request<EndProjectRequest>) -> Answer<Project> {
        Ok(Response::new(commands::end::end(&self.0, request).await?))
    }
}
