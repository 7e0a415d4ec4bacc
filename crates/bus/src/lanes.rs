//! Events in hand, one queue for each community: the first of each queue is being settled.

use std::collections::{BTreeSet, HashMap, VecDeque};

use async_nats::jetstream::message::Acker;
use kernel::CommunityId;
use store::Event;
use yihe_kernel as kernel;
use yihe_store as store;

/// The community of an event, or none.
pub(crate) type Lane = Option<CommunityId>;

pub(crate) struct Held {
    pub event: Event,
    pub acker: Acker,
}

#[derive(Default)]
pub(crate) struct Lanes {
    waiting: HashMap<Lane, VecDeque<Held>>,
    /// Communities of which the last event was put aside: the next one that is refused is not waited for as long.
    sick: BTreeSet<Lane>,
    positions: BTreeSet<i64>,
    newest: i64,
}

impl Lanes {
    pub fn starting_after(position: i64) -> Self {
        Self {
            newest: position,
            ..Self::default()
        }
    }

    /// Takes a message in. Returns it where nothing of its community is being settled.
    pub fn enter(&mut self, held: Held) -> Option<(Lane, Held)> {
        let lane = held.event.community.clone();
        self.positions.insert(held.event.sequence);
        self.newest = self.newest.max(held.event.sequence);
        match self.waiting.get_mut(&lane) {
            Some(queue) => {
                queue.push_back(held);
                None
            }
            None => {
                self.waiting.insert(lane.clone(), VecDeque::new());
                Some((lane, held))
            }
        }
    }

    /// A message that is passed over.
    pub fn pass(&mut self, position: i64) {
        self.newest = self.newest.max(position);
    }

    /// An event is settled. Returns the next one of its community.
    pub fn leave(&mut self, lane: Lane, position: i64, aside: bool) -> Option<(Lane, Held)> {
        self.positions.remove(&position);
        if aside {
            self.sick.insert(lane.clone());
        } else {
            self.sick.remove(&lane);
        }
        match self.waiting.get_mut(&lane).and_then(VecDeque::pop_front) {
            Some(held) => Some((lane, held)),
            None => {
                self.waiting.remove(&lane);
                None
            }
        }
    }

    pub fn is_sick(&self, lane: &Lane) -> bool {
        self.sick.contains(lane)
    }

    pub fn holds(&self, position: i64) -> bool {
        self.positions.contains(&position)
    }

    /// Everything up to here is settled.
    pub fn settled_up_to(&self) -> i64 {
        self.positions.first().map_or(self.newest, |first| first - 1)
    }
}
