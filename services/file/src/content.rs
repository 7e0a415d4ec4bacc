//! The bytes: `<community>/<first two digits of the digest>/<digest>` in an object store, a local folder. They are written beside
//! their address and moved there whole, so that nobody ever sees half of them.

use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use uuid::Uuid;
use yihe_kernel::{Error, Result, Timestamp, reasons};

use crate::domain::Blob;

/// Where uploads lie until they are whole; each is named by an id that tells when it began.
const UPLOADING: &str = "uploading";

/// The object store.
#[derive(Debug, Clone)]
pub struct Content {
    store: Arc<dyn ObjectStore>,
    folder: Arc<FilePath>,
}

impl Content {
    /// Opens the folder, making it where it does not exist.
    ///
    /// # Errors
    /// `STORAGE_FULL`, or `UNAVAILABLE` naming the folder.
    pub fn open(folder: &FilePath) -> Result<Self> {
        let unusable = |cause: String| {
            Error::new(&reasons::UNAVAILABLE)
                .with("detail", format!("{} cannot be used", folder.display()))
                .caused_by(cause)
        };
        std::fs::create_dir_all(folder.join(UPLOADING)).map_err(|error| unusable(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| unusable(error.to_string()))?;
        Ok(Self {
            // what is acknowledged is durable
            store: Arc::new(store.with_fsync(true)),
            folder: folder.into(),
        })
    }

    /// Begins to write.
    pub async fn begin(&self, id: Uuid) -> Result<Upload> {
        let path = Path::from_iter([UPLOADING, &id.to_string()]);
        let parts = self
            .store
            .put_multipart(&path)
            .await
            .map_err(|error| self.failed(error))?;
        Ok(Upload {
            content: self.clone(),
            path,
            parts,
        })
    }

    /// Reads some of a blob's bytes.
    ///
    /// # Errors
    /// `STORAGE_BROKEN` where they are not there as they should be.
    pub async fn read(&self, blob: &Blob, range: std::ops::Range<u64>) -> Result<Bytes> {
        let wanted = range.end - range.start;
        let bytes = self.store.get_range(&address(blob), range).await;
        let bytes = bytes.map_err(|error| self.failed(error))?;
        if bytes.len() as u64 == wanted {
            return Ok(bytes);
        }
        Err(self.broken(format!("{} is shorter than it was", address(blob))))
    }

    /// Removes a blob's bytes, where there are any.
    pub async fn remove(&self, blob: &Blob) -> Result<()> {
        match self.store.delete(&address(blob)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Removes what uploads that began before an instant have left, and tells how many.
    pub async fn remove_unfinished(&self, before: Timestamp) -> Result<u64> {
        let broken = |error: std::io::Error| self.broken(error.to_string());
        let mut removed = 0;
        // not by the object store, which does not list what it has not finished itself
        let mut entries = tokio::fs::read_dir(self.folder.join(UPLOADING)).await.map_err(broken)?;
        while let Some(entry) = entries.next_entry().await.map_err(broken)? {
            let began = entry.file_name().to_str().and_then(began);
            if began.is_none_or(|began| began < before) {
                match tokio::fs::remove_file(entry.path()).await {
                    Ok(()) => removed += 1,
                    // another sweep was faster
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(broken(error)),
                }
            }
        }
        Ok(removed)
    }

    fn broken(&self, cause: String) -> Error {
        Error::new(&reasons::STORAGE_BROKEN)
            .with("file", self.folder.display())
            .caused_by(cause)
    }

    fn failed(&self, error: object_store::Error) -> Error {
        if is_full(&error) {
            return Error::new(&reasons::STORAGE_FULL)
                .with("file", self.folder.display())
                .caused_by(error);
        }
        self.broken(chain(&error))
    }
}

/// Bytes on their way. Dropped without end, they leave nothing, or what [`Content::remove_unfinished`] finds.
#[derive(Debug)]
pub struct Upload {
    content: Content,
    path: Path,
    parts: Box<dyn MultipartUpload>,
}

impl Upload {
    /// Writes the next bytes.
    ///
    /// # Errors
    /// `STORAGE_FULL`, `STORAGE_BROKEN`.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        let written = self.parts.put_part(PutPayload::from(bytes)).await;
        written.map_err(|error| self.content.failed(error))
    }

    /// Moves the whole to its address, over the same bytes where they are there already, and returns when it is durable.
    ///
    /// # Errors
    /// `STORAGE_FULL`, `STORAGE_BROKEN`.
    pub async fn finish(mut self, blob: &Blob) -> Result<()> {
        let moved = match self.parts.complete().await {
            Ok(_) => self.content.store.rename(&self.path, &address(blob)).await,
            Err(error) => Err(error),
        };
        moved.map_err(|error| self.content.failed(error))
    }
}

fn address(blob: &Blob) -> Path {
    let digest = blob.digest.to_string();
    Path::from_iter([blob.community.as_str(), &digest[..2], &digest])
}

/// When an upload began, by the name of its file, `<id>` or `<id>#<number>`.
fn began(file_name: &str) -> Option<Timestamp> {
    let id = file_name.split('#').next().unwrap_or_default();
    let (seconds, _) = Uuid::try_parse(id).ok()?.get_timestamp()?.to_unix();
    i64::try_from(seconds).ok().map(Timestamp::from_seconds)
}

fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|io| matches!(io.kind(), StorageFull | QuotaExceeded | FileTooLarge))
        || error.source().is_some_and(is_full)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(content: &Content, source: std::io::Error) -> Error {
        content.failed(object_store::Error::Generic {
            store: "local",
            source: Box::new(source),
        })
    }

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        let folder = tempfile::tempdir().unwrap();
        let content = Content::open(folder.path()).unwrap();
        // no space left, file too large, quota exceeded; then a failing device
        for code in [28, 27, 122] {
            let full = failed(&content, std::io::Error::from_raw_os_error(code));
            assert!(full.is(&reasons::STORAGE_FULL), "{code}: {full}");
            assert_eq!(full.metadata()["file"], folder.path().display().to_string());
        }
        let broken = failed(&content, std::io::Error::from_raw_os_error(5));
        assert!(broken.is(&reasons::STORAGE_BROKEN), "{broken}");
    }

    #[test]
    fn a_folder_that_cannot_be_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = Content::open(&file.path().join("below")).unwrap_err();
        assert!(
            refused.to_string().contains(&file.path().display().to_string()),
            "{refused}"
        );
    }

    #[test]
    fn leftovers_tell_when_they_began() {
        let id = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 1_772_413_200, 0));
        for name in [id.to_string(), format!("{id}#12")] {
            assert_eq!(began(&name), Some(Timestamp::from_seconds(1_772_413_200)), "{name}");
        }
        assert_eq!(began("something else"), None);
    }
}
