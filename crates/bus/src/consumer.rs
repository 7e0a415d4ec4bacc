use std::sync::Arc;

use futures::future::BoxFuture;
use store::{Event, Failure, Feed, Store, Tx};
use yihe_store as store;

use crate::connection::Bus;

/// What a consumer does with an event, in a transaction that may be rerun.
pub(crate) type Effect = Arc<dyn for<'a> Fn(&'a Tx, &'a Event) -> BoxFuture<'a, Result<(), Failure>> + Send + Sync>;

/// Who consumes, what, and into which store.
#[derive(Clone)]
pub struct Consumer {
    /// Stable name, `service.what`; the cursor is kept under it.
    pub name: &'static str,
    /// Types of events it takes effect of, all where none is named; others are passed over.
    pub kinds: &'static [&'static str],
    /// The consumer's own store.
    pub store: Store,
}

/// Where the events of another service come from.
#[derive(Clone)]
pub enum Source {
    /// Its outbox, in this process.
    Outbox(Feed),
    /// Its stream on the bus.
    Stream(Bus, &'static str),
}

impl From<Feed> for Source {
    fn from(feed: Feed) -> Self {
        Self::Outbox(feed)
    }
}

impl Consumer {
    pub(crate) fn takes(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Follows `source` until dropped, or until its store is closed. `effect` runs in a transaction and may be rerun. An event
    /// whose effect fails is tried again with growing pauses, and nothing of its community is taken before. From a stream, one
    /// that is refused too often is put aside; from an outbox, nothing at all is taken before.
    pub async fn follow<F>(self, source: Source, effect: F)
    where
        F: for<'a> Fn(&'a Tx, &'a Event) -> BoxFuture<'a, Result<(), Failure>> + Send + Sync + 'static,
    {
        let effect: Effect = Arc::new(effect);
        match source {
            Source::Outbox(feed) => self.follow_outbox(feed, effect).await,
            Source::Stream(bus, service) => self.follow_stream(bus, service, effect).await,
        }
    }
}
