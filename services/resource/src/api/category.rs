use tonic::{Request, Response, async_trait};
use yihe_proto::resource::v1::category_service_server::CategoryService;
use yihe_proto::resource::v1::*;

use super::{Answer, Api};
use crate::commands::category as commands;
use crate::queries::category as queries;

#[async_trait]
impl CategoryService for Api {
    async fn create_category(&self, request: Request<CreateCategoryRequest>) -> Answer<Category> {
        Ok(Response::new(commands::create::create(&self.0, request).await?))
    }

    async fn list_categories(&self, request: Request<ListCategoriesRequest>) -> Answer<ListCategoriesResponse> {
        Ok(Response::new(queries::list(&self.0, request).await?))
    }
}
