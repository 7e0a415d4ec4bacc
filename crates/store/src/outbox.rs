use std::collections::BTreeMap;

use kernel::Result;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::watch;
use yihe_kernel as kernel;

use crate::failure::Failure;
use crate::feed::{Event, Feed};
use crate::lease::Lease;
use crate::store::Store;
use crate::stream_cursors::{StreamPosition, set};
use crate::tables::outbox;

pub(crate) const RELAY: &str = "relay";

/// A service's outbox as its relay sees it: what waits to be published, in the order of appending.
///
/// A position is given at publication. Sequences cannot stand for it: on PostgreSQL a lower one may be committed later.
#[derive(Clone)]
pub struct Outbox {
    store: Store,
}

impl Outbox {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// The store it belongs to.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Tells when something is committed, here or elsewhere.
    #[must_use]
    pub fn feed(&self) -> Feed {
        self.store.feed()
    }

    /// Counts what this replica commits.
    #[must_use]
    pub fn own_commits(&self) -> watch::Receiver<u64> {
        self.store.own_commits()
    }

    /// The oldest events that wait.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting(&self, limit: u64) -> Result<Vec<Event>, Failure> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::Position.is_null())
            .order_by_asc(outbox::Column::Sequence)
            .limit(limit)
            .all(self.store.reader())
            .await?;
        Ok(rows.into_iter().map(Event::from).collect())
    }

    /// The stream it was published to and the last position in it; absent before the first.
    ///
    /// # Errors
    /// The database's.
    pub async fn published_to(&self) -> Result<Option<StreamPosition>, Failure> {
        self.store.stream_position(RELAY).await
    }

    /// From now on everything is published to a stream that holds nothing yet. Returns false when the lease is lost.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self, by: &Lease, stream_created_at: i64) -> Result<bool> {
        let input = (by.turn(), stream_created_at);
        self.store
            .transaction("outbox.begin", input, |tx, (turn, stream_created_at)| {
                Box::pin(async move {
                    if !turn.renew(tx).await? {
                        return Ok(false);
                    }
                    forget_positions(tx).await?;
                    let start = StreamPosition {
                        stream_created_at: *stream_created_at,
                        position: 0,
                    };
                    set(tx, RELAY, start).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Notes positions of events, by sequence. Returns false, and notes nothing, when the lease is lost.
    ///
    /// # Errors
    /// The database's.
    pub async fn published(&self, by: &Lease, stream_created_at: i64, positions: Vec<(i64, i64)>) -> Result<bool> {
        let last = positions
            .iter()
            .map(|(_, position)| *position)
            .max()
            .unwrap_or_default();
        let reached = StreamPosition {
            stream_created_at,
            position: last,
        };
        let input = (by.turn(), positions, reached);
        self.store
            .transaction("outbox.published", input, |tx, (turn, positions, reached)| {
                Box::pin(async move {
                    if !turn.renew(tx).await? {
                        return Ok(false);
                    }
                    place(tx, positions).await?;
                    set(tx, RELAY, *reached).await?;
                    Ok(true)
                })
            })
            .await
    }
}

/// Neighbours in the outbox are neighbours in the stream: one statement for all that lie at the same distance.
fn runs(positions: &[(i64, i64)]) -> BTreeMap<i64, Vec<i64>> {
    let mut runs: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (sequence, position) in positions {
        runs.entry(position.saturating_sub(*sequence))
            .or_default()
            .push(*sequence);
    }
    runs
}

pub(crate) async fn forget_positions(connection: &impl ConnectionTrait) -> Result<(), Failure> {
    outbox::Entity::update_many()
        .col_expr(outbox::Column::Position, Expr::value(Option::<i64>::None))
        .filter(outbox::Column::Position.is_not_null())
        .exec(connection)
        .await?;
    Ok(())
}

/// Notes positions of events, by sequence.
pub(crate) async fn place(connection: &impl ConnectionTrait, positions: &[(i64, i64)]) -> Result<(), Failure> {
    for (distance, sequences) in runs(positions) {
        outbox::Entity::update_many()
            .col_expr(
                outbox::Column::Position,
                Expr::col(outbox::Column::Sequence).add(distance),
            )
            .filter(outbox::Column::Sequence.is_in(sequences))
            .exec(connection)
            .await?;
    }
    Ok(())
}
