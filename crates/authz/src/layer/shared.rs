use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use yihe_kernel::Result;

use super::{Layer, Together};
use crate::Domain;

/// The layers that a gateway or service holds, by digest. A layer lives as long as a snapshot that uses it.
#[derive(Debug, Default)]
pub struct Layers {
    known: Mutex<HashMap<Box<[u8]>, Weak<Layer>>>,
    /// By the places of their layers, which stay where they are while these are held.
    together: Mutex<HashMap<Vec<usize>, Weak<Together>>>,
}

/// Division codes are shorter than a community's, but for the lowest, which are few above any one community.
const COMMUNITY: usize = 12;
/// No more than this many are told to the policy service with a request.
const TOLD: usize = 1_000;

impl Layers {
    /// The layers of the template and of regions, so that the policy service need not send their rules again. Hold them until the
    /// answer has come.
    #[must_use]
    pub fn wide(&self) -> Vec<Arc<Layer>> {
        self.living()
            .into_iter()
            .filter(|layer| is_wide(layer))
            .take(TOLD)
            .collect()
    }

    /// How many bytes the layers of the template and of regions take, each counted once.
    #[must_use]
    pub fn weight(&self) -> usize {
        let living = self.living().into_iter();
        let layers: usize = living.filter(|layer| is_wide(layer)).map(|layer| layer.weight()).sum();
        let together = lock(&self.together);
        let together = together.values().filter_map(Weak::upgrade);
        layers + together.map(|together| together.weight()).sum::<usize>()
    }

    /// What these layers say together, over so many permissions.
    ///
    /// # Errors
    /// `INTERNAL` for more roles than there are places.
    pub(crate) fn together(&self, layers: &[Arc<Layer>], permissions: usize) -> Result<Arc<Together>> {
        let key: Vec<_> = layers.iter().map(|layer| Arc::as_ptr(layer).addr()).collect();
        let mut known = lock(&self.together);
        if let Some(held) = known.get(&key).and_then(Weak::upgrade) {
            return Ok(held);
        }
        known.retain(|_, together| together.strong_count() > 0);
        let together = Arc::new(Together::of(layers.into(), permissions)?);
        known.insert(key, Arc::downgrade(&together));
        Ok(together)
    }

    pub(crate) fn get(&self, digest: &[u8]) -> Option<Arc<Layer>> {
        self.known().get(digest).and_then(Weak::upgrade)
    }

    /// Notes a layer that was built; where another thread was quicker, its layer.
    pub(crate) fn share(&self, layer: Layer) -> Arc<Layer> {
        let mut known = self.known();
        if let Some(held) = known.get(layer.digest()).and_then(Weak::upgrade) {
            return held;
        }
        known.retain(|_, layer| layer.strong_count() > 0);
        let layer = Arc::new(layer);
        known.insert(layer.digest().into(), Arc::downgrade(&layer));
        layer
    }

    #[cfg(test)]
    pub(crate) fn of_domain(&self, domain: &Domain) -> Option<Arc<Layer>> {
        self.living().into_iter().find(|layer| layer.domain() == Some(domain))
    }

    fn living(&self) -> Vec<Arc<Layer>> {
        self.known().values().filter_map(Weak::upgrade).collect()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Box<[u8]>, Weak<Layer>>> {
        lock(&self.known)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether it is one of many communities: then no snapshot is charged with it.
pub fn is_wide(layer: &Layer) -> bool {
    match layer.domain() {
        None => false,
        Some(Domain::Everywhere | Domain::Regions) => true,
        Some(Domain::Code(code)) => code.as_str().len() < COMMUNITY,
    }
}
