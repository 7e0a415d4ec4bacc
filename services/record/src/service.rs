use std::sync::Arc;

use tonic::service::Routes;
use yihe_authz::{Caller, Guard, InternalTokens, Keys, Snapshots};
use yihe_bus::Source;
use yihe_kernel::{CommunityId, Result, SharedClock, Timestamp};
use yihe_server::{Tasks, protect};
use yihe_store::{Feed, Outbox, Reader, Store, StoreConfig};

use crate::api::Api;
use crate::config::Webhooks;
use crate::deliver::{self, Poster};
use crate::sight::Sight;
use crate::{consumers, migrations};

pub(crate) const NAME: &str = "record";

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
    /// What happens in the services, by their names; what happens in others is not recorded.
    pub events: Vec<(&'static str, Source)>,
    /// What webhooks may do.
    pub webhooks: Webhooks,
}

/// A running service.
pub struct Started {
    /// Its router, behind the internal token.
    pub routes: Routes,
    /// What happens in it.
    pub feed: Feed,
    /// The same, for the relay to a bus.
    pub outbox: Outbox,
    /// Its background tasks; they end when this is dropped.
    pub tasks: Tasks,
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
        keys: deps.keys.clone(),
        webhooks: deps.webhooks,
        poster: Poster::new(),
        store,
    });
    let mut tasks = Tasks::default();
    let mut sources = deps.events;
    if !sources.iter().any(|(name, _)| *name == NAME) {
        sources.push((NAME, service.store.feed().into()));
    }
    for (name, source) in sources {
        let reader = consumers::reader(name)?;
        tasks.spawn(reader, consumers::follow(service.store.clone(), (name, reader), source));
    }
    tasks.spawn("record.webhooks", deliver::run(Arc::clone(&service)));
    let tokens = InternalTokens::new(&deps.keys, Arc::clone(&deps.clock));
    let routes = protect(Api::routes(service), NAME, tokens, deps.clock);
    Ok(Started {
        routes,
        feed,
        outbox,
        tasks,
    })
}

/// What commands and queries work with.
pub(crate) struct Service {
    pub guard: Guard,
    pub snapshots: Arc<Snapshots>,
    pub keys: Keys,
    pub webhooks: Webhooks,
    pub poster: Poster,
    pub store: Store,
}

impl Service {
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    pub fn reader(&self) -> &Reader {
        self.store.reader()
    }

    /// What a caller may read in a community.
    pub async fn sight(&self, caller: &Caller, community: &CommunityId) -> Result<Sight> {
        Sight::of(&self.snapshots, caller, community).await
    }
}
