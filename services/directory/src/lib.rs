//! Regions, communities, organizations, people, posts, appointments, API clients and sign-in.
//!
//! What changes together, in one transaction: a community with its Party committee; an admission with the organization, its
//! membership, client and invitation; the end of a membership with its appointments, clients and invitations; a sign-out with
//! the sessions; everything that bears on authority with the community's authority sequence; everything with its events.
//!
//! **Invariant**: a change that bears on authority raises the community's `authority_sequence` in the same transaction.
//! **Invariant**: codes, secrets and tokens are kept as hashes only; full names are in the table `person` only.
//! **Invariant**: whoever checks before writing in a community holds the community's row.

mod api;
mod commands;
mod config;
mod convert;
mod directory;
mod domain;
pub mod import;
mod migrations;
mod passwords;
mod queries;
mod reasons;
mod secrets;
mod store;
mod throttle;
mod timers;

use std::sync::Arc;

use tonic::service::Routes;
use yihe_authz::{AccessTokens, Guard, InternalTokens, Keys, RevisionTokens, Snapshots};
use yihe_kernel::{Error, Result, SharedClock};
use yihe_server::{Tasks, protect};
use yihe_store::{Feed, Outbox, Store, StoreConfig};

pub use config::Config;
pub use migrations::migrations;
pub use reasons::REASONS;

/// Name of the service.
pub const SERVICE: &str = "directory";

/// What the directory needs from outside.
pub struct Deps {
    /// Where it keeps its data.
    pub store: StoreConfig,
    /// The node's clock.
    pub clock: SharedClock,
    /// The node's keys.
    pub keys: Keys,
    /// Who may act on what.
    pub snapshots: Arc<Snapshots>,
    /// Its settings.
    pub config: Config,
}

/// A running directory.
pub struct Started {
    /// Its router, behind the internal token.
    pub routes: Routes,
    /// What happened in it.
    pub feed: Feed,
    /// The same, for the relay to a bus.
    pub outbox: Outbox,
    /// Background tasks; they end when this is dropped.
    pub tasks: Tasks,
}

/// Opens the store and makes the router.
///
/// # Errors
/// `STORAGE_BROKEN`, `STORAGE_FULL` or `UNAVAILABLE` naming the place; `INTERNAL` for bad settings, naming the key.
pub async fn start(deps: Deps) -> Result<Started> {
    deps.config.validate().map_err(Error::internal)?;
    let Deps {
        store,
        clock,
        keys,
        snapshots,
        config,
    } = deps;
    let store = Store::open(&store, migrations, clock.clone()).await?;
    let (feed, outbox) = (store.feed(), store.outbox());
    let directory = directory::Directory {
        guard: Guard::new(SERVICE, snapshots, clock.clone()),
        access_tokens: AccessTokens::new(&keys, clock.clone()),
        revisions: RevisionTokens::new(&keys),
        passwords: passwords::Passwords::new(config.password_jobs)?,
        throttle: throttle::Throttle::new(&config),
        store,
        config,
        id_numbers: keys.derive("directory ID numbers"),
    };
    let directory = Arc::new(directory);
    let mut tasks = Tasks::default();
    tasks.spawn("directory.timers", timers::run(Arc::clone(&directory)));
    let routes = api::routes(directory);
    let routes = protect(routes, SERVICE, InternalTokens::new(&keys, clock.clone()), clock);
    Ok(Started {
        routes,
        feed,
        outbox,
        tasks,
    })
}
