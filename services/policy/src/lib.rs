//! Who may act on what: the rules, their revisions, and the snapshots composed from them and from the directory's authority.
//!
//! **Invariants**
//! - Every rule is validated against the catalogue before the service starts; a bad row stops the start, naming file and line.
//! - Rules that say something else have a greater sequence, whatever happened between two starts.
//! - A snapshot of a community is never older than what the directory has told of it.
//! - While the directory is silent, so is this service: whoever decides learns that what it knows grows stale.
//!
//! - No rule changes but by a change that was proposed, approved and put into force; what no change may do is checked at each step.
//! - What is committed and cannot be read leaves the rules before it in force; at the start it stops the start.
//!
//! One aggregate changes in one transaction: a change, with the rules that it puts into force and its event.

mod api;
mod authority;
mod changes;
mod commands;
mod composer;
mod config;
mod convert;
mod domain;
mod ground;
mod in_force;
mod migrations;
mod queries;
mod reasons;
mod service;
mod store;

use std::path::PathBuf;
use std::sync::Arc;

use tonic::service::Routes;
use yihe_authz::{Keys, Snapshots};
use yihe_kernel::{Result, SharedClock, Timestamp};
use yihe_proto::policy::v1::RunPolicyTestsResponse;
use yihe_server::{ServiceLink, Tasks};
use yihe_store::{Feed, Outbox, StoreConfig};

pub use config::Pace;
pub use migrations::all as migrations;
pub use reasons::REASONS;

/// Runs a file of policy tests (权责测试) against the shipped template alone; needs no node.
///
/// # Errors
/// `POLICY_TESTS_INVALID` naming the line.
pub fn test_template(tests: &str, now: Timestamp) -> Result<RunPolicyTestsResponse> {
    queries::test_template(tests, now)
}

/// What the service needs.
pub struct Deps {
    /// Where its data is.
    pub store: StoreConfig,
    /// The node's clock.
    pub clock: SharedClock,
    /// The node's keys.
    pub keys: Keys,
    /// By which it decides who may call it; they come from itself.
    pub snapshots: Arc<Snapshots>,
    /// The way to the directory, as `services/policy`.
    pub directory: ServiceLink,
    /// Rows of regions and communities: CSV with the columns `role,domain,permission,effect,condition,effective,expire`,
    /// where `effective` and `expire` are instants in RFC 3339.
    pub grants_file: Option<PathBuf>,
}

/// The service, running.
pub struct Started {
    /// Its RPCs, for callers with an internal token.
    pub routes: Routes,
    /// What happened in it.
    pub feed: Feed,
    /// The same, for the relay to a bus.
    pub outbox: Outbox,
    /// What it does in the background; ends with the value.
    pub tasks: Tasks,
}

/// Starts the service.
///
/// # Errors
/// `RULES_FILE_INVALID` and `RULES_FILE_UNREADABLE` naming file and line; the store's.
pub async fn start(deps: Deps) -> Result<Started> {
    start_at_pace(deps, Pace::default()).await
}

/// Starts the service with waits other than the usual.
///
/// # Errors
/// Those of [`start`].
pub async fn start_at_pace(deps: Deps, pace: Pace) -> Result<Started> {
    service::start(deps, pace).await
}
