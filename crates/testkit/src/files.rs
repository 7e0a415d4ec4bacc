use futures::stream;
use sha2::{Digest, Sha256};
use tonic::Status;
use yihe_proto::file::v1::{DownloadFileRequest, DownloadHead, File, FileDeclaration, UploadFileRequest};

use crate::actor::Actor;

/// Bytes in one message of an upload.
const CHUNK: usize = 256 << 10;

/// An honest declaration of a content; without `request_id`.
#[must_use]
pub fn declare(owner_object: &str, file_name: &str, media_type: &str, content: &[u8]) -> FileDeclaration {
    let digest = Sha256::digest(content);
    FileDeclaration {
        owner_object: owner_object.to_owned(),
        file_name: file_name.to_owned(),
        media_type: media_type.to_owned(),
        size_bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        request_id: String::new(),
    }
}

/// The messages of an upload: the declaration alone, then the content in chunks.
#[must_use]
pub fn upload_messages(declaration: FileDeclaration, content: &[u8]) -> Vec<UploadFileRequest> {
    let first = UploadFileRequest {
        declaration: Some(declaration),
        chunk: Vec::new(),
    };
    let chunks = content.chunks(CHUNK).map(|chunk| UploadFileRequest {
        declaration: None,
        chunk: chunk.to_vec(),
    });
    std::iter::once(first).chain(chunks).collect()
}

impl Actor {
    /// Uploads a file that is what it is declared to be.
    ///
    /// # Errors
    /// The status.
    pub async fn upload(
        &self,
        owner_object: &str,
        file_name: &str,
        media_type: &str,
        content: &[u8],
    ) -> Result<File, Status> {
        let declaration = declare(owner_object, file_name, media_type, content);
        self.upload_declared(declaration, content).await
    }

    /// Uploads a content under whatever declaration.
    ///
    /// # Errors
    /// The status.
    pub async fn upload_declared(&self, declaration: FileDeclaration, content: &[u8]) -> Result<File, Status> {
        let scope = declaration.owner_object.clone();
        let messages = upload_messages(declaration, content);
        self.send(&scope, stream::iter(messages)).await
    }

    /// Downloads a range of a file; a length of 0 means all from the offset on.
    ///
    /// # Errors
    /// The status.
    pub async fn download(&self, name: &str, offset: i64, length: i64) -> Result<(DownloadHead, Vec<u8>), Status> {
        let request = DownloadFileRequest {
            name: name.to_owned(),
            offset,
            length,
        };
        let mut stream = self.watch(request).await?;
        let first = stream.message().await?.unwrap_or_default();
        let head = first
            .head
            .ok_or_else(|| Status::internal("a download begins with its head"))?;
        let mut content = first.chunk;
        while let Some(message) = stream.message().await? {
            content.extend_from_slice(&message.chunk);
        }
        Ok((head, content))
    }
}
