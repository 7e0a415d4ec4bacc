use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use yihe_authz::{Domain, Scope};
use yihe_kernel::RegionCode;

/// How new the authority of each community and region is, as far as the directory has told, and when it last said anything.
#[derive(Debug)]
pub(crate) struct Known {
    state: Mutex<State>,
    ticks: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    sequences: HashMap<Scope, Noted>,
    /// The recorded ancestors of those whose authority was fetched.
    regions: HashMap<Scope, Vec<RegionCode>>,
    /// The sequence at which it was.
    fetched: HashMap<Scope, u64>,
    /// The directory has told of all places that there are.
    caught_up: bool,
    /// The same places by the step at which they last changed, so that a watcher reads only what it has not seen.
    by_step: BTreeMap<u64, Scope>,
    step: u64,
    heard_at: Option<Instant>,
    newest_rules: u64,
    rules_at_start: u64,
    /// The newest rules when a place was moved.
    moved_at: HashMap<Scope, u64>,
}

impl State {
    fn changed(&mut self, scope: &Scope, sequence: u64) {
        self.step += 1;
        let step = self.step;
        if let Some(before) = self.sequences.insert(scope.clone(), Noted { sequence, step }) {
            self.by_step.remove(&before.step);
        }
        self.by_step.insert(step, scope.clone());
    }
}

#[derive(Debug)]
struct Noted {
    sequence: u64,
    step: u64,
}

