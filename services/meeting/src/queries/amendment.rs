use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::{self, name};
use crate::names::{MeetingName, MotionName};
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetAmendmentRequest>) -> Result<pb::Amendment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, amendment) = service.amendment(admitted, &name("name", &request.name)?).await?;
    Ok(amendment.into())
}

pub async fn list(
    service: &Service,
    request: Request<pb::ListAmendmentsRequest>,
) -> Result<pb::ListAmendmentsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let motion: Option<MotionName> = match request.motion.as_str() {
        "" => None,
        text => Some(name("motion", text)?),
    };
    let rows = service.rows_of_meeting(admitted, &meeting).await?;
    let query = format!("amendments of {meeting} to {}", request.motion);
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let motion = motion.map(|motion| motion.motion);
    let amendments = store::amendment::list(service.reader(), &meeting, motion, rows, &page).await?;
    let (amendments, next_page_token) = page.next(amendments, |amendment| amendment.name.amendment.to_string());
    Ok(pb::ListAmendmentsResponse {
        amendments: amendments.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}

pub async fn versions(
    service: &Service,
    request: Request<pb::ListMotionVersionsRequest>,
) -> Result<pb::ListMotionVersionsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let motion: MotionName = name("parent", &request.parent)?;
    service.motion(admitted, &motion).await?;
    let page = service
        .store
        .page(&format!("versions of {motion}"), request.page_size, &request.page_token)?;
    let versions = store::motion_version::list(service.reader(), &motion, &page).await?;
    let (versions, next_page_token) = page.next(versions, |version| version.number.to_string());
    Ok(pb::ListMotionVersionsResponse {
        versions: versions
            .into_iter()
            .map(|version| convert::amendment::version(&motion, version))
            .collect(),
        next_page_token,
    })
}
