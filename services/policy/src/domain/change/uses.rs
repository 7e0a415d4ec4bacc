use std::collections::{BTreeMap, BTreeSet};

use yihe_authz::{Condition, ConditionSet, Decision, Filter, Outcome, RoleName, Snapshot};
use yihe_kernel::Timestamp;

use crate::domain::usage::UsageCount;

/// Decisions of one kind that would have gone otherwise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FlippedUse {
    pub roles: Vec<RoleName>,
    pub permission: String,
    pub held: Vec<Condition>,
    pub was_allowed: bool,
    /// A list, which would have shown other objects.
    pub filtered: bool,
    /// It depends on conditions that nobody asked for then.
    pub uncertain: bool,
}

/// How many there were, and in which communities and regions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    pub count: u64,
    /// Their codes.
    pub domains: BTreeSet<String>,
}

/// What was really asked and would have gone otherwise. Only what the change itself decides otherwise counts: the rules may have
/// moved since a decision was made.
#[derive(Debug, Default)]
pub(crate) struct FlippedUses {
    kinds: BTreeMap<FlippedUse, Asked>,
}

impl FlippedUses {
    /// Decides again what was asked in a place, by its rules before and after.
    pub fn add(&mut self, count: &UsageCount, before: &Snapshot, after: &Snapshot, now: Timestamp) {
        let was = before.decide_roles(&count.roles, &count.permission, now);
        let would = after.decide_roles(&count.roles, &count.permission, now);
        if Filter::from(&was) == Filter::from(&would) {
            return;
        }
        let filtered = count.outcome == Outcome::Filtered;
        let was_allowed = count.outcome != Outcome::Denied;
        let uncertain = match otherwise(&would, count.asked, count.held, was_allowed) {
            _ if filtered => false,
            Otherwise::No => return,
            Otherwise::Yes => false,
            Otherwise::Perhaps => true,
        };
        let kind = FlippedUse {
            roles: count.roles.clone(),
            permission: count.permission.clone(),
            held: count.held.iter().collect(),
            was_allowed,
            filtered,
            uncertain,
        };
        let asked = self.kinds.entry(kind).or_default();
        asked.count += count.count;
        asked.domains.insert(count.domain.clone());
    }

    /// The most frequent first.
    pub fn sorted(self) -> Vec<(FlippedUse, Asked)> {
        let mut flipped: Vec<_> = self.kinds.into_iter().collect();
        // stable: equally frequent ones stay in their order
        flipped.sort_by_key(|(_, asked)| std::cmp::Reverse(asked.count));
        flipped
    }
}

/// What became of a decision that was really made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Otherwise {
    /// It would have gone the same way.
    No,
    /// It would have gone the other way.
    Yes,
    /// That depends on conditions which nobody asked for then.
    Perhaps,
}

/// Whether a decision that came out as `allowed` would come out otherwise, where of the conditions `asked` those in `held` held.
fn otherwise(decision: &Decision, asked: ConditionSet, held: ConditionSet, allowed: bool) -> Otherwise {
    let open: Vec<_> = match decision {
        Decision::Residual(residual) => residual
            .allow_if
            .union(residual.deny_if)
            .without(asked)
            .iter()
            .collect(),
        Decision::Allow { .. } | Decision::Deny { .. } => Vec::new(),
    };
    let mut outcomes = BTreeSet::new();
    // there are six conditions, and so at most 64 ways
    for way in 0..1_u32 << open.len() {
        let chosen = |place: usize| way & (1 << place) != 0;
        let also: ConditionSet = open
            .iter()
            .enumerate()
            .filter(|(place, _)| chosen(*place))
            .map(|(_, condition)| *condition)
            .collect();
        outcomes.insert(decision.settle(&|condition| held.contains(condition) || also.contains(condition)));
    }
    match (outcomes.contains(&allowed), outcomes.contains(&!allowed)) {
        (_, false) => Otherwise::No,
        (false, true) => Otherwise::Yes,
        (true, true) => Otherwise::Perhaps,
    }
}

#[cfg(test)]
mod tests {
    use yihe_authz::{Condition, Residual};

    use super::*;

    fn set(conditions: &[Condition]) -> ConditionSet {
        conditions.iter().copied().collect()
    }

    #[test]
    fn what_was_decided_is_decided_again_with_the_facts_of_then() {
        let allow = Decision::Allow { grant: "a".into() };
        let deny = Decision::Deny { grant: None };
        let none = ConditionSet::EMPTY;
        assert_eq!(otherwise(&allow, none, none, true), Otherwise::No);
        assert_eq!(otherwise(&allow, none, none, false), Otherwise::Yes);
        assert_eq!(otherwise(&deny, none, none, true), Otherwise::Yes);
        let owner = Decision::Residual(Residual {
            allow_always: false,
            allow_if: set(&[Condition::Owner]),
            deny_if: set(&[Condition::Serves]),
            grant: "a".into(),
        });
        let asked = set(&[Condition::Owner, Condition::Serves]);
        assert_eq!(otherwise(&owner, asked, set(&[Condition::Owner]), true), Otherwise::No);
        assert_eq!(otherwise(&owner, asked, none, true), Otherwise::Yes);
        assert_eq!(otherwise(&owner, asked, asked, true), Otherwise::Yes);
        let served = set(&[Condition::Serves]);
        assert_eq!(otherwise(&owner, served, none, true), Otherwise::Perhaps);
        assert_eq!(
            otherwise(&owner, served, served, true),
            Otherwise::Yes,
            "whoever owns it"
        );
        assert_eq!(otherwise(&owner, served, served, false), Otherwise::No);
    }
}
