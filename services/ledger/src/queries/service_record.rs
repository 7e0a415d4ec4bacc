use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;

use crate::convert::name;
use crate::convert::service_record::service_record;
use crate::domain::ServiceRecord;
use crate::names::ServiceRecordName;
use crate::service::Service;
use crate::store;
use crate::store::whose::Whose;

pub async fn get(service: &Service, request: Request<pb::GetServiceRecordRequest>) -> Result<pb::ServiceRecord> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, record) = service.service_record(admitted, &name("name", &request.name)?).await?;
    Ok(service_record(record))
}

pub async fn list(
    service: &Service,
    request: Request<pb::ListServiceRecordsRequest>,
) -> Result<pb::ListServiceRecordsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let whose = Whose::seen_by(&admitted);
    let by = admitted.authorized_list();
    let community = by.community()?;
    let query = format!("services of {community} seen by {whose:?}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let records = store::service_record::list(service.reader(), community, whose, &page).await?;
    let (records, next_page_token) = page.next(records, |record| record.name.service_record.to_string());
    Ok(pb::ListServiceRecordsResponse {
        service_records: records.into_iter().map(service_record).collect(),
        next_page_token,
    })
}

/// A service that was just recorded or decided.
pub async fn known(service: &Service, name: &ServiceRecordName) -> Result<ServiceRecord> {
    let record = store::service_record::find(service.reader(), name).await?;
    record.ok_or_else(|| Error::not_found(name))
}
