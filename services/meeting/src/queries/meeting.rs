use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use crate::convert::{self, name};
use crate::domain::Meeting;
use crate::names::{BodyName, MeetingName};
use crate::queries::person;
use crate::service::{Service, calling_member};
use crate::{reasons, store};

pub async fn get(service: &Service, request: Request<pb::GetMeetingRequest>) -> Result<pb::Meeting> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, meeting) = service.meeting(admitted, &name("name", &request.name)?).await?;
    Ok(meeting.into())
}

pub async fn list(service: &Service, request: Request<pb::ListMeetingsRequest>) -> Result<pb::ListMeetingsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let body: Option<BodyName> = match request.body.as_str() {
        "" => None,
        text => Some(name("body", text)?),
    };
    let (filter, member) = (admitted.filter(), calling_member(&admitted));
    let by = admitted.authorized_list();
    let community = by.community()?;
    let sight = service.sight(community, filter, member).await?;
    let query = format!("meetings of {community} in `{}`", request.body);
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let body = body.map(|body| body.body);
    let meetings = store::meeting::list(service.reader(), community, body, &sight, &page).await?;
    let (meetings, next_page_token) = page.next(meetings, |meeting| meeting.name.meeting.to_string());
    Ok(pb::ListMeetingsResponse {
        meetings: meetings.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}

pub async fn notice(service: &Service, request: Request<pb::GetNoticeRequest>) -> Result<pb::Notice> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    service.meeting(admitted, &meeting).await?;
    let notice = store::notice::find(service.reader(), &meeting).await?;
    let mut notice = notice.ok_or_else(|| Error::new(&reasons::NOTICE_NOT_SERVED).with("name", &meeting))?;
    notice.roster = person::tell(service, &meeting.community, notice.roster).await?;
    Ok(notice.into())
}

pub async fn quorum(service: &Service, request: Request<pb::GetQuorumRequest>) -> Result<pb::Quorum> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    service.meeting(admitted, &meeting).await?;
    let frozen = Meeting::frozen(&meeting, service.frozen.of(&meeting).await?)?;
    let room = store::presence::room(service.reader(), &meeting).await?;
    Ok(convert::meeting::quorum(
        &meeting.community,
        &room.quorum(&frozen, service.now())?,
    ))
}
