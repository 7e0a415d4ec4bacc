use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use super::person;
use crate::convert::name;
use crate::names::{MandateName, MeetingName};
use crate::service::Service;
use crate::store;

pub async fn list(service: &Service, request: Request<pb::ListMandatesRequest>) -> Result<pb::ListMandatesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let page = service.store.page(
        &format!("mandates of {meeting}"),
        request.page_size,
        &request.page_token,
    )?;
    let mandates = store::mandate::list(service.reader(), &meeting, &page).await?;
    let (mandates, next_page_token) = page.next(mandates, |mandate| mandate.name.mandate.to_string());
    let mandates = person::tell(service, &meeting.community, mandates).await?;
    Ok(pb::ListMandatesResponse {
        mandates: mandates.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}

/// One mandate as it is answered.
pub async fn told(service: &Service, name: &MandateName) -> Result<pb::Mandate> {
    let mandate = store::mandate::find(service.reader(), name).await?;
    let mandate = mandate.ok_or_else(|| Error::not_found(name))?;
    let told = person::tell_one(service, &name.community, mandate).await?;
    Ok(told.ok_or_else(|| Error::not_found(name))?.into())
}
