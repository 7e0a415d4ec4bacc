//! Who may act on what: principals in their capacities, the permission catalogue read from the contracts, the immutable
//! snapshots that answer, and the guard every service asks.
//!
//! **Invariant**: deny beats allow, no rule means deny, and terms are half-open; the same as casbin with `services/policy/model.conf`.
//! **Invariant**: nobody outside this crate makes an [`Authorized`] but through a decision or an event.
//! **Invariant**: a snapshot with one malformed row is refused whole, naming the row; no row is skipped in silence.

#[macro_use]
mod mutate;

mod access_token;
mod admitted;
mod catalogue;
mod compose;
mod condition;
mod decision;
mod guard;
mod internal_token;
mod keys;
mod layer;
mod names;
mod principal;
mod reasons;
mod record_key;
mod revision;
mod role;
mod rule;
mod signing;
mod snapshot;
mod snapshots;
mod term;
mod usage;
mod vocabulary;
mod witness;

#[cfg(test)]
mod fake_source;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod sample;

pub use access_token::{AccessClaims, AccessTokens};
pub use admitted::{Admitted, Authorized};
pub use catalogue::{Catalogue, Clause, Method, PermissionInfo, Rule};
pub use condition::{Condition, ConditionSet};
pub use decision::{Decision, Filter, Residual};
pub use guard::{Guard, Messages, refusal};
pub use internal_token::{INTERNAL_TOKEN, INTERNAL_TOKEN_SECONDS, InternalClaims, InternalTokens};
pub use keys::Keys;
pub use layer::{Layer, Layers};
pub use names::{Scope, scope_of};
pub use principal::{Caller, Capacity, Principal};
pub use reasons::REASONS;
pub use record_key::{RECORD_ALGORITHM, RecordKey, RecordSignature, RecordSigner};
pub use revision::{Revision, RevisionTokens};
use role::RoleNumber;
pub use role::{MadeRole, RoleName};
pub use rule::{Domain, Effect, Grant, PermissionPattern};
pub use snapshot::Snapshot;
pub use snapshots::{SnapshotSource, Snapshots};
pub use term::Term;
pub use usage::{Outcome, Report, Usage, Use};
pub use vocabulary::{KINDS, posts_of};
pub use witness::{Seen, Witness};

/// Reasons that authorization may give.
pub mod reason {
    pub use super::reasons::*;
}
