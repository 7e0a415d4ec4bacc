//! What happens in the meetings that are watched: one reader of the outbox a meeting, however many watch it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use yihe_proto::meeting::v1::MeetingEvent;
use yihe_store::{Failure, Feed};

use crate::convert;
use crate::names::MeetingName;

/// Events that one read of a stream takes.
pub const BATCH: u64 = 500;
/// Between two messages to one watcher.
pub const PACE: Duration = Duration::from_millis(100);
/// A burst of commits is read once.
const REST: Duration = Duration::from_millis(15);
/// Messages kept for a watcher that is slow; one that is slower reads for itself.
const KEPT: usize = 64;

/// What watchers are told at once, oldest first. `None`: the reader could not read, everybody reads for itself.
pub type Burst = Option<Arc<[MeetingEvent]>>;

/// The meetings that are watched.
pub struct Rooms {
    feed: Feed,
    rooms: Mutex<HashMap<MeetingName, Weak<Room>>>,
}

/// A meeting that is watched; its reader ends with the last watcher.
pub struct Room {
    bursts: broadcast::Sender<Burst>,
    reader: JoinHandle<()>,
}

impl Rooms {
    pub fn new(feed: Feed) -> Self {
        Self {
            feed,
            rooms: Mutex::default(),
        }
    }

    /// The room of a meeting. Whoever subscribes first and reads the stream after misses nothing.
    pub fn join(&self, meeting: &MeetingName) -> Arc<Room> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get(meeting).and_then(Weak::upgrade) {
            return room;
        }
        rooms.retain(|_, room| room.strong_count() > 0);
        let (bursts, _) = broadcast::channel(KEPT);
        let reader = Reader {
            feed: self.feed.clone(),
            stream: meeting.to_string(),
            bursts: bursts.clone(),
        };
        let room = Arc::new(Room {
            bursts,
            reader: tokio::spawn(reader.run()),
        });
        rooms.insert(meeting.clone(), Arc::downgrade(&room));
        room
    }
}

impl Room {
    /// What happens from now on.
    pub fn bursts(&self) -> broadcast::Receiver<Burst> {
        self.bursts.subscribe()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

struct Reader {
    feed: Feed,
    stream: String,
    bursts: broadcast::Sender<Burst>,
}

impl Reader {
    async fn run(mut self) {
        let mut position = None;
        loop {
            let burst = match self.read(position).await {
                Ok((head, events)) => {
                    position = Some(head);
                    Some(events)
                }
                Err(failure) => {
                    tracing::warn!(?failure, "the events of a watched meeting cannot be read");
                    None
                }
            };
            if burst.as_ref().is_none_or(|events| !events.is_empty()) {
                // nobody listening is no error: the room ends by itself
                let _ = self.bursts.send(burst.map(Into::into));
                sleep(PACE.saturating_sub(REST)).await;
            }
            if !self.feed.changed().await {
                return;
            }
            sleep(REST).await;
        }
    }

    /// All that was committed after a position; at first only how far the stream is, for watchers read what was before.
    async fn read(&self, position: Option<i64>) -> Result<(i64, Vec<MeetingEvent>), Failure> {
        let Some(mut position) = position else {
            return Ok((self.feed.head_of_stream(&self.stream).await?, Vec::new()));
        };
        let mut all = Vec::new();
        loop {
            let events = self.feed.of_stream(&self.stream, position, BATCH).await?;
            let Some(last) = events.last() else {
                return Ok((position, all));
            };
            position = last.sequence;
            all.extend(events.into_iter().map(convert::event::event));
        }
    }
}
