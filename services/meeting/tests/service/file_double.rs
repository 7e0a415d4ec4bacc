use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tonic::{Request, Response, Status, async_trait};
use yihe_proto::file::v1::file_lookup_service_server::FileLookupService;
use yihe_proto::file::v1::{
    File, FileState, LookupFilesRequest, LookupFilesResponse, RetainFilesRequest, RetainFilesResponse,
};

/// A file service that keeps what it was told of.
#[derive(Clone, Default)]
pub struct FileDouble {
    known: Arc<Mutex<HashMap<String, File>>>,
}

impl FileDouble {
    /// A file in use that belongs to an object.
    pub fn keep(&self, name: &str, owner_object: &str) {
        let file = File {
            name: name.to_owned(),
            owner_object: owner_object.to_owned(),
            state: FileState::Active.into(),
            sha256: "0".repeat(64),
            ..File::default()
        };
        self.known.lock().unwrap().insert(name.to_owned(), file);
    }

    /// Whether somebody demanded that a file is kept.
    pub fn is_retained(&self, name: &str) -> bool {
        let known = self.known.lock().unwrap();
        known.get(name).is_some_and(|file| file.retain_until_time.is_some())
    }
}

#[async_trait]
impl FileLookupService for FileDouble {
    async fn lookup_files(
        &self,
        request: Request<LookupFilesRequest>,
    ) -> Result<Response<LookupFilesResponse>, Status> {
        let known = self.known.lock().unwrap();
        let asked = request.into_inner().names;
        let files = asked.iter().filter_map(|name| known.get(name).cloned()).collect();
        Ok(Response::new(LookupFilesResponse { files }))
    }

    async fn retain_files(
        &self,
        request: Request<RetainFilesRequest>,
    ) -> Result<Response<RetainFilesResponse>, Status> {
        let mut known = self.known.lock().unwrap();
        let RetainFilesRequest {
            names,
            retain_until_time,
            ..
        } = request.into_inner();
        let mut files = Vec::new();
        for name in names {
            let file = known.get_mut(&name).ok_or_else(|| Status::not_found(name))?;
            file.retain_until_time = retain_until_time;
            files.push(file.clone());
        }
        Ok(Response::new(RetainFilesResponse { files }))
    }
}
