use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::file::v1 as pb;

use crate::convert;
use crate::objects::Facts;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetFileRequest>) -> Result<pb::File> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name = convert::name("name", &request.name)?;
    let (_, file) = service.file(admitted, &name, Facts::reading).await?;
    Ok(file.into())
}

pub async fn list(service: &Service, request: Request<pb::ListFilesRequest>) -> Result<pb::ListFilesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = service.object(admitted, &request.owner_object, Facts::reading).await?;
    let query = format!("files of {}, retired: {}", request.owner_object, request.show_retired);
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let files = store::file::list(
        service.reader(),
        by.community()?,
        &request.owner_object,
        request.show_retired,
        &page,
    );
    let (files, next_page_token) = page.next(files.await?, |file| file.name.file.to_string());
    Ok(pb::ListFilesResponse {
        files: files.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
