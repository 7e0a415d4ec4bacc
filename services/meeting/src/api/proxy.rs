use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::proxy_service_server::ProxyService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::{commands, queries};

#[async_trait]
impl ProxyService for Api {
    async fn grant_proxy(&self, request: Request<GrantProxyRequest>) -> Answer<Proxy> {
        Ok(Response::new(commands::proxy::grant::grant(&self.0, request).await?))
    }

    async fn record_proxy(&self, request: Request<RecordProxyRequest>) -> Answer<Proxy> {
        Ok(Response::new(commands::proxy::record::record(&self.0, request).await?))
    }

    async fn revoke_proxy(&self, request: Request<RevokeProxyRequest>) -> Answer<Proxy> {
        Ok(Response::new(commands::proxy::revoke::revoke(&self.0, request).await?))
    }

    async fn get_proxy(&self, request: Request<GetProxyRequest>) -> Answer<Proxy> {
        Ok(Response::new(queries::proxy::get(&self.0, request).await?))
    }

    async fn list_proxies(&self, request: Request<ListProxiesRequest>) -> Answer<ListProxiesResponse> {
        Ok(Response::new(queries::proxy::list(&self.0, request).await?))
    }
}