impl Known {
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            ticks: watch::Sender::new(()),
        }
    }

    /// The directory has said something, if only that it lives.
    pub fn hear(&self) {
        self.state().heard_at = Some(Instant::now());
        self.ticks.send_replace(());
    }

    /// Notes the sequence of a community or region; an older one changes nothing.
    pub fn note(&self, scope: &Scope, sequence: u64) {
        let mut state = self.state();
        if state
            .sequences
            .get(scope)
            .is_some_and(|noted| noted.sequence >= sequence)
        {
            return;
        }
        state.changed(scope, sequence);
        drop(state);
        self.ticks.send_replace(());
    }

    /// Notes where a community or region lies, by which it is found when the rules of a level above change.
    pub fn note_regions(&self, scope: &Scope, regions: &[RegionCode]) {
        let mut state = self.state();
        if state.regions.get(scope).map(Vec::as_slice) == Some(regions) {
            return;
        }
        if state.regions.insert(scope.clone(), regions.to_vec()).is_some() {
            let newest = state.newest_rules;
            state.moved_at.insert(scope.clone(), newest);
        }
    }

    /// Notes that a place's authority was fetched, as it was at a sequence.
    pub fn note_fetched(&self, scope: &Scope, sequence: u64) {
        self.state().fetched.insert(scope.clone(), sequence);
    }

    /// The recorded ancestors of a place, its own division first, unless something has changed there since they were fetched.
    pub fn lineage(&self, scope: &Scope) -> Option<Vec<RegionCode>> {
        let state = self.state();
        let fetched = *state.fetched.get(scope)?;
        let newest = state.sequences.get(scope).map_or(0, |noted| noted.sequence);
        (fetched >= newest).then(|| state.regions.get(scope).cloned()).flatten()
    }

    /// The directory has told of all places that there are.
    pub fn catch_up(&self) {
        self.state().caught_up = true;
    }

    /// All communities and regions that the directory has told of, by code; `None` while it may not have told of all.
    pub fn places(&self) -> Option<Vec<Scope>> {
        let state = self.state();
        if !state.caught_up {
            return None;
        }
        let mut places: Vec<_> = state.sequences.keys().cloned().collect();
        drop(state);
        places.sort_by_cached_key(|scope| (scope.region().is_none(), scope.to_string()));
        Some(places)
    }

    /// The rules are those of this sequence when the service starts.
    pub fn begin(&self, rules: u64) {
        let mut state = self.state();
        (state.rules_at_start, state.newest_rules) = (rules, rules);
    }

    /// Rules of this sequence have come into force somewhere.
    pub fn note_newest(&self, rules: u64) {
        let mut state = self.state();
        state.newest_rules = state.newest_rules.max(rules);
    }

    /// The least policy sequence that a place has now. Where it was moved below regions whose rules are older than those it
    /// lay under before, its sequence must not fall: whoever has heard of the greater one would wait for ever.
    pub fn least_rules(&self, scope: &Scope) -> u64 {
        let state = self.state();
        let moved = state.moved_at.get(scope).copied().unwrap_or_default();
        moved.max(state.rules_at_start)
    }

    /// The recorded ancestors of a community or region; none of one whose authority was never fetched.
    pub fn regions(&self, scope: &Scope) -> Vec<RegionCode> {
        self.state().regions.get(scope).cloned().unwrap_or_default()
    }

    /// The rules of a domain have changed: so have the places that it covers. Of one never fetched nobody holds a snapshot.
    pub fn note_rules(&self, domain: &Domain) {
        let mut state = self.state();
        let covered = |scope: &Scope| {
            let regions = state.regions.get(scope).map_or(&[][..], Vec::as_slice);
            domain.covers(scope.community(), regions)
        };
        let covered: Vec<_> = state
            .sequences
            .iter()
            .filter(|(scope, _)| covered(scope))
            .map(|(scope, noted)| (scope.clone(), noted.sequence))
            .collect();
        for (scope, sequence) in covered {
            state.changed(&scope, sequence);
        }
        drop(state);
        self.ticks.send_replace(());
    }

    /// The newest sequence heard of; 0 for a place not heard of.
    pub fn sequence(&self, scope: &Scope) -> u64 {
        self.state().sequences.get(scope).map_or(0, |noted| noted.sequence)
    }

    /// The communities and regions that changed after a step with their newest sequences, and the step to ask after next. Begin with 0.
    pub fn changes_after(&self, step: u64) -> (Vec<(Scope, u64)>, u64) {
        let state = self.state();
        let changed = state.by_step.range(step + 1..).map(|(_, scope)| scope);
        let changed = changed.filter_map(|scope| Some((scope.clone(), state.sequences.get(scope)?.sequence)));
        (changed.collect(), state.step)
    }

    /// Whether the directory has said anything within `limit`.
    pub fn is_fresh(&self, limit: Duration) -> bool {
        self.state()
            .heard_at
            .is_some_and(|heard_at| heard_at.elapsed() <= limit)
    }

    /// Ticks whenever the directory says something.
    pub fn ticks(&self) -> watch::Receiver<()> {
        self.ticks.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn community(number: u32) -> Scope {
        Scope::Community(format!("4403090020{number:02}").parse().unwrap())
    }

    #[test]
    fn a_watcher_reads_each_change_once_and_only_the_newest() {
        let known = Known::new();
        known.note(&community(1), 5);
        known.note(&community(2), 1);
        known.note(&community(1), 6);
        let (changes, step) = known.changes_after(0);
        assert_eq!(changes, [(community(2), 1), (community(1), 6)]);
        assert_eq!(known.changes_after(step), (Vec::new(), step));
        known.note(&community(2), 1);
        known.note(&community(1), 3);
        assert_eq!(known.changes_after(step), (Vec::new(), step), "nothing newer was told");
        known.note(&community(2), 2);
        assert_eq!(known.changes_after(step).0, [(community(2), 2)]);
        assert_eq!((known.sequence(&community(1)), known.sequence(&community(3))), (6, 0));
    }

    #[test]
    fn rules_that_change_change_the_communities_they_cover() {
        let known = Known::new();
        for number in 1..=3 {
            known.note(&community(number), 4);
        }
        known.note_regions(&community(1), &["440399".parse().unwrap(), "4403".parse().unwrap()]);
        known.note_regions(&community(2), &["440398".parse().unwrap(), "4403".parse().unwrap()]);
        let (_, step) = known.changes_after(0);
        known.note_rules(&Domain::Code("440399".parse().unwrap()));
        let (changes, step) = known.changes_after(step);
        assert_eq!(changes, [(community(1), 4)]);
        known.note_rules(&Domain::Code("440309002003".parse().unwrap()));
        let (changes, step) = known.changes_after(step);
        assert_eq!(
            changes,
            [(community(3), 4)],
            "its own rules, though it was never fetched"
        );
        known.note_rules(&Domain::Everywhere);
        assert_eq!(known.changes_after(step).0.len(), 3);
    }

    #[test]
    fn the_sequence_of_a_place_that_moves_does_not_fall() {
        let known = Known::new();
        known.begin(4);
        let (here, there) = ("440309".parse().unwrap(), "440305".parse().unwrap());
        known.note_regions(&community(1), &[here]);
        known.note_newest(9);
        known.note_newest(6);
        assert_eq!(known.least_rules(&community(1)), 4);
        known.note_regions(&community(1), std::slice::from_ref(&there));
        known.note_newest(11);
        known.note_regions(&community(1), &[there]);
        assert_eq!(
            (known.least_rules(&community(1)), known.least_rules(&community(2))),
            (9, 4)
        );
    }

    #[test]
    fn a_lineage_is_known_until_something_changes() {
        let known = Known::new();
        known.note(&community(1), 5);
        assert_eq!((known.lineage(&community(1)), known.places()), (None, None));
        let street: RegionCode = "440309002".parse().unwrap();
        known.note_regions(&community(1), std::slice::from_ref(&street));
        known.note_fetched(&community(1), 5);
        assert_eq!(known.lineage(&community(1)), Some(vec![street.clone()]));
        known.note(&community(1), 6);
        assert_eq!(known.lineage(&community(1)), None);
        known.note(&Scope::Region(street.clone()), 1);
        known.catch_up();
        assert_eq!(known.places(), Some(vec![Scope::Region(street), community(1)]));
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_directory_says_grows_old() {
        let known = Known::new();
        let limit = Duration::from_secs(10);
        assert!(!known.is_fresh(limit), "it has never spoken");
        known.hear();
        tokio::time::advance(limit).await;
        assert!(known.is_fresh(limit));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!known.is_fresh(limit));
    }
}
