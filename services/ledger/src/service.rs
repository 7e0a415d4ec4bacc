use std::sync::Arc;

use tonic::service::Routes;
use yihe_authz::{Guard, InternalTokens, Keys, Snapshots};
use yihe_kernel::{Result, SharedClock, Timestamp};
use yihe_server::{Resolutions, ServiceLink, protect};
use yihe_store::{Feed, Outbox, Reader, Store, StoreConfig};

use crate::api::Api;
use crate::directory::Directory;
use crate::files::Files;
use crate::migrations;
use crate::projects::Projects;

const NAME: &str = "ledger";

/// What the service is given.
pub struct Deps {
    /// Where it keeps its data.
    pub store: StoreConfig,
    /// The clock.
    pub clock: SharedClock,
    /// The node's keys.
    pub keys: Keys,
    /// The policies.
    pub snapshots: Arc<Snapshots>,
    /// The way to the directory, as this service.
    pub directory: ServiceLink,
    /// The way to the file service, as this service.
    pub files: ServiceLink,
    /// The way to the meeting service, as this service.
    pub meeting: ServiceLink,
    /// The way to the resource service, as this service.
    pub resource: ServiceLink,
}

/// A running service.
pub struct Started {
    /// Its router, behind the internal token.
    pub routes: Routes,
    /// What happens in it.
    pub feed: Feed,
    /// The same, for the relay to a bus.
    pub outbox: Outbox,
}

/// Opens the store and starts the service.
///
/// # Errors
/// `STORAGE_BROKEN`, `STORAGE_FULL` or `UNAVAILABLE` where the store cannot be opened.
pub async fn start(deps: Deps) -> Result<Started> {
    let store = Store::open(&deps.store, migrations::migrations, Arc::clone(&deps.clock)).await?;
    let (feed, outbox) = (store.feed(), store.outbox());
    let service = Arc::new(Service {
        guard: Guard::new(NAME, Arc::clone(&deps.snapshots), Arc::clone(&deps.clock)),
        snapshots: deps.snapshots,
        directory: Directory::new(deps.directory),
        files: Files::new(deps.files),
        resolutions: Resolutions::new(deps.meeting),
        projects: Projects::new(deps.resource),
        store,
    });
    let tokens = InternalTokens::new(&deps.keys, Arc::clone(&deps.clock));
    let routes = protect(Api::routes(service), NAME, tokens, deps.clock);
    Ok(Started { routes, feed, outbox })
}

/// What commands and queries work with.
pub(crate) struct Service {
    pub guard: Guard,
    pub snapshots: Arc<Snapshots>,
    pub directory: Directory,
    pub files: Files,
    pub resolutions: Resolutions,
    pub projects: Projects,
    pub store: Store,
}

impl Service {
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    pub fn reader(&self) -> &Reader {
        self.store.reader()
    }
}
