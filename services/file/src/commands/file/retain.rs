use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, FileName, Result, Timestamp};
use yihe_proto::file::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::domain::File;
use crate::service::Service;
use crate::{events, reasons, store};

struct Retain {
    service: Arc<Service>,
    by: Authorized,
    names: Vec<FileName>,
    until: Timestamp,
}

pub async fn retain(
    service: &Arc<Service>,
    request: Request<pb::RetainFilesRequest>,
) -> Result<pb::RetainFilesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    convert::community(&request.community)?;
    let names = convert::names(&request.names)?;
    let until = convert::instant("retain_until_time", request.retain_until_time.as_ref())?;
    let input = Retain {
        service: Arc::clone(service),
        by: admitted.without_target()?,
        names,
        until,
    };
    let files = service
        .store
        .transaction("file.retain_files", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    Ok(pb::RetainFilesResponse {
        files: files.into_iter().map(Into::into).collect(),
    })
}

async fn apply(tx: &Tx, input: &Retain) -> Result<Vec<File>, Failure> {
    let Retain {
        service,
        by,
        names,
        until,
    } = input;
    let mut files = Vec::with_capacity(names.len());
    for name in names {
        let mut file = store::file::get(tx, name).await?;
        if file.retain(*until)? {
            if !store::file::set_retained(tx, by, name, *until).await? {
                return Err(Error::new(&reasons::FILE_RETIRED).with("name", name).into());
            }
            events::append(tx, by, events::FileRetained, &file, service.now()).await?;
        }
        files.push(file);
    }
    Ok(files)
}
