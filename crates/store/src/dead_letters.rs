use kernel::{OrganizationId, Result, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use yihe_kernel as kernel;

use crate::failure::Failure;
use crate::feed::Event;
use crate::store::Store;
use crate::tables::dead_letter;
use crate::transaction::Tx;

/// An event that a consumer put aside because it could not take effect of it.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// Who put it aside.
    pub consumer: String,
    /// The event.
    pub event: Event,
    /// Why its last attempt failed.
    pub error: String,
    /// When it was put aside.
    pub died_at: Timestamp,
    /// Whether it is to be tried again.
    pub replay: bool,
}

impl Store {
    /// What consumers of this store put aside, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, Failure> {
        let rows = dead_letter::Entity::find()
            .order_by_asc(dead_letter::Column::DiedAt)
            .order_by_asc(dead_letter::Column::Position)
            .order_by_asc(dead_letter::Column::EventId)
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(DeadLetter::from).collect())
    }

    /// What a consumer is to try again, in the order of the stream.
    ///
    /// # Errors
    /// The database's.
    pub async fn letters_to_replay(&self, consumer: &str) -> Result<Vec<DeadLetter>, Failure> {
        let rows = dead_letter::Entity::find()
            .filter(dead_letter::Column::Consumer.eq(consumer))
            .filter(dead_letter::Column::Replay.eq(true))
            .order_by_asc(dead_letter::Column::Position)
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(DeadLetter::from).collect())
    }

    /// Has one event, or all of them, tried again by their consumers. Returns how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn replay_dead_letters(&self, event: Option<Uuid>) -> Result<u64> {
        self.transaction("bus.replay", event, |tx, event| {
            Box::pin(async move {
                let mut marked =
                    dead_letter::Entity::update_many().col_expr(dead_letter::Column::Replay, Expr::value(true));
                if let Some(event) = event {
                    marked = marked.filter(dead_letter::Column::EventId.eq(*event));
                }
                Ok(marked.exec(tx).await?.rows_affected)
            })
        })
        .await
    }
}

impl Tx {
    /// Puts an event aside.
    ///
    /// # Errors
    /// The database's.
    pub async fn bury(&self, consumer: &str, event: &Event, error: &str, died_at: Timestamp) -> Result<(), Failure> {
        let row = dead_letter::ActiveModel {
            consumer: ActiveValue::Set(consumer.to_owned()),
            event_id: ActiveValue::Set(event.id),
            position: ActiveValue::Set(event.sequence),
            community: ActiveValue::Set(event.community.as_ref().map(ToString::to_string)),
            kind: ActiveValue::Set(event.kind.clone()),
            stream: ActiveValue::Set(event.stream.clone()),
            subject: ActiveValue::Set(event.subject.clone()),
            actor: ActiveValue::Set(event.actor.clone()),
            organization: ActiveValue::Set(event.organization.map(OrganizationId::uuid)),
            payload: ActiveValue::Set(event.payload.clone()),
            occurred_at: ActiveValue::Set(event.at.micros()),
            error: ActiveValue::Set(error.to_owned()),
            died_at: ActiveValue::Set(died_at.micros()),
            replay: ActiveValue::Set(false),
            trace: ActiveValue::Set(event.trace.map(|trace| trace.to_string())),
        };
        dead_letter::Entity::insert(row).exec_without_returning(self).await?;
        Ok(())
    }

    /// Takes an event that was put aside away, since it has its effect now. Returns false where it is gone already.
    ///
    /// # Errors
    /// The database's.
    pub async fn unearth(&self, consumer: &str, event: Uuid) -> Result<bool, Failure> {
        let gone = dead_letter::Entity::delete_by_id((consumer.to_owned(), event))
            .exec(self)
            .await?;
        Ok(gone.rows_affected == 1)
    }

    /// Leaves an event aside whose replay failed.
    ///
    /// # Errors
    /// The database's.
    pub async fn bury_again(&self, consumer: &str, event: Uuid, error: &str) -> Result<(), Failure> {
        dead_letter::Entity::update_many()
            .col_expr(dead_letter::Column::Error, Expr::value(error))
            .col_expr(dead_letter::Column::Replay, Expr::value(false))
            .filter(dead_letter::Column::Consumer.eq(consumer))
            .filter(dead_letter::Column::EventId.eq(event))
            .exec(self)
            .await?;
        Ok(())
    }
}

impl From<dead_letter::Model> for DeadLetter {
    fn from(row: dead_letter::Model) -> Self {
        Self {
            event: Event {
                sequence: row.position,
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
            },
            consumer: row.consumer,
            error: row.error,
            died_at: Timestamp::from_micros(row.died_at),
            replay: row.replay,
        }
    }
}
