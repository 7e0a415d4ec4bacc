use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;

use crate::convert;
use crate::lookup::Facts;
use crate::names::TransferName;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetTransferRequest>) -> Result<pb::Transfer> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: TransferName = convert::name("name", &request.name)?;
    service.transfer(admitted, &name, Facts::or).await?;
    told(service, &name).await
}

/// A transfer as it is now.
pub async fn told(service: &Service, name: &TransferName) -> Result<pb::Transfer> {
    let hold = store::transfer::find(service.reader(), name).await?;
    let hold = hold.ok_or_else(|| Error::not_found(name))?;
    let corrected_by = store::transfer::correction_of(service.reader(), name).await?;
    Ok(convert::transfer::transfer(&hold, corrected_by, service.now()))
}
