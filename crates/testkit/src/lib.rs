//! What tests need: a PostgreSQL and a NATS of one's own and, with the feature `node`, a whole node with builders that go through the
//! public API over TCP, as any partner's program would.

#[cfg(feature = "node")]
mod actor;
mod authority;
#[cfg(feature = "node")]
mod beizhan;
#[cfg(feature = "node")]
mod collector;
pub mod crash;
#[cfg(feature = "node")]
mod files;
#[cfg(feature = "node")]
mod levels;
mod nats;
#[cfg(feature = "node")]
mod node;
mod postgres;
#[cfg(feature = "node")]
mod refusal;
pub mod register;
#[cfg(feature = "node")]
mod roll;
#[cfg(feature = "node")]
mod spread;

#[cfg(feature = "node")]
pub use actor::{Actor, channel};
pub use authority::{Authority, Issued};
#[cfg(feature = "node")]
pub use beizhan::{Beizhan, Party};
#[cfg(feature = "node")]
pub use collector::{Collector, SeenSpan, whole};
#[cfg(feature = "node")]
pub use files::{declare, upload_messages};
#[cfg(feature = "node")]
pub use levels::{establish, secretary_below};
pub use nats::Nats;
#[cfg(feature = "node")]
pub use node::{TestNode, TestNodeOptions};
pub use postgres::Postgres;
#[cfg(feature = "node")]
pub use refusal::{Refused, refused};
#[cfg(feature = "node")]
pub use roll::{BRANCHES, RESIDENT_UNITS};
