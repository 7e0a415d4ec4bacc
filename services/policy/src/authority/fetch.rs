use std::fmt;
use std::sync::Arc;

use moka::future::Cache;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tonic::{Code, Status};
use yihe_authz::Scope;
use yihe_kernel::{Error, RegionCode, Result};
use yihe_proto::directory::v1::GetAuthorityRequest;
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_server::{ServiceLink, remote_error};

use super::Known;
use crate::config::Pace;
use crate::domain::authority::Authority;
use crate::{convert, reasons};

const PLACES: u64 = 2_000;
// a large community has tens of thousands of holdings of about 150 bytes
const LARGEST_AUTHORITY: usize = 64 << 20;

/// The authority of communities and regions, fetched from the directory on first use and when it has told of a newer one.
pub(crate) struct Authorities {
    directory: ServiceLink,
    known: Arc<Known>,
    pace: Pace,
    slots: Cache<Scope, Arc<Slot>>,
}

/// Locked while it is filled, so that one fetch serves all who wait.
type Slot = Mutex<Option<Arc<Authority>>>;

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorities")
            .field("places", &self.slots.entry_count())
            .finish_non_exhaustive()
    }
}

impl Authorities {
    pub fn new(directory: ServiceLink, known: Arc<Known>, pace: Pace) -> Self {
        Self {
            directory,
            known,
            pace,
            slots: Cache::new(PLACES),
        }
    }

    /// The authority of a community or region, at least as new as the directory has told. Where `asked` is newer than that, the directory is
    /// asked once; what it answers may still be older than `asked`.
    pub async fn of(&self, scope: &Scope, asked: u64) -> Result<Arc<Authority>> {
        let slot = self.slots.get_with_by_ref(scope, async { Arc::default() }).await;
        let mut held = slot.lock().await;
        let needed = self.known.sequence(scope).max(asked);
        if let Some(authority) = &*held
            && authority.sequence >= needed
        {
            return Ok(Arc::clone(authority));
        }
        let authority = Arc::new(self.fetch(scope).await?);
        *held = Some(Arc::clone(&authority));
        self.known.note_regions(scope, &authority.regions);
        self.known.note_fetched(scope, authority.sequence);
        self.known.note(scope, authority.sequence);
        Ok(authority)
    }

    /// The recorded ancestors of a community or region, its own division first.
    ///
    /// # Errors
    /// As of [`Authorities::of`].
    pub async fn lineage(&self, scope: &Scope) -> Result<Vec<RegionCode>> {
        match self.known.lineage(scope) {
            Some(regions) => Ok(regions),
            None => Ok(self.of(scope, 0).await?.regions.clone()),
        }
    }

    async fn fetch(&self, scope: &Scope) -> Result<Authority> {
        let name = scope.to_string();
        let mut client =
            AuthorityServiceClient::new(self.directory.clone()).max_decoding_message_size(LARGEST_AUTHORITY);
        let request = match scope {
            Scope::Community(_) => GetAuthorityRequest {
                community: name.clone(),
                ..Default::default()
            },
            Scope::Region(_) => GetAuthorityRequest {
                region: name.clone(),
                ..Default::default()
            },
        };
        let answer = timeout(self.pace.directory_patience, client.get_authority(request)).await;
        let authority = match answer {
            Ok(Ok(answer)) => convert::authority(answer.into_inner())?,
            Ok(Err(status)) => return Err(refused(scope, &status)),
            Err(_) => return Err(refused(scope, &Status::deadline_exceeded("no answer in time"))),
        };
        if authority.scope != *scope {
            return Err(Error::internal(format!(
                "asked for the authority of {scope}, got that of {}",
                authority.scope
            )));
        }
        Ok(authority)
    }
}

fn refused(scope: &Scope, status: &Status) -> Error {
    match (status.code(), scope) {
        (Code::NotFound, Scope::Community(_)) => Error::new(&reasons::COMMUNITY_NOT_FOUND).with("name", scope),
        (Code::NotFound, Scope::Region(_)) => Error::new(&reasons::REGION_NOT_FOUND).with("name", scope),
        _ => remote_error(status, &[]),
    }
}
