//! Papers, photos and evidence: content-addressed, authorized by the object they belong to.
//!
//! **What changes together**, each in one transaction: a file and the claim on its blob. A blob is the bytes of all files of one
//! community that have the same digest; it lies in the object store, and its row says whether somebody still needs it.
//!
//! **Invariants**
//! - Whoever may not see the object a file belongs to learns nothing of the file.
//! - Size, digest and type of a file are those declared: what arrives otherwise is not kept.
//! - No file without its bytes: the bytes lie durable at their address before the file is known.
//! - No bytes without a claim: before anything is written its blob is reserved, so that a sweep finds what a crash left behind.
//! - Bytes are removed only of retired files, after the period for those, and never before an instant that a record demands.

mod api;
mod commands;
mod config;
mod content;
mod convert;
mod domain;
mod events;
mod lookup;
mod migrations;
mod objects;
mod queries;
mod reasons;
mod service;
mod store;
mod sweep;

pub use config::Config;
pub use migrations::migrations;
pub use reasons::REASONS;
pub use service::{Deps, Started, start};
pub use store::NEEDED_BYTES;
pub use sweep::{Sweeper, Swept};
