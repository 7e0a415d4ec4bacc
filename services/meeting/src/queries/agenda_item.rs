use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::names::MeetingName;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetAgendaItemRequest>) -> Result<pb::AgendaItem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, item) = service.agenda_item(admitted, &name("name", &request.name)?).await?;
    Ok(item.into())
}

pub async fn list(
    service: &Service,
    request: Request<pb::ListAgendaItemsRequest>,
) -> Result<pb::ListAgendaItemsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let rows = service.rows_of_meeting(admitted, &meeting).await?;
    let page = service
        .store
        .page(&format!("agenda of {meeting}"), request.page_size, &request.page_token)?;
    let items = store::agenda::list(service.reader(), &meeting, rows, &page).await?;
    let (items, next_page_token) = page.next(items, |item| item.position.to_string());
    Ok(pb::ListAgendaItemsResponse {
        agenda_items: items.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
