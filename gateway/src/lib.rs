//! The only door: authentication, capacity, authorization, limits and routing. Owns no database.
//!
//! A call passes through unread but for one field: the resource name that says in which community it acts. In this order: the
//! method is looked up ([`Catalogue`](yihe_authz::Catalogue)), the caller found out by its token, its limits counted, its one
//! message read, the name found in it, the capacity settled, the call decided by a snapshot, the quota of its community counted,
//! and forwarded with an internal token that says what was found. The service decides again from its own decoded message.
//!
//! **Invariant**: nothing that a caller sends under a name `yihe-…` reaches a service; what services believe is signed here.
//! **Invariant**: an internal RPC and one that does not exist get the same answer.
//! **Invariant**: whoever has no say in a community learns the same of one that does not exist: `PERMISSION_DENIED`.

mod at_once;
mod authenticate;
mod call;
mod capacity;
mod config;
mod decide;
mod frame;
mod gateway;
mod headers;
mod housekeeping;
mod limits;
mod open;
pub mod reasons;
mod target;
mod vouch;
mod watched;
mod wire;

pub use capacity::ACTING_AS;
pub use config::{BadSetting, GatewayConfig};
pub use gateway::Gateway;
pub use reasons::REASONS;
pub use target::AT_LEAST;
