use tonic::{Request, Response, async_trait};
use yihe_proto::ledger::v1::object_service_server::ObjectService;
use yihe_proto::ledger::v1::*;

use super::{Answer, Api};
use crate::queries;

#[async_trait]
impl ObjectService for Api {
    async fn get_object_facts(&self, request: Request<GetObjectFactsRequest>) -> Answer<ObjectFacts> {
        Ok(Response::new(queries::object::facts(&self.0, request).await?))
    }
}
