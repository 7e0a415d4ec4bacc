//! The order in which events came to be seen, for whoever tails an outbox without a bus.
//!
//! SQLite has one writer: sequences are that order. PostgreSQL commits in any order, so what is committed is counted there by
//! whoever reads it, one reader at a time, in the column where a relay notes positions of the bus. Each count has a mark of its
//! own, which is no stream's, so that a place in another count is known for what it is.

use kernel::SharedClock;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    TransactionTrait,
};
use yihe_kernel as kernel;

use crate::failure::Failure;
use crate::outbox::{RELAY, forget_positions, place};
use crate::stream_cursors::{StreamPosition, set};
use crate::tables::{outbox, stream_cursor};

const BATCH: u64 = 1000;

#[derive(Clone)]
pub(crate) enum Count {
    /// Sequences say it.
    Sequences,
    /// It is kept in the column of positions.
    Kept(DatabaseConnection, SharedClock),
}

impl Count {
    pub const fn column(&self) -> outbox::Column {
        match self {
            Self::Sequences => outbox::Column::Sequence,
            Self::Kept(..) => outbox::Column::Position,
        }
    }

    pub fn place(&self, row: &outbox::Model) -> i64 {
        match self {
            Self::Sequences => row.sequence,
            Self::Kept(..) => row.position.unwrap_or_default(),
        }
    }

    /// Counts what is committed and was not counted yet. Returns the mark of the count.
    pub async fn bring_up(&self) -> Result<i64, Failure> {
        let Self::Kept(pool, clock) = self else {
            return Ok(0);
        };
        let counted = stream_cursor::Entity::find_by_id(RELAY.to_owned()).one(pool).await?;
        let mark = counted
            .map(|counted| counted.stream_created_at)
            .filter(|mark| *mark < 0);
        match mark {
            Some(mark) if waiting(pool, 1).await?.is_empty() => Ok(mark),
            _ => count_on(pool, clock).await,
        }
    }
}

async fn waiting(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<i64>, Failure> {
    let sequences = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Sequence)
        .filter(outbox::Column::Position.is_null())
        .order_by_asc(outbox::Column::Sequence)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(sequences)
}

#[expect(clippy::disallowed_methods, reason = "this is the store's own transaction")]
async fn count_on(pool: &DatabaseConnection, clock: &SharedClock) -> Result<i64, Failure> {
    let tx = pool.begin().await?;
    let begun = StreamPosition {
        stream_created_at: clock.now().micros().max(1).saturating_neg(),
        position: 0,
    };
    let row = stream_cursor::ActiveModel {
        name: ActiveValue::Set(RELAY.to_owned()),
        stream_created_at: ActiveValue::Set(begun.stream_created_at),
        position: ActiveValue::Set(begun.position),
    };
    stream_cursor::Entity::insert(row)
        .on_conflict(OnConflict::column(stream_cursor::Column::Name).do_nothing().to_owned())
        .exec_without_returning(&tx)
        .await?;
    // held until the commit: what is counted later is seen later
    let held = stream_cursor::Entity::find_by_id(RELAY.to_owned())
        .lock_exclusive()
        .one(&tx)
        .await?;
    let mut reached = match held.map(StreamPosition::from) {
        Some(counted) if counted.stream_created_at < 0 => counted,
        // a bus was there before: its positions are not ours
        _ => {
            forget_positions(&tx).await?;
            begun
        }
    };
    loop {
        let sequences = waiting(&tx, BATCH).await?;
        if sequences.is_empty() {
            break;
        }
        let positions: Vec<(i64, i64)> = sequences.into_iter().zip(reached.position + 1..).collect();
        place(&tx, &positions).await?;
        reached.position = positions.last().map_or(reached.position, |(_, position)| *position);
    }
    set(&tx, RELAY, reached).await?;
    tx.commit().await?;
    Ok(reached.stream_created_at)
}
