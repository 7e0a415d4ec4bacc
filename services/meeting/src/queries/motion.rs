use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::names::MeetingName;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetMotionRequest>) -> Result<pb::Motion> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, motion) = service.motion(admitted, &name("name", &request.name)?).await?;
    Ok(motion.into())
}

pub async fn list(service: &Service, request: Request<pb::ListMotionsRequest>) -> Result<pb::ListMotionsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let rows = service.rows_of_meeting(admitted, &meeting).await?;
    let page = service
        .store
        .page(&format!("motions of {meeting}"), request.page_size, &request.page_token)?;
    let motions = store::motion::list(service.reader(), &meeting, rows, &page).await?;
    let (motions, next_page_token) = page.next(motions, |motion| motion.name.motion.to_string());
    Ok(pb::ListMotionsResponse {
        motions: motions.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
