//! What a caller may read of a history.

use yihe_authz::{Caller, Condition, Decision, Scope, Snapshots};
use yihe_kernel::{CommunityId, Result};

use crate::access::{CLASSES, Class, OVERSEE};
use crate::store::event::{Party, Recorded, party};

/// What a caller may read, as it was decided at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// The permissions it has whatever the object.
    pub allowed: Vec<&'static str>,
    /// Those it has for what it made.
    pub conditional: Vec<Case>,
    /// Its own name: the organization acted for, or a person acting for itself.
    pub me: String,
    oversees: bool,
}

/// Events that a condition lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    pub needs: &'static str,
    /// Whether the caller made what they are about.
    pub subject_is_mine: bool,
    /// Whether it made what that belongs to.
    pub aggregate_is_mine: bool,
}

/// Whether a decision lets through what is the caller's in these ways, whatever else may be true of it: some conditions are known to
/// the service alone that keeps the object, and one of them may deny.
fn holds_surely(decision: &Decision, class: &Class, mine: &[Party]) -> bool {
    let is_known = |condition: Condition| class.facts.iter().any(|(fact, _)| *fact == condition);
    let unknown: Vec<Condition> = Condition::ALL.into_iter().filter(|it| !is_known(*it)).collect();
    (0..1_u32 << unknown.len()).all(|guess| {
        decision.settle(
            &|condition| match unknown.iter().position(|other| *other == condition) {
                Some(bit) => guess >> bit & 1 == 1,
                None => class
                    .facts
                    .iter()
                    .any(|(fact, of)| *fact == condition && mine.contains(of)),
            },
        )
    })
}

impl Sight {
    /// What a caller may read in a community now.
    ///
    /// # Errors
    /// `SNAPSHOT_STALE` and `UNAVAILABLE` where it cannot be decided now.
    pub async fn of(snapshots: &Snapshots, caller: &Caller, community: &CommunityId) -> Result<Self> {
        let scope = Scope::Community(community.clone());
        let mut sight = Self {
            me: party(caller.capacity.organization(), &caller.principal.to_string()),
            ..Self::default()
        };
        for class in CLASSES {
            let (decision, _) = snapshots
                .decide(&caller.principal, &caller.capacity, class.needs, &scope, None)
                .await?;
            match decision {
                Decision::Allow { .. } => sight.allowed.push(class.needs),
                Decision::Deny { .. } => {}
                Decision::Residual(_) => {
                    sight.add(class.needs, |mine| holds_surely(&decision, class, mine));
                }
            }
        }
        sight.oversees = sight.allowed.contains(&OVERSEE);
        Ok(sight)
    }

    /// Every way in which an event may be the caller's is asked for by itself: what a condition denies stays denied.
    fn add(&mut self, needs: &'static str, holds: impl Fn(&[Party]) -> bool) {
        let ways: [(&[Party], bool, bool); 4] = [
            (&[], false, false),
            (&[Party::Subject], true, false),
            (&[Party::Aggregate], false, true),
            (&[Party::Subject, Party::Aggregate], true, true),
        ];
        let cases = ways
            .iter()
            .filter(|(mine, ..)| holds(mine))
            .map(|(_, subject, aggregate)| Case {
                needs,
                subject_is_mine: *subject,
                aggregate_is_mine: *aggregate,
            });
        self.conditional.extend(cases);
    }

    /// Whether it is told who acted.
    pub fn tells_actor(&self, event: &Recorded) -> bool {
        self.oversees || event.party() == self.me
    }
}
