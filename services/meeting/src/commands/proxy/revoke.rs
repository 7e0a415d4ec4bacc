use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::presence::recompute_quorum;
use crate::convert::name;
use crate::domain::{Frozen, Meeting, Proxy};
use crate::names::ProxyName;
use crate::service::Service;
use crate::{events, store};

struct Revoke {
    service: Arc<Service>,
    by: Authorized,
    name: ProxyName,
    frozen: Option<Arc<Frozen>>,
}

pub async fn revoke(service: &Arc<Service>, request: Request<pb::RevokeProxyRequest>) -> Result<pb::Proxy> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: ProxyName = name("name", &request.name)?;
    let (by, _) = service.proxy(admitted, &name).await?;
    let frozen = service.frozen.of(&name.meeting()).await?;
    let input = Revoke {
        service: Arc::clone(service),
        by,
        name,
        frozen,
    };
    let proxy = service
        .store
        .transaction("meeting.revoke_proxy", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %proxy.name, "proxy revoked");
    Ok(proxy.into())
}

async fn apply(
    tx: &Tx,
    Revoke {
        service,
        by,
        name,
        frozen,
    }: &Revoke,
) -> Result<Proxy, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let proxy = store::proxy::find(tx, name).await?;
    let proxy = proxy.ok_or_else(|| Error::not_found(name))?.revoke(&meeting, now)?;
    store::proxy::revoke(tx, by, name, now).await?;
    events::append(tx, by, events::ProxyRevoked, &meeting.name, name, now).await?;
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    recompute_quorum(tx, by, &meeting, frozen, now).await?;
    Ok(proxy)
}
