use std::sync::Arc;

use yihe_authz::{Catalogue, Decision, Seen, Witness};

/// Counts the decisions of one part of the process by permission and effect, and shows them to another witness.
pub struct CountedDecisions {
    by: &'static str,
    next: Arc<dyn Witness>,
}

impl std::fmt::Debug for CountedDecisions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CountedDecisions")
            .field("by", &self.by)
            .finish_non_exhaustive()
    }
}

impl CountedDecisions {
    /// Counts what `by`, the gateway or a service, decides.
    #[must_use]
    pub fn new(by: &'static str, next: Arc<dyn Witness>) -> Self {
        Self { by, next }
    }
}

impl Witness for CountedDecisions {
    fn see(&self, seen: &Seen<'_>) {
        if yihe_telemetry::is_counting() {
            let catalogue = Catalogue::shipped();
            let place = catalogue.permission_index(seen.permission);
            if let Some(permission) = place.and_then(|place| catalogue.permissions().get(place)) {
                let effect = match seen.decision {
                    Decision::Allow { .. } => "allow",
                    Decision::Deny { .. } => "deny",
                    Decision::Residual(_) => "conditional",
                };
                yihe_telemetry::decided(self.by, &permission.name, effect);
            }
        }
        self.next.see(seen);
    }
}
