use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, ConnectionTrait, EntityTrait};
use yihe_kernel as kernel;

use crate::failure::Failure;
use crate::store::Store;
use crate::tables::stream_cursor;
use crate::transaction::Tx;

/// A place in a stream of the bus, or in an outbox that is tailed without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamPosition {
    /// When the stream was made, in microseconds: another one of the same name is another stream. Without a bus 0, or less than
    /// that for a count that is kept in the database.
    pub stream_created_at: i64,
    /// The position, counted from 1; 0 before the first.
    pub position: i64,
}

impl From<stream_cursor::Model> for StreamPosition {
    fn from(row: stream_cursor::Model) -> Self {
        Self {
            stream_created_at: row.stream_created_at,
            position: row.position,
        }
    }
}

impl Tx {
    /// Notes how far somebody has come in a stream, with what else the transaction does.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_stream_position(&self, name: &str, at: StreamPosition) -> Result<(), Failure> {
        set(self, name, at).await
    }
}

impl Store {
    /// How far somebody has come in a stream; absent before the first.
    ///
    /// # Errors
    /// The database's.
    pub async fn stream_position(&self, name: &str) -> Result<Option<StreamPosition>, Failure> {
        let row = stream_cursor::Entity::find_by_id(name.to_owned())
            .one(self.reader())
            .await?;
        Ok(row.map(StreamPosition::from))
    }

    /// Notes how far somebody has come in a stream.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_stream_position(&self, name: &'static str, at: StreamPosition) -> kernel::Result<()> {
        self.transaction("bus.move_cursor", (name, at), |tx, (name, at)| {
            Box::pin(set(tx, name, *at))
        })
        .await
    }
}

pub(crate) async fn set(connection: &impl ConnectionTrait, name: &str, at: StreamPosition) -> Result<(), Failure> {
    let row = stream_cursor::ActiveModel {
        name: ActiveValue::Set(name.to_owned()),
        stream_created_at: ActiveValue::Set(at.stream_created_at),
        position: ActiveValue::Set(at.position),
    };
    stream_cursor::Entity::insert(row)
        .on_conflict(
            OnConflict::column(stream_cursor::Column::Name)
                .update_columns([stream_cursor::Column::StreamCreatedAt, stream_cursor::Column::Position])
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
