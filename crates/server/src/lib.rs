//! Start-up, layers, health, graceful stop, and client channels in process or over TCP.
//!
//! **Invariant**: a call behaves alike over every [`Link`]: same deadline, same statuses with details, panics contained.

mod bounded;
mod deadline;
mod health;
mod link;
mod normalise;
mod peer;
pub mod reasons;
mod refusal;
mod serve;
pub mod telemetry;

pub use deadline::{GRPC_TIMEOUT, MalformedTimeout, current_deadline, read_timeout, with_deadline, write_timeout};
pub use health::Health;
pub use link::{LateLink, Link, LinkFuture};
pub use normalise::{deadline_exceeded, explain, method_unknown, normalise};
pub use peer::Peer;
pub use refusal::{refuse, status_with_code};
pub use serve::{ServeOptions, serve};
