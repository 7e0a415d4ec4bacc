use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::record::v1 as pb;

use crate::cursor;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetHistoryRequest>) -> Result<pb::History> {
    let (admitted, _) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let community = by.community()?;
    let count = store::event::last(service.reader(), community).await?;
    let first = store::event::at(service.reader(), community, 1).await?;
    let last = store::event::at(service.reader(), community, count).await?;
    Ok(pb::History {
        event_count: count,
        cursor: cursor::seal(&service.store, community, count)?,
        first_occur_time: first.map(|event| event.occurred_at.to_proto()),
        last_record_time: last.map(|event| event.recorded_at.to_proto()),
    })
}
