//! Start-up, layers, health, graceful stop, and client channels in process or over TCP.
//!
//! **Invariant**: a call behaves alike over every [`Link`]: same deadline, same statuses with details, panics contained.
//! **Invariant**: to `https://` nothing is sent before the other end has shown a certificate that is trusted and bears its name.
//! **Invariant**: behind [`protect`] nothing is reached but with an internal token for that service and that method.

mod address;
mod bounded;
mod combine;
mod cores;
mod deadline;
mod health;
mod link;
mod normalise;
mod peer;
mod policy_source;
mod protect;
pub mod reasons;
mod refusal;
mod remote_error;
mod replicas;
mod resolutions;
mod serve;
mod service_link;
mod tasks;
pub mod telemetry;
mod tls;
mod usage_reporter;
mod way;

pub use address::{Address, BadAddress};
pub use combine::combine;
pub use cores::{CoreServers, serve_on_cores};
pub use deadline::{GRPC_TIMEOUT, MalformedTimeout, current_deadline, read_timeout, with_deadline, write_timeout};
pub use health::Health;
pub use link::{LateLink, Link, LinkFuture};
pub use normalise::{deadline_exceeded, explain, method_unknown, normalise};
pub use peer::Peer;
pub use policy_source::PolicySource;
pub use protect::protect;
pub use refusal::{refuse, status_with_code};
pub use remote_error::remote_error;
pub use replicas::{Replicas, Resolve, SystemNames};
pub use resolutions::Resolutions;
pub use serve::{ServeOptions, serve, serve_secured};
pub use service_link::ServiceLink;
pub use tasks::Tasks;
pub use tls::{SOON, Standing, Tls, TlsFile, TlsFiles, TlsProblem};
pub use usage_reporter::UsageReporter;
pub use way::Way;
