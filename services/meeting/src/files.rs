//! What this service asks of files: that what a record names is there and belongs where the record says, and that it is kept.
//! Always before a transaction.

use std::fmt::Display;

use yihe_kernel::{CommunityId, CommunityName, Error, FileName, Result, Timestamp};
use yihe_proto::file::v1::file_lookup_service_client::FileLookupServiceClient;
use yihe_proto::file::v1::{File, FileState, LookupFilesRequest, RetainFilesRequest};
use yihe_server::{ServiceLink, remote_error};

use crate::reasons;

// the most that one look-up takes
const BATCH: usize = 1000;

/// The file service.
pub struct Files {
    client: FileLookupServiceClient<ServiceLink>,
}

impl Files {
    /// Over a link of this service to the file service.
    #[must_use]
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: FileLookupServiceClient::new(link),
        }
    }

    /// Those of the files of a community that exist, retired ones included, in no order.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the file service does not answer.
    pub async fn lookup(&self, community: &CommunityId, files: &[FileName]) -> Result<Vec<File>> {
        let mut found = Vec::with_capacity(files.len());
        for batch in files.chunks(BATCH) {
            let request = LookupFilesRequest {
                community: name_of(community),
                names: batch.iter().map(FileName::to_string).collect(),
            };
            let answer = self.client.clone().lookup_files(request).await;
            let answer = answer.map_err(|status| remote_error(&status, &[]))?;
            found.append(&mut answer.into_inner().files);
        }
        Ok(found)
    }

    /// The files are in use and belong to the object of this name. Asks nobody where there are none.
    ///
    /// # Errors
    /// `FILE_UNKNOWN`, `FILE_ELSEWHERE`; `UNAVAILABLE` where the file service does not answer.
    pub async fn expect_attached(&self, files: &[FileName], owner_object: &impl Display) -> Result<()> {
        self.attached(files, owner_object).await.map(drop)
    }

    /// The file is in use and belongs to one of these objects.
    ///
    /// # Errors
    /// As [`Files::expect_attached`], with the first of them.
    pub async fn expect_attached_to_one(&self, file: &FileName, owner_objects: &[String]) -> Result<()> {
        let files = std::slice::from_ref(file);
        self.owned(files, owner_objects).await.map(drop)
    }

    /// The same, told with what is known of each, in the order of the names.
    ///
    /// # Errors
    /// As [`Files::expect_attached`].
    pub async fn attached(&self, files: &[FileName], owner_object: &impl Display) -> Result<Vec<File>> {
        self.owned(files, &[owner_object.to_string()]).await
    }

    async fn owned(&self, files: &[FileName], owner_objects: &[String]) -> Result<Vec<File>> {
        let Some(first) = files.first() else {
            return Ok(Vec::new());
        };
        let mut attached = Vec::with_capacity(files.len());
        let found = self.lookup(&first.community, files).await?;
        for name in files {
            let text = name.to_string();
            let file = found
                .iter()
                .find(|file| file.name == text && file.state() == FileState::Active);
            let Some(file) = file else {
                return Err(Error::new(&reasons::FILE_UNKNOWN).with("name", name));
            };
            if !owner_objects.contains(&file.owner_object) {
                return Err(Error::new(&reasons::FILE_ELSEWHERE)
                    .with("name", name)
                    .with("object", owner_objects.first().map_or("", String::as_str)));
            }
            attached.push(file.clone());
        }
        Ok(attached)
    }

    /// Demands that files are kept until an instant, because a record cites them. All or none.
    ///
    /// # Errors
    /// `FILE_UNKNOWN` where one of them, or its content, is gone; `UNAVAILABLE` where the file service does not answer.
    pub async fn retain(&self, files: &[FileName], until: Timestamp) -> Result<()> {
        let Some(first) = files.first() else { return Ok(()) };
        for batch in files.chunks(BATCH) {
            let request = RetainFilesRequest {
                community: name_of(&first.community),
                names: batch.iter().map(FileName::to_string).collect(),
                retain_until_time: Some(until.to_proto()),
            };
            if let Err(status) = self.client.clone().retain_files(request).await {
                let gone = matches!(status.code(), tonic::Code::NotFound | tonic::Code::FailedPrecondition);
                return Err(match gone {
                    true => Error::new(&reasons::FILE_UNKNOWN).with("name", first),
                    false => remote_error(&status, &[]),
                });
            }
        }
        Ok(())
    }
}

fn name_of(community: &CommunityId) -> String {
    CommunityName {
        community: community.clone(),
    }
    .to_string()
}

#[cfg(test)]
mod tests;
