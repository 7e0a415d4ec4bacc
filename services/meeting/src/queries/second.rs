use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::{self, name};
use crate::names::MotionName;
use crate::service::Service;
use crate::store;

pub async fn list(service: &Service, request: Request<pb::ListSecondsRequest>) -> Result<pb::ListSecondsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let motion: MotionName = name("parent", &request.parent)?;
    service.motion(admitted, &motion).await?;
    let query = format!("seconds of {motion}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let seconds = store::second::list(service.reader(), &motion, &page).await?;
    let (seconds, next_page_token) = page.next(seconds, |second| second.id.to_string());
    let meeting = motion.meeting();
    Ok(pb::ListSecondsResponse {
        seconds: seconds
            .into_iter()
            .map(|second| convert::dissent::second(&meeting, second))
            .collect(),
        next_page_token,
    })
}
