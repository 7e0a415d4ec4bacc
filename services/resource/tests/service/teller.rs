//! Another service that tells what happened, without the service.

use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::{Clock, CommunityId, SharedClock};
use yihe_store::{Backend, Feed, NewEvent, Store, StoreConfig};

use crate::harness::{COMMUNITY, House};

pub struct Teller {
    store: Store,
    _folder: tempfile::TempDir,
}

impl Teller {
    pub async fn new(house: &House) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("teller.db");
        let clock: SharedClock = house.clock.clone();
        let config = StoreConfig::new(Backend::Sqlite { file }, [3; 32]);
        let store = Store::open(&config, || yihe_store::with_own_tables(Vec::new()), clock)
            .await
            .unwrap();
        Self { store, _folder: folder }
    }

    pub fn feed(&self) -> Option<Feed> {
        Some(self.store.feed())
    }

    /// Tells of a subject, now.
    pub async fn tell(&self, house: &House, kind: &'static str, subject: &str, payload: Vec<u8>) {
        let community: CommunityId = COMMUNITY.parse().unwrap();
        let by = Arc::new(Authorized::by_event("teller", house.ids.next(), community.clone()));
        let event = NewEvent {
            community: Some(community),
            kind,
            stream: subject.to_owned(),
            subject: subject.to_owned(),
            actor: by.actor(),
            organization: None,
            payload,
            at: house.clock.now(),
        };
        self.store
            .transaction("test.tell", event, |tx, event| {
                let event = event.clone();
                Box::pin(async move {
                    tx.append(event).await?;
                    Ok(())
                })
            })
            .await
            .unwrap();
    }
}
