use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::names::{AgendaItemName, MeetingName};
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetRecusalRequest>) -> Result<pb::Recusal> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, recusal) = service.recusal(admitted, &name("name", &request.name)?).await?;
    Ok(recusal.into())
}

pub async fn list(service: &Service, request: Request<pb::ListRecusalsRequest>) -> Result<pb::ListRecusalsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let item: Option<AgendaItemName> = match request.agenda_item.as_str() {
        "" => None,
        text => Some(name("agenda_item", text)?),
    };
    service.meeting(admitted, &meeting).await?;
    let query = format!("recusals of {meeting} from {}", request.agenda_item);
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let item = item.map(|item| item.agenda_item);
    let recusals = store::recusal::list(service.reader(), &meeting, item, &page).await?;
    let (recusals, next_page_token) = page.next(recusals, |recusal| recusal.name.recusal.to_string());
    Ok(pb::ListRecusalsResponse {
        recusals: recusals.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
