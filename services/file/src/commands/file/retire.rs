use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, FileName, Result};
use yihe_proto::file::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::domain::File;
use crate::objects::Facts;
use crate::service::Service;
use crate::{events, reasons, store};

struct Retire {
    service: Arc<Service>,
    by: Authorized,
    name: FileName,
}

pub async fn retire(service: &Arc<Service>, request: Request<pb::RetireFileRequest>) -> Result<pb::File> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: FileName = convert::name("name", &request.name)?;
    let (by, _) = service.file(admitted, &name, Facts::changing).await?;
    let input = Retire {
        service: Arc::clone(service),
        by,
        name,
    };
    let file = service
        .store
        .transaction("file.retire_file", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %file.name, "file retired");
    Ok(file.into())
}

async fn apply(tx: &Tx, Retire { service, by, name }: &Retire) -> Result<File, Failure> {
    let now = service.now();
    let mut file = store::file::get(tx, name).await?;
    file.retire(now)?;
    if !store::file::set_retired(tx, by, name, now).await? {
        return Err(Error::new(&reasons::FILE_RETIRED).with("name", name).into());
    }
    events::append(tx, by, events::FileRetired, &file, now).await?;
    Ok(file)
}
