//! A policy service that runs, and how to call it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tonic::service::Routes;
use tonic::{Request, Status};
use tonic_types::StatusExt;
use yihe_authz::{Catalogue, INTERNAL_TOKEN, InternalClaims, InternalTokens, Keys, Revision, Snapshots};
use yihe_kernel::{AdjustableClock, Clock, SharedClock, Timestamp};
use yihe_policy::{Deps, Pace, Started, start_at_pace};
use yihe_proto::Guarded;
use yihe_proto::directory::v1::authority_service_server::AuthorityServiceServer;
use yihe_proto::directory::v1::region_service_server::RegionServiceServer;
use yihe_proto::policy::v1::change_service_client::ChangeServiceClient;
use yihe_proto::policy::v1::lookup_service_client::LookupServiceClient;
use yihe_proto::policy::v1::policy_service_client::PolicyServiceClient;
use yihe_proto::policy::v1::snapshot_service_client::SnapshotServiceClient;
use yihe_proto::policy::v1::usage_service_client::UsageServiceClient;
use yihe_server::{Link, PolicySource, ServiceLink, protect};
use yihe_store::{Backend, Feed, StoreConfig};

use crate::directory::Directory;
use crate::people::{DIRECTOR_FROM, Who, authority};

pub const PACE: Pace = Pace {
    keep_alive: Duration::from_millis(60),
    fresh: Duration::from_millis(400),
    wait: Duration::from_millis(600),
    directory_patience: Duration::from_secs(2),
    silence: Duration::from_millis(800),
    least_pause: Duration::from_millis(10),
    greatest_pause: Duration::from_millis(50),
};

const HEADER: &str = "role,domain,permission,effect,condition,effective,expire\n";

/// A policy service on its own database, with a double for a directory.
pub struct Running {
    pub directory: Arc<Directory>,
    pub clock: Arc<AdjustableClock>,
    keys: Keys,
    link: Link,
    started: Started,
    _folder: Option<TempDir>,
}

impl Running {
    /// With the template alone and the usual people, at an instant when the director's term runs.
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// With rows of regions and communities besides.
    pub async fn start_with(grants: &str) -> Self {
        let directory = Directory::new();
        directory.put_untold(authority(1));
        let folder = tempfile::tempdir().unwrap();
        let running = Self::start_in(folder.path(), grants, directory).await.unwrap();
        Self {
            _folder: Some(folder),
            ..running
        }
    }

    /// On the database of a folder.
    pub async fn start_in(folder: &Path, grants: &str, directory: Arc<Directory>) -> yihe_kernel::Result<Self> {
        let file = folder.join("policy.db");
        Self::start_on(Backend::Sqlite { file }, folder, grants, directory).await
    }

    /// On any database.
    pub async fn start_on(
        backend: Backend,
        folder: &Path,
        grants: &str,
        directory: Arc<Directory>,
    ) -> yihe_kernel::Result<Self> {
        let clock = Arc::new(AdjustableClock::starting_at(Timestamp::from_seconds(
            DIRECTOR_FROM + 60,
        )));
        let shared: SharedClock = clock.clone();
        let keys = Keys::ephemeral().unwrap();
        let tokens = || InternalTokens::new(&keys, Arc::clone(&shared));
        let service = AuthorityServiceServer::from_arc(Arc::clone(&directory));
        let regions = RegionServiceServer::from_arc(Arc::clone(&directory));
        let double = protect(
            Routes::new(service).add_service(regions),
            "directory",
            tokens(),
            Arc::clone(&shared),
        );
        let (own, late) = Link::late();
        let source = PolicySource::new(ServiceLink::new(own, tokens(), "policy", Arc::clone(&shared)));
        let grants_file: Option<PathBuf> = (!grants.is_empty()).then(|| folder.join("grants.csv"));
        if let Some(file) = &grants_file {
            std::fs::write(file, format!("{HEADER}{grants}")).unwrap();
        }
        let deps = Deps {
            store: StoreConfig::new(backend, [1; 32]),
            clock: Arc::clone(&shared),
            keys: keys.clone(),
            snapshots: Snapshots::new(Arc::new(source), Arc::clone(&shared)),
            directory: ServiceLink::new(Link::Local(double), tokens(), "policy", Arc::clone(&shared)),
            grants_file,
        };
        let started = start_at_pace(deps, PACE).await?;
        let link = Link::Local(started.routes.clone());
        late.set(link.clone()).unwrap();
        Ok(Self {
            directory,
            clock,
            keys,
            link,
            started,
            _folder: None,
        })
    }

    pub fn policy(&self) -> PolicyServiceClient<Link> {
        PolicyServiceClient::new(self.link.clone())
    }

    pub fn changes(&self) -> ChangeServiceClient<Link> {
        ChangeServiceClient::new(self.link.clone())
    }

    pub fn usage(&self) -> UsageServiceClient<Link> {
        UsageServiceClient::new(self.link.clone())
    }

    /// What happened in it.
    pub fn feed(&self) -> &Feed {
        &self.started.feed
    }

    pub fn lookup(&self) -> LookupServiceClient<Link> {
        LookupServiceClient::new(self.link.clone())
    }

    pub fn snapshots(&self) -> SnapshotServiceClient<Link> {
        SnapshotServiceClient::new(self.link.clone())
    }

    /// A request as the gateway or a service forwards it.
    pub fn call<R: Guarded>(&self, who: &Who, message: R) -> Request<R> {
        let method = Catalogue::shipped().method(R::METHOD).unwrap();
        let claims = InternalClaims {
            principal: who.principal.clone(),
            capacity: who.capacity,
            method: method.path.clone(),
            audience: method.service.clone(),
            revision: Revision::default(),
            decided_at: self.clock.now(),
            address: None,
            token_issued_at: None,
        };
        let clock: SharedClock = self.clock.clone();
        let token = InternalTokens::new(&self.keys, clock).issue(&claims).unwrap();
        let mut request = Request::new(message);
        request.metadata_mut().insert(INTERNAL_TOKEN, token.parse().unwrap());
        request
    }

    pub fn set_clock(&self, seconds: i64) {
        self.clock.set(Timestamp::from_seconds(seconds));
    }
}

/// The stable reason of a refusal.
pub fn reason(status: &Status) -> String {
    status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_default()
}

/// A value of what fills a refusal's text.
pub fn told(status: &Status, key: &str) -> String {
    let details = status.get_error_details();
    details
        .error_info()
        .and_then(|info| info.metadata.get(key).cloned())
        .unwrap_or_default()
}
