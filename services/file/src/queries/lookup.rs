use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::file::v1 as pb;

use crate::convert;
use crate::service::Service;
use crate::store;

pub async fn lookup(service: &Service, request: Request<pb::LookupFilesRequest>) -> Result<pb::LookupFilesResponse> {
    let (_, request) = service.guard.admit(request).await?;
    let name = convert::community(&request.community)?;
    let files: Vec<_> = convert::names(&request.names)?.iter().map(|name| name.file).collect();
    let found = store::file::find_all(service.reader(), &name.community, &files).await?;
    Ok(pb::LookupFilesResponse {
        files: found.into_iter().map(Into::into).collect(),
    })
}
