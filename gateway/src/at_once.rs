use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 16;

/// How much of each key is in progress at once.
pub struct AtOnce<K: Eq + Hash> {
    limit: u32,
    hasher: RandomState,
    in_progress: [Mutex<HashMap<K, u32>>; SHARDS],
}

impl<K: Eq + Hash + Clone> AtOnce<K> {
    /// At most `limit` of each key, one at least.
    pub fn new(limit: u32) -> Self {
        Self {
            limit: limit.max(1),
            hasher: RandomState::new(),
            in_progress: std::array::from_fn(|_| Mutex::default()),
        }
    }

    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// Lets one more in, which is in progress until the permit is dropped; `None` where there are as many as may be.
    pub fn enter(self: &Arc<Self>, key: K) -> Option<Permit<K>> {
        match self.shard(&key).entry(key.clone()) {
            Entry::Occupied(mut entry) if *entry.get() < self.limit => *entry.get_mut() += 1,
            Entry::Occupied(_) => return None,
            Entry::Vacant(entry) => {
                entry.insert(1);
            }
        }
        Some(Permit {
            of: Arc::clone(self),
            key,
        })
    }

    fn shard(&self, key: &K) -> MutexGuard<'_, HashMap<K, u32>> {
        let hash = usize::try_from(self.hasher.hash_one(key) % 16).unwrap_or_default();
        self.in_progress[hash].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, key: &K) {
        let mut shard = self.shard(key);
        match shard.get_mut(key) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                shard.remove(key);
            }
        }
    }
}

/// Something in progress.
pub struct Permit<K: Eq + Hash + Clone> {
    of: Arc<AtOnce<K>>,
    key: K,
}

impl<K: Eq + Hash + Clone> Drop for Permit<K> {
    fn drop(&mut self) {
        self.of.leave(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_makes_room_and_leaves_nothing() {
        let at_once = Arc::new(AtOnce::new(2));
        let first = at_once.enter("a").unwrap();
        let second = at_once.enter("a").unwrap();
        assert!(at_once.enter("a").is_none());
        let other = at_once.enter("b").unwrap();
        drop(first);
        let third = at_once.enter("a").unwrap();
        assert!(at_once.enter("a").is_none());
        drop((second, third, other));
        assert!(at_once.in_progress.iter().all(|shard| shard.lock().unwrap().is_empty()));
    }
}
