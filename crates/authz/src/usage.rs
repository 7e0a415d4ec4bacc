use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use yihe_kernel::Timestamp;

use crate::{Condition, ConditionSet, Scope};

/// More kinds of decisions than these are not kept apart between two reports.
const MOST: usize = 50_000;
const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;
// China has known no summer time since 1992
const AHEAD_MICROS: i64 = 8 * 3600 * 1_000_000;

/// What a decision came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Allowed.
    Allowed,
    /// Denied.
    Denied,
    /// A list was answered with what conditions let through.
    Filtered,
}

/// A kind of decisions: everything that a change of the rules could bear on, and nothing that names anybody.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Use {
    /// Where it was decided.
    pub scope: Scope,
    /// The day in China, counted from 1970-01-01.
    pub day: i32,
    /// The roles in order, with a space between.
    pub roles: Box<str>,
    /// The permission.
    pub permission: &'static str,
    /// Conditions that were asked of the object.
    pub asked: ConditionSet,
    /// Those of them that held.
    pub held: ConditionSet,
    /// What it came to.
    pub outcome: Outcome,
}

/// Decisions counted by kind until they are reported. All are counted, none is described.
#[derive(Debug, Default)]
pub struct Usage {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    counts: HashMap<Use, u64>,
    lost: u64,
}

/// What was counted since the report before.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// The kinds and their counts.
    pub counts: Vec<(Use, u64)>,
    /// Decisions that could not be kept apart and are in no count.
    pub lost: u64,
}

impl Report {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.lost == 0
    }
}

impl Usage {
    /// Counts one decision.
    pub fn count(&self, one: Use) {
        let mut state = self.state();
        let full = state.counts.len() >= MOST;
        match state.counts.entry(one) {
            Entry::Occupied(mut entry) => *entry.get_mut() += 1,
            Entry::Vacant(entry) if !full => {
                entry.insert(1);
            }
            Entry::Vacant(_) => state.lost += 1,
        }
    }

    /// Takes what was counted; from here on it is counted anew.
    #[must_use]
    pub fn take(&self) -> Report {
        let State { counts, lost } = std::mem::take(&mut *self.state());
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable_by(|(one, _), (other, _)| one.order().cmp(&other.order()));
        Report { counts, lost }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Use {
    /// The day in China in which an instant falls.
    #[must_use]
    pub fn day_of(now: Timestamp) -> i32 {
        let days = now.micros().saturating_add(AHEAD_MICROS).div_euclid(DAY_MICROS);
        i32::try_from(days).unwrap_or(i32::MAX)
    }

    fn order(&self) -> impl Ord + '_ {
        let facts = (self.asked.bits(), self.held.bits());
        (
            self.scope.to_string(),
            self.day,
            &self.roles,
            self.permission,
            facts,
            self.outcome,
        )
    }
}

/// The conditions that were asked of an object, and those that held.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked {
    pub asked: ConditionSet,
    pub held: ConditionSet,
}

impl Asked {
    pub fn note(&mut self, condition: Condition, holds: bool) {
        self.asked.insert(condition);
        if holds {
            self.held.insert(condition);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(permission: &'static str, roles: &str) -> Use {
        Use {
            scope: Scope::Community("440309002021".parse().unwrap()),
            day: 20_000,
            roles: roles.into(),
            permission,
            asked: ConditionSet::EMPTY,
            held: ConditionSet::EMPTY,
            outcome: Outcome::Allowed,
        }
    }

    #[test]
    fn like_decisions_are_one_count_and_are_taken_once() {
        let usage = Usage::default();
        for _ in 0..3 {
            usage.count(one("meeting.motion.submit", "*/*"));
        }
        usage.count(one("meeting.motion.get", "*/*"));
        let report = usage.take();
        let counts: Vec<_> = report
            .counts
            .iter()
            .map(|(one, count)| (one.permission, *count))
            .collect();
        assert_eq!(counts, [("meeting.motion.get", 1), ("meeting.motion.submit", 3)]);
        assert!(usage.take().is_empty());
    }

    #[test]
    fn too_many_kinds_are_counted_as_lost_and_known_ones_go_on() {
        let usage = Usage::default();
        for number in 0..MOST + 7 {
            usage.count(one("meeting.motion.get", &number.to_string()));
        }
        usage.count(one("meeting.motion.get", "0"));
        let report = usage.take();
        assert_eq!((report.counts.len(), report.lost), (MOST, 7));
        assert_eq!(report.counts.iter().map(|(_, count)| count).max(), Some(&2));
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let midnight: Timestamp = "2026-03-02T00:00:00+08:00".parse().unwrap();
        let before = Timestamp::from_micros(midnight.micros() - 1);
        assert_eq!(Use::day_of(midnight), Use::day_of(before) + 1);
        assert_eq!(Use::day_of("1970-01-01T00:00:00+08:00".parse().unwrap()), 0);
    }
}
