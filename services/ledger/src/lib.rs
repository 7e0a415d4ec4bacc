//! The ledger: one double-entry engine for the time bank and for pooled funds. It records; it holds no money.
//!
//! **What changes together**, each in one transaction: transfers made together with their postings, the balances they move and the
//! holds they begin; the end of a hold with what it moves; whatever a transfer is made for.
//!
//! **Invariants**
//! - The postings of every transfer sum to zero; a transfer counts one unit; a balance is the sum of its postings.
//! - No transfer and no posting is ever changed or removed: what was wrong is put right by a transfer the other way.
//! - A hold ends once: posted, voided or expired. What is held counts against the limits of both accounts while it is open.
//! - No account passes its limits, however many move at once: the limit is in the guard of the statement that moves.
//! - Postings of an account are numbered without gaps, and their instants never go back.

mod api;
mod commands;
mod convert;
mod directory;
mod domain;
mod events;
mod files;
mod lookup;
mod migrations;
mod names;
mod projects;
mod queries;
mod reasons;
mod service;
mod store;

pub use migrations::migrations;
pub use reasons::REASONS;
pub use service::{Deps, Started, start};
pub use store::engine::statements as transfer_statements;
