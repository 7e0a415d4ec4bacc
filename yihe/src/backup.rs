//! Backups of a node on SQLite: everything in its data folder as it is at one instant, taken while it runs.
//!
//! **Invariants**
//! - All services are copied at the same instant, at which nobody commits: what is restored is what a crash there would have left.
//! - A backup without its last file, the digest of the manifest, is none. What is restored appears whole or not at all.
//! - Keys of secret votes lie in no backup of the database, unless they are asked for, and then in another folder.

mod manifest;
mod restore;
mod take;

pub use restore::{Restored, restore};
pub use take::{Order, Taken, take};
