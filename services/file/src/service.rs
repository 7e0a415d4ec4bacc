use std::path::PathBuf;
use std::sync::Arc;

use tonic::service::Routes;
use yihe_authz::{Guard, InternalTokens, Keys, Snapshots};
use yihe_kernel::{Result, SharedClock, Timestamp};
use yihe_server::{ServiceLink, Tasks, protect};
use yihe_store::{Feed, Outbox, Reader, Store, StoreConfig};

use crate::api::Api;
use crate::config::Config;
use crate::content::Content;
use crate::migrations;
use crate::objects::Objects;
use crate::sweep::Sweeper;

const NAME: &str = "file";

/// What the service is given.
pub struct Deps {
    /// Where it keeps what it knows of files.
    pub store: StoreConfig,
    /// The folder for the bytes; made if it does not exist.
    pub folder: PathBuf,
    /// The clock.
    pub clock: SharedClock,
    /// The node's keys.
    pub keys: Keys,
    /// The policies.
    pub snapshots: Arc<Snapshots>,
    /// The way to the meeting service, as this service.
    pub meeting: ServiceLink,
    /// The way to the ledger, as this service.
    pub ledger: ServiceLink,
    /// Its settings.
    pub config: Config,
}

/// A running service.
pub struct Started {
    /// Its router, behind the internal token.
    pub routes: Routes,
    /// What happens in it.
    pub feed: Feed,
    /// The same, for the relay to a bus.
    pub outbox: Outbox,
    /// What removes leftovers; one of the tasks runs it time and again.
    pub sweeper: Sweeper,
    /// Its background tasks; they end when this is dropped.
    pub tasks: Tasks,
}

/// Opens the store and starts the service.
///
/// # Errors
/// `STORAGE_BROKEN`, `STORAGE_FULL` or `UNAVAILABLE` where the store or the folder cannot be opened.
pub async fn start(deps: Deps) -> Result<Started> {
    let store = Store::open(&deps.store, migrations::migrations, Arc::clone(&deps.clock)).await?;
    let content = Content::open(&deps.folder)?;
    let (feed, outbox) = (store.feed(), store.outbox());
    let sweeper = Sweeper::new(store.clone(), content.clone(), deps.config);
    let mut tasks = Tasks::default();
    tasks.spawn("file.sweep", sweeper.clone().run());
    let service = Arc::new(Service {
        guard: Guard::new(NAME, deps.snapshots, Arc::clone(&deps.clock)),
        objects: Objects::new(deps.meeting, deps.ledger),
        content,
        store,
        config: deps.config,
    });
    let tokens = InternalTokens::new(&deps.keys, Arc::clone(&deps.clock));
    let routes = protect(Api::routes(service), NAME, tokens, deps.clock);
    Ok(Started {
        routes,
        feed,
        outbox,
        sweeper,
        tasks,
    })
}

/// What commands and queries work with.
pub(crate) struct Service {
    pub guard: Guard,
    pub objects: Objects,
    pub content: Content,
    pub store: Store,
    pub config: Config,
}

impl Service {
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    pub fn reader(&self) -> &Reader {
        self.store.reader()
    }
}
