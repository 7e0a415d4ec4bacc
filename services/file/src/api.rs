//! The RPCs, each delegated to its command or query.

use std::sync::Arc;

use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming, async_trait};
use yihe_proto::file::v1::file_lookup_service_server::{FileLookupService, FileLookupServiceServer};
use yihe_proto::file::v1::file_service_server::{FileService, FileServiceServer};
use yihe_proto::file::v1::*;

use crate::queries::download::Chunks;
use crate::service::Service;
use crate::{commands, queries};

/// A message of an upload: a mebibyte, and room for what goes around it.
const MAX_MESSAGE_BYTES: usize = (1 << 20) + (16 << 10);

/// All services of the contract.
#[derive(Clone)]
pub struct Api(Arc<Service>);

impl Api {
    /// Their router.
    pub fn routes(service: Arc<Service>) -> Routes {
        let api = Self(service);
        Routes::new(FileServiceServer::new(api.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES))
            .add_service(FileLookupServiceServer::new(api))
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[async_trait]
impl FileService for Api {
    type DownloadFileStream = Chunks;

    async fn upload_file(&self, request: Request<Streaming<UploadFileRequest>>) -> Answer<File> {
        Ok(Response::new(commands::file::upload::upload(&self.0, request).await?))
    }

    async fn get_file(&self, request: Request<GetFileRequest>) -> Answer<File> {
        Ok(Response::new(queries::file::get(&self.0, request).await?))
    }

    async fn list_files(&self, request: Request<ListFilesRequest>) -> Answer<ListFilesResponse> {
        Ok(Response::new(queries::file::list(&self.0, request).await?))
    }

    async fn download_file(&self, request: Request<DownloadFileRequest>) -> Answer<Chunks> {
        Ok(Response::new(queries::download::download(&self.0, request).await?))
    }

    async fn retire_file(&self, request: Request<RetireFileRequest>) -> Answer<File> {
        Ok(Response::new(commands::file::retire::retire(&self.0, request).await?))
    }
}

#[async_trait]
impl FileLookupService for Api {
    async fn lookup_files(&self, request: Request<LookupFilesRequest>) -> Answer<LookupFilesResponse> {
        Ok(Response::new(queries::lookup::lookup(&self.0, request).await?))
    }

    async fn retain_files(&self, request: Request<RetainFilesRequest>) -> Answer<RetainFilesResponse> {
        Ok(Response::new(commands::file::retain::retain(&self.0, request).await?))
    }
}
