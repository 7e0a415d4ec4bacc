use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use arc_swap::ArcSwap;
use yihe_authz::{Catalogue, Decision, Layers, Snapshot};
use yihe_kernel::CommunityId;

use crate::world::{Question, World};

/// The snapshots of a world by community, each swapped whole.
pub struct Board {
    layers: Layers,
    snapshots: HashMap<u64, ArcSwap<Snapshot>>,
}

/// Twelve digits are a number: a table of these holds its keys itself.
fn key(community: &CommunityId) -> Option<u64> {
    community.as_str().parse().ok()
}

impl Board {
    pub fn of(world: World) -> Result<Self> {
        let layers = Layers::default();
        let mut snapshots = HashMap::with_capacity(world.communities);
        for place in 0..world.communities {
            let snapshot = Snapshot::sharing(&layers, world.snapshot(place), Catalogue::shipped())?;
            snapshots.insert(World::code(place).parse()?, ArcSwap::from_pointee(snapshot));
        }
        Ok(Self { layers, snapshots })
    }

    pub fn decide(&self, question: &Question) -> Decision {
        match self.held(&question.community) {
            Some(held) => held.load().decide(
                &question.principal,
                &question.capacity,
                question.permission,
                World::now(),
            ),
            None => Decision::Deny { grant: None },
        }
    }

    /// Builds a community's snapshot anew and puts it in the place of the one that is there.
    pub fn swap(&self, world: World, place: usize) -> Result<()> {
        let snapshot = Snapshot::sharing(&self.layers, world.snapshot(place), Catalogue::shipped())?;
        if let Some(held) = snapshot.community().and_then(|community| self.held(community)) {
            held.store(Arc::new(snapshot));
        }
        Ok(())
    }

    fn held(&self, community: &CommunityId) -> Option<&ArcSwap<Snapshot>> {
        self.snapshots.get(&key(community)?)
    }

    /// Bytes that the snapshots say they take, shared layers counted once.
    pub fn weight(&self) -> usize {
        let own: usize = self.snapshots.values().map(|held| held.load().weight()).sum();
        own + self.layers.weight()
    }
}
