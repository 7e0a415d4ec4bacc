use std::sync::Arc;

use tonic::service::Routes;
use yihe_authz::{Authorized, Guard, InternalTokens, Keys, Snapshots};
use yihe_bus::Source;
use yihe_kernel::{CommunityId, Error, Result, SharedClock, Timestamp};
use yihe_server::{Resolutions, ServiceLink, Tasks, protect};
use yihe_store::{Feed, Outbox, Reader, Store, StoreConfig};

use crate::api::Api;
use crate::directory::Directory;
use crate::domain::{Booker, Organization};
use crate::{consumers, migrations, reasons, timers};

pub(crate) const NAME: &str = "resource";

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
    /// The way to the meeting service, as this service.
    pub meeting: ServiceLink,
    /// What happens in the ledger; without it, projects do not tell of what moves there for them.
    pub ledger_events: Option<Source>,
    /// What happens in the directory; without it, what members left behind does not end.
    pub directory_events: Option<Source>,
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
        guard: Guard::new(NAME, deps.snapshots, Arc::clone(&deps.clock)),
        directory: Directory::new(deps.directory),
        resolutions: Resolutions::new(deps.meeting),
        store,
    });
    let mut tasks = Tasks::default();
    if let Some(ledger) = deps.ledger_events {
        let following = consumers::follow_ledger(service.store.clone(), ledger);
        tasks.spawn("resource.project_entries", following);
    }
    if let Some(directory) = deps.directory_events {
        let following = consumers::follow_directory(service.store.clone(), directory);
        tasks.spawn("resource.membership_ended", following);
    }
    tasks.spawn("resource.timers", timers::run(Arc::clone(&service)));
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
    pub directory: Directory,
    pub resolutions: Resolutions,
    pub store: Store,
}

impl Service {
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    pub fn reader(&self) -> &Reader {
        self.store.reader()
    }

    /// Who books: the organization acted for, as the directory knows it, or the person for itself.
    ///
    /// # Errors
    /// As of [`Service::acting_organization`].
    pub async fn booker(&self, by: &Authorized) -> Result<Booker> {
        match (by.organization(), by.user()) {
            (None, Some(user)) => Ok(Booker::person(user)),
            _ => Ok(self.acting_organization(by).await?.into()),
        }
    }

    /// The organization acted for, as the directory knows it.
    ///
    /// # Errors
    /// `ORGANIZATION_REQUIRED`, `ORGANIZATION_NOT_A_MEMBER`; `UNAVAILABLE` where the directory does not answer.
    pub async fn acting_organization(&self, by: &Authorized) -> Result<Organization> {
        let acting = by
            .organization()
            .ok_or_else(|| Error::new(&reasons::ORGANIZATION_REQUIRED))?;
        let community: &CommunityId = by.community()?;
        self.directory.acting(community, acting).await
    }
}
