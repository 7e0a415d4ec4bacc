use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::names::MeetingName;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetClassObjectionRequest>) -> Result<pb::ClassObjection> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, objection) = service.class_objection(admitted, &name("name", &request.name)?).await?;
    Ok(objection.into())
}

pub async fn list(
    service: &Service,
    request: Request<pb::ListClassObjectionsRequest>,
) -> Result<pb::ListClassObjectionsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let rows = service.rows_of_meeting(admitted, &meeting).await?;
    let query = format!("class objections of {meeting}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let objections = store::class_objection::list(service.reader(), &meeting, rows, &page).await?;
    let (objections, next_page_token) = page.next(objections, |objection| objection.name.class_objection.to_string());
    Ok(pb::ListClassObjectionsResponse {
        class_objections: objections.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
