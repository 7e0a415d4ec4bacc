//! Tables of ids. A hundred thousand of them are looked up several times in one count, so they are hashed fast; nothing is
//! ever read in the order of a table, so that no outcome depends on it.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

pub(crate) type Map<K, V> = HashMap<K, V, FixedState>;
pub(crate) type Set<K> = HashSet<K, FixedState>;

pub(crate) fn map_of<K, V>(entries: usize) -> Map<K, V> {
    Map::with_capacity_and_hasher(entries, FixedState::default())
}
