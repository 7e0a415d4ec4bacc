use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::watch;

use super::replica::Replica;
use crate::address::Address;
use crate::tasks::Tasks;
use crate::way::Way;

/// Who is a replica now.
#[derive(Debug)]
pub(super) struct Members {
    list: RwLock<Vec<Member>>,
    /// Names that were not looked up yet.
    awaited: watch::Sender<usize>,
}

#[derive(Debug)]
struct Member {
    address: Address,
    place: SocketAddr,
    replica: Arc<Replica>,
    /// Ends with the membership, whereas calls under way keep the replica.
    _watching: Tasks,
}

impl Members {
    /// Nobody yet; so many names are being looked up.
    pub fn awaiting(names: usize) -> Self {
        Self {
            list: RwLock::default(),
            awaited: watch::Sender::new(names),
        }
    }

    /// Waits until there is somebody, or every name was looked up once.
    pub async fn known(&self) {
        if self.list().is_empty() {
            let mut awaited = self.awaited.subscribe();
            let known = awaited.wait_for(|names| *names == 0 || !self.list().is_empty()).await;
            debug_assert!(known.is_ok(), "the sender lives in `self`");
        }
    }

    /// A name was looked up for the first time, with or without success.
    pub fn looked_up(&self) {
        self.awaited.send_modify(|names| *names = names.saturating_sub(1));
    }

    /// Those behind an address are these from now on. Who stays keeps its connection; who is gone ends what it was asked.
    pub fn reconcile(&self, address: &Address, places: &[SocketAddr], way: &Way) {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        list.retain(|member| {
            let stays = member.address != *address || places.contains(&member.place);
            if !stays {
                tracing::info!(replica = member.replica.name, "a replica is gone");
            }
            stays
        });
        for place in places {
            let is_known = |member: &Member| member.address == *address && member.place == *place;
            if list.iter().any(is_known) {
                continue;
            }
            let replica = Arc::new(Replica::new(address, *place, way));
            if address.fixed().is_none() {
                tracing::info!(replica = replica.name, "a replica was found");
            }
            let mut watching = Tasks::default();
            watching.spawn("health of a replica", Arc::clone(&replica).watch());
            list.push(Member {
                address: address.clone(),
                place: *place,
                replica,
                _watching: watching,
            });
        }
    }

    /// Those that are ready first, then those with the least to do, in turn.
    pub fn choose(&self, turn: usize, tried: &[Arc<Replica>]) -> Option<Arc<Replica>> {
        let list = self.list();
        let in_turn = list.iter().cycle().skip(turn % list.len().max(1)).take(list.len());
        in_turn
            .map(|member| &member.replica)
            .filter(|replica| !tried.iter().any(|tried| Arc::ptr_eq(tried, replica)))
            .min_by_key(|replica| (!replica.is_ready(), replica.under_way()))
            .cloned()
    }

    pub fn ready(&self) -> usize {
        self.list().iter().filter(|member| member.replica.is_ready()).count()
    }

    pub fn troubles(&self) -> Vec<String> {
        self.list()
            .iter()
            .filter_map(|member| member.replica.trouble())
            .collect()
    }

    fn list(&self) -> RwLockReadGuard<'_, Vec<Member>> {
        self.list.read().unwrap_or_else(PoisonError::into_inner)
    }
}
