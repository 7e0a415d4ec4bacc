use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::names::MeetingName;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetProxyRequest>) -> Result<pb::Proxy> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, proxy) = service.proxy(admitted, &name("name", &request.name)?).await?;
    Ok(proxy.into())
}

pub async fn list(service: &Service, request: Request<pb::ListProxiesRequest>) -> Result<pb::ListProxiesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let page = service
        .store
        .page(&format!("proxies of {meeting}"), request.page_size, &request.page_token)?;
    let proxies = store::proxy::list(service.reader(), &meeting, &page).await?;
    let (proxies, next_page_token) = page.next(proxies, |proxy| proxy.name.proxy.to_string());
    Ok(pb::ListProxiesResponse {
        proxies: proxies.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
