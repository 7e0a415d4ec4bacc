//! Tables of ids. A hundred thousand of them are looked up several times in one count, so they are hashed fast; nothing is
//! ever read in the order of a table, so that no outcome depends on it.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

pub(crate) type Map<K, V> = HashMap<K, V, FixedState>;
pub(crate) type Set<K> = HashSet<K, FixedState>;

pub(crate) fn map_of<K, V>(entries: usize) -> Map<K, V> {
    Map::with_capacity_and_hasher(entries, FixedState::default())
}

/// Hashes of ids that should all be different. To sort them is cheaper than to keep a table, when next to never are any equal.
pub(crate) struct Fingerprints {
    state: FixedState,
    hashes: Vec<u64>,
}

impl Fingerprints {
    pub fn with_capacity(ids: usize) -> Self {
        Self {
            state: FixedState::default(),
            hashes: Vec::with_capacity(ids),
        }
    }

    pub fn add(&mut self, id: &str) {
        self.hashes.push(self.state.hash_one(id));
    }

    /// Whether any two ids have the same hash: then they may be equal.
    pub fn have_twins(mut self) -> bool {
        self.hashes.sort_unstable();
        self.hashes.array_windows().any(|[one, next]| one == next)
    }
}
