use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::names::MeetingName;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetDissentRequest>) -> Result<pb::Dissent> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, dissent) = service.dissent(admitted, &name("name", &request.name)?).await?;
    Ok(dissent.into())
}

pub async fn list(service: &Service, request: Request<pb::ListDissentsRequest>) -> Result<pb::ListDissentsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let query = format!("dissents of {meeting}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let dissents = store::dissent::list(service.reader(), &meeting, &page).await?;
    let (dissents, next_page_token) = page.next(dissents, |dissent| dissent.name.dissent.to_string());
    Ok(pb::ListDissentsResponse {
        dissents: dissents.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
