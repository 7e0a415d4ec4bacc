//! What happened: the history of each community as all services told it, and those who follow it.
//!
//! **What changes together**, in one transaction: an event of a service, the note that it was taken, and its place in the history of
//! its community.
//!
//! **Invariants**
//! - Places in the history of a community are counted from 1 without a gap, in the order of their commits: whoever has seen all
//!   up to one place has seen all that will ever be there.
//! - An event is recorded once, however often it is told, and never changes.
//! - Nobody reads an event here that its own service would not show: its type asks for the permission to read what it is about, and one
//!   that is not known here for the right to oversee the record. Conditions hold for what the caller made itself, and for nothing else.
//! - What belongs to no community is in no history.
//! - A webhook is told the events it wants in their order, each at least once, by one replica at a time; the id of an event is the same
//!   at each attempt. It is told what whoever answers for it may read at that instant.
//! - A webhook leads out of the house: to addresses of the open network alone, looked at when it is told to, and follows no redirect.
//! - No secret of a webhook lies anywhere: each is found anew from the node's own.

mod access;
mod api;
mod commands;
mod config;
mod consumers;
mod convert;
mod cursor;
mod deliver;
mod domain;
mod events;
mod lookup;
mod migrations;
mod names;
mod queries;
mod reasons;
mod service;
mod sight;
mod store;

pub use config::Webhooks;
pub use migrations::migrations;
pub use reasons::REASONS;
pub use service::{Deps, Started, start};
