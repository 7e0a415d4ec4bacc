use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use super::person;
use crate::convert::name;
use crate::names::{InvitedPersonName, MeetingName};
use crate::service::Service;
use crate::store;

pub async fn list(
    service: &Service,
    request: Request<pb::ListInvitedPersonsRequest>,
) -> Result<pb::ListInvitedPersonsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let page = service
        .store
        .page(&format!("invited to {meeting}"), request.page_size, &request.page_token)?;
    let invited = store::invited_person::list(service.reader(), &meeting, &page).await?;
    let (invited, next_page_token) = page.next(invited, |invited| invited.name.invited_person.to_string());
    let invited = person::tell(service, &meeting.community, invited).await?;
    Ok(pb::ListInvitedPersonsResponse {
        invited_persons: invited.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}

/// One invited person as it is answered.
pub async fn told(service: &Service, name: &InvitedPersonName) -> Result<pb::InvitedPerson> {
    let invited = store::invited_person::find(service.reader(), name).await?;
    let invited = invited.ok_or_else(|| Error::not_found(name))?;
    let told = person::tell_one(service, &name.community, invited).await?;
    Ok(told.ok_or_else(|| Error::not_found(name))?.into())
}
