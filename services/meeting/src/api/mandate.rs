use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::mandate_service_server::MandateService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::{commands, queries};

#[async_trait]
impl MandateService for Api {
    async fn grant_mandate(&self, request: Request<GrantMandateRequest>) -> Answer<Mandate> {
        Ok(Response::new(commands::mandate::grant::grant(&self.0, request).await?))
    }

    async fn record_mandate(&self, request: Request<RecordMandateRequest>) -> Answer<Mandate> {
        Ok(Response::new(
            commands::mandate::record::record(&self.0, request).await?,
        ))
    }

    async fn revoke_mandate(&self, request: Request<RevokeMandateRequest>) -> Answer<Mandate> {
        Ok(Response::new(
            commands::mandate::revoke::revoke(&self.0, request).await?,
        ))
    }

    async fn list_mandates(&self, request: Request<ListMandatesRequest>) -> Answer<ListMandatesResponse> {
        Ok(Response::new(queries::mandate::list(&self.0, request).await?))
    }
}
