use std::fmt;
use std::sync::Arc;

use moka::future::Cache;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tonic::{Code, Status};
use yihe_kernel::{CommunityId, CommunityName, Error, Result};
use yihe_proto::directory::v1::GetAuthorityRequest;
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_server::{ServiceLink, remote_error};

use super::Known;
use crate::config::Pace;
use crate::domain::authority::Authority;
use crate::{convert, reasons};

const COMMUNITIES: u64 = 2_000;
// a large community has tens of thousands of holdings of about 150 bytes
const LARGEST_AUTHORITY: usize = 64 << 20;

/// The authority of communities, fetched from the directory on first use and when it has told of a newer one.
pub(crate) struct Authorities {
    directory: ServiceLink,
    known: Arc<Known>,
    pace: Pace,
    slots: Cache<CommunityId, Arc<Slot>>,
}

/// Locked while it is filled, so that one fetch serves all who wait.
type Slot = Mutex<Option<Arc<Authority>>>;

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorities")
            .field("communities", &self.slots.entry_count())
            .finish_non_exhaustive()
    }
}

impl Authorities {
    pub fn new(directory: ServiceLink, known: Arc<Known>, pace: Pace) -> Self {
        Self {
            directory,
            known,
            pace,
            slots: Cache::new(COMMUNITIES),
        }
    }

    /// A community's authority, at least as new as the directory has told. Where `asked` is newer than that, the directory is
    /// asked once; what it answers may still be older than `asked`.
    pub async fn of(&self, community: &CommunityId, asked: u64) -> Result<Arc<Authority>> {
        let slot = self.slots.get_with_by_ref(community, async { Arc::default() }).await;
        let mut held = slot.lock().await;
        let needed = self.known.sequence(community).max(asked);
        if let Some(authority) = &*held
            && authority.sequence >= needed
        {
            return Ok(Arc::clone(authority));
        }
        let authority = Arc::new(self.fetch(community).await?);
        *held = Some(Arc::clone(&authority));
        self.known.note_regions(community, &authority.regions);
        self.known.note(community, authority.sequence);
        Ok(authority)
    }

    async fn fetch(&self, community: &CommunityId) -> Result<Authority> {
        let name = CommunityName {
            community: community.clone(),
        }
        .to_string();
        let mut client =
            AuthorityServiceClient::new(self.directory.clone()).max_decoding_message_size(LARGEST_AUTHORITY);
        let request = GetAuthorityRequest {
            community: name.clone(),
        };
        let answer = timeout(self.pace.directory_patience, client.get_authority(request)).await;
        let authority = match answer {
            Ok(Ok(answer)) => convert::authority(answer.into_inner())?,
            Ok(Err(status)) => return Err(refused(&name, &status)),
            Err(_) => return Err(refused(&name, &Status::deadline_exceeded("no answer in time"))),
        };
        if authority.community != *community {
            return Err(Error::internal(format!(
                "asked for the authority of {community}, got that of {}",
                authority.community
            )));
        }
        Ok(authority)
    }
}

fn refused(name: &str, status: &Status) -> Error {
    match status.code() {
        Code::NotFound => Error::new(&reasons::COMMUNITY_NOT_FOUND).with("name", name),
        _ => remote_error(status, &[]),
    }
}
