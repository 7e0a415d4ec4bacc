//! What parties that do not belong to one another share: needs, offers and claims; bookables and bookings; the projects they serve.
//!
//! **What changes together**, each in one transaction: a booking with the row of what it books; a series with all its bookings; a
//! booking that gives capacity back with those that waited for it; a claim with the counts of what it claims.
//!
//! **Invariants**
//! - Confirmed and held quantity, buffers included, never exceeds the capacity at any instant: whoever takes capacity holds the row of
//!   the bookable, looks at every booking that overlaps, inserts, commits.
//! - What waits for approval or for capacity takes none, and is checked again before it does.
//! - A hold ends once: confirmed, cancelled or expired. One that ran out counts for nothing, whether it was swept or not.
//! - Accepted claims never exceed what is listed: the count on its row is raised by a guarded update.
//! - Intervals are half-open; opening hours and quotas are read on the clock of the community.

mod api;
mod commands;
mod consumers;
mod convert;
mod directory;
mod domain;
mod events;
mod lookup;
mod migrations;
mod names;
mod queries;
mod reasons;
mod service;
mod store;
mod timers;

pub use domain::{List, Listing, ListingName, Match, Organization, QuantityUnit, Urgency, rank};
pub use migrations::migrations;
pub use names::{ListingId, ProjectId};
pub use reasons::REASONS;
pub use service::{Deps, Started, start};
