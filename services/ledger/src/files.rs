//! What this service asks of files: that a voucher is there, and that it is kept. Always before a transaction.

use yihe_kernel::{CommunityId, CommunityName, Error, FileId, FileName, Result, Timestamp};
use yihe_proto::file::v1::file_lookup_service_client::FileLookupServiceClient;
use yihe_proto::file::v1::{FileState, LookupFilesRequest, RetainFilesRequest};
use yihe_server::{ServiceLink, remote_error};

use crate::reasons;

/// Accounting vouchers are kept for 30 years (会计档案管理办法, annex 1).
const KEEP_DAYS: i64 = 30 * 366;

/// The file service.
pub struct Files {
    client: FileLookupServiceClient<ServiceLink>,
}

impl Files {
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: FileLookupServiceClient::new(link),
        }
    }

    /// The vouchers are files in use in the community, and are kept from now on. Asks nobody where there are none.
    ///
    /// # Errors
    /// `VOUCHER_UNKNOWN`; `UNAVAILABLE` where the file service does not answer.
    pub async fn keep(&self, community: &CommunityId, vouchers: &[FileId], now: Timestamp) -> Result<()> {
        let names: Vec<FileName> = vouchers
            .iter()
            .map(|file| FileName {
                community: community.clone(),
                file: *file,
            })
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        let community = CommunityName {
            community: community.clone(),
        }
        .to_string();
        let texts: Vec<String> = names.iter().map(FileName::to_string).collect();
        let request = LookupFilesRequest {
            community: community.clone(),
            names: texts.clone(),
        };
        let answer = self.client.clone().lookup_files(request).await;
        let found = answer.map_err(|status| remote_error(&status, &[]))?.into_inner().files;
        for name in &texts {
            let in_use = |file: &yihe_proto::file::v1::File| file.name == *name && file.state() == FileState::Active;
            if !found.iter().any(in_use) {
                return Err(Error::new(&reasons::VOUCHER_UNKNOWN).with("name", name));
            }
        }
        let request = RetainFilesRequest {
            community,
            names: texts,
            retain_until_time: Some(now.plus_days(KEEP_DAYS).to_proto()),
        };
        let answer = self.client.clone().retain_files(request).await;
        answer.map_err(|status| remote_error(&status, &[]))?;
        Ok(())
    }
}
