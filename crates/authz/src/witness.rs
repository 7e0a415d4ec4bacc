use std::sync::Arc;

use yihe_kernel::Timestamp;

use crate::{Capacity, Decision, Principal, Snapshot};

/// Is shown decisions as they are made, and may look into some. Returns at once: the caller waits for it.
pub trait Witness: Send + Sync {
    /// A decision was made.
    fn see(&self, seen: &Seen<'_>);
}

/// A decision with all that it came of.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What answered.
    pub snapshot: &'a Arc<Snapshot>,
    /// Who asked.
    pub principal: &'a Principal,
    /// For whom.
    pub capacity: &'a Capacity,
    /// What.
    pub permission: &'a str,
    /// When.
    pub now: Timestamp,
    /// The answer.
    pub decision: &'a Decision,
}
