use kernel::{CommunityId, OrganizationId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::watch;
use uuid::Uuid;
use yihe_kernel as kernel;
use yihe_telemetry::TraceParent;

use crate::count::Count;
use crate::failure::Failure;
use crate::reader::Reader;
use crate::stream_cursors::StreamPosition;
use crate::tables::outbox;

/// A committed event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Place in the service's outbox; grows, with gaps.
    pub sequence: i64,
    /// The event's id, the key for deduplication.
    pub id: Uuid,
    /// The community; absent for what belongs to none.
    pub community: Option<CommunityId>,
    /// Type, such as `yihe.meeting.v1.VoteOpened`.
    pub kind: String,
    /// Name of the aggregate whose history it belongs to.
    pub stream: String,
    /// Name of the resource it is about.
    pub subject: String,
    /// The principal who did it.
    pub actor: String,
    /// The organization for which it was done.
    pub organization: Option<OrganizationId>,
    /// More, as a protobuf message; may be empty.
    pub payload: Vec<u8>,
    /// When it happened.
    pub at: Timestamp,
    /// The span it came of, where that was sampled.
    pub trace: Option<TraceParent>,
}

/// Reads a store's outbox.
///
/// Sequences say in which order events were appended. Who must miss none goes by [`Feed::tail`]: on PostgreSQL a lower sequence
/// may be committed after a higher one. Within one stream, whose transactions wait for one another, the orders are the same.
#[derive(Clone)]
pub struct Feed {
    reader: Reader,
    count: Count,
    committed: watch::Receiver<u64>,
    elsewhere: watch::Receiver<u64>,
}

impl Feed {
    pub(crate) fn new(
        reader: Reader,
        count: Count,
        committed: watch::Receiver<u64>,
        elsewhere: watch::Receiver<u64>,
    ) -> Self {
        Self {
            reader,
            count,
            committed,
            elsewhere,
        }
    }

    /// Events after a place in the order in which they came to be seen, and their places in it. Where `from` belongs to another
    /// count than the one that holds now, they are given from the first on.
    ///
    /// # Errors
    /// The database's.
    pub async fn tail(
        &self,
        from: Option<StreamPosition>,
        limit: u64,
    ) -> Result<Vec<(StreamPosition, Event)>, Failure> {
        let stream_created_at = self.count.bring_up().await?;
        let from = from.filter(|from| from.stream_created_at == stream_created_at);
        let place = self.count.column();
        let rows = outbox::Entity::find()
            .filter(place.gt(from.map_or(0, |from| from.position)))
            .order_by_asc(place)
            .limit(limit)
            .all(&self.reader)
            .await?;
        let at = |row: &outbox::Model| StreamPosition {
            stream_created_at,
            position: self.count.place(row),
        };
        Ok(rows.into_iter().map(|row| (at(&row), Event::from(row))).collect())
    }

    /// Events after a sequence, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn after(&self, sequence: i64, limit: u64) -> Result<Vec<Event>, Failure> {
        let query = outbox::Entity::find().filter(outbox::Column::Sequence.gt(sequence));
        self.read(query, limit).await
    }

    /// Events of one stream after a sequence, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_stream(&self, stream: &str, sequence: i64, limit: u64) -> Result<Vec<Event>, Failure> {
        let query = outbox::Entity::find()
            .filter(outbox::Column::Stream.eq(stream))
            .filter(outbox::Column::Sequence.gt(sequence));
        self.read(query, limit).await
    }

    /// The last sequence of a stream; 0 where it has none.
    ///
    /// # Errors
    /// The database's.
    pub async fn head_of_stream(&self, stream: &str) -> Result<i64, Failure> {
        let last = outbox::Entity::find()
            .filter(outbox::Column::Stream.eq(stream))
            .order_by_desc(outbox::Column::Sequence)
            .one(&self.reader)
            .await?;
        Ok(last.map_or(0, |event| event.sequence))
    }

    /// Waits until something was committed since this feed was made or last waited, here or, where a bus tells of it, by
    /// another replica. Returns false when the store is gone.
    pub async fn changed(&mut self) -> bool {
        tokio::select! {
            committed = self.committed.changed() => committed.is_ok(),
            Ok(()) = self.elsewhere.changed() => true,
        }
    }

    async fn read(&self, query: sea_orm::Select<outbox::Entity>, limit: u64) -> Result<Vec<Event>, Failure> {
        let rows = query
            .order_by_asc(outbox::Column::Sequence)
            .limit(limit)
            .all(&self.reader)
            .await?;
        Ok(rows.into_iter().map(Event::from).collect())
    }
}

impl From<outbox::Model> for Event {
    fn from(row: outbox::Model) -> Self {
        Self {
            sequence: row.sequence,
            id: row.event_id,
            community: row.community.and_then(|community| community.trim_end().parse().ok()),
            kind: row.kind,
            stream: row.stream,
            subject: row.subject,
            actor: row.actor,
            organization: row.organization.map(OrganizationId::from),
            payload: row.payload,
            at: Timestamp::from_micros(row.occurred_at),
            trace: row.trace.and_then(|trace| trace.parse().ok()),
        }
    }
}
