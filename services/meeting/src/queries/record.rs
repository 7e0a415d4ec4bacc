use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use crate::convert::name;
use crate::names::MeetingName;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetRecordRequest>) -> Result<pb::Record> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, record) = service.record(admitted, &name("name", &request.name)?).await?;
    Ok(record.into())
}

pub async fn list(service: &Service, request: Request<pb::ListRecordsRequest>) -> Result<pb::ListRecordsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let page = service
        .store
        .page(&format!("records of {meeting}"), request.page_size, &request.page_token)?;
    let records = store::clerk_record::list(service.reader(), &meeting, &page).await?;
    let (records, next_page_token) = page.next(records, |record| record.name.record.to_string());
    Ok(pb::ListRecordsResponse {
        records: records.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
