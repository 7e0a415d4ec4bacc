use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::{self, name};
use crate::names::MeetingName;
use crate::service::Service;
use crate::store;

pub async fn list(service: &Service, request: Request<pb::ListPresenceRequest>) -> Result<pb::ListPresenceResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let page = service.store.page(
        &format!("presence of {meeting}"),
        request.page_size,
        &request.page_token,
    )?;
    let intervals = store::presence::list(service.reader(), &meeting, &page).await?;
    let (intervals, next_page_token) = page.next(intervals, |presence| presence.id.to_string());
    let presence = intervals
        .iter()
        .map(|presence| convert::meeting::presence(&meeting, presence));
    Ok(pb::ListPresenceResponse {
        presence: presence.collect(),
        next_page_token,
    })
}
