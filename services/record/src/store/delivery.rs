use sea_orm::sea_query::{Cond, Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Page, Tx};

use super::entity::delivery::{self, Column};
use crate::names::{EventId, EventName, WebhookName};

/// Places of the history whose deliveries are kept.
const KEPT: i64 = 1000;

/// What became of one event at a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub event: EventName,
    pub sequence: i64,
    pub attempts: i32,
    /// 0 where no answer came.
    pub last_status: i32,
    /// Empty where the last attempt did not fail.
    pub last_error: String,
    pub last_attempt_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
}

/// Notes one more attempt.
pub async fn note(tx: &Tx, _by: &Authorized, webhook: &WebhookName, attempt: &Delivery) -> Result<(), Failure> {
    let row = delivery::ActiveModel {
        community: Set(webhook.community.to_string()),
        webhook: Set(webhook.webhook.uuid()),
        sequence: Set(attempt.sequence),
        event: Set(attempt.event.event.uuid()),
        attempts: Set(attempt.attempts),
        last_status: Set(attempt.last_status),
        last_error: Set(attempt.last_error.clone()),
        last_attempt_at: Set(attempt.last_attempt_at.micros()),
        delivered_at: Set(attempt.delivered_at.map(Timestamp::micros)),
    };
    let again = OnConflict::columns([Column::Community, Column::Webhook, Column::Sequence])
        .update_columns([
            Column::LastStatus,
            Column::LastError,
            Column::LastAttemptAt,
            Column::DeliveredAt,
        ])
        .value(
            Column::Attempts,
            Expr::col((delivery::Entity, Column::Attempts)).add(attempt.attempts),
        )
        .to_owned();
    delivery::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets deliveries of long ago.
pub async fn forget(tx: &Tx, _by: &Authorized, webhook: &WebhookName, place: i64) -> Result<(), Failure> {
    of(webhook)
        .filter(Column::Sequence.lte(place.saturating_sub(KEPT)))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets all deliveries of a webhook.
pub async fn forget_all(tx: &Tx, _by: &Authorized, webhook: &WebhookName) -> Result<(), Failure> {
    of(webhook).exec(tx).await?;
    Ok(())
}

fn of(webhook: &WebhookName) -> sea_orm::DeleteMany<delivery::Entity> {
    delivery::Entity::delete_many()
        .filter(Column::Community.eq(webhook.community.as_str()))
        .filter(Column::Webhook.eq(webhook.webhook.uuid()))
}

/// The deliveries of a webhook, newest first.
pub async fn list(conn: &impl ConnectionTrait, webhook: &WebhookName, page: &Page) -> Result<Vec<Delivery>, Failure> {
    let before = page.after.as_ref().and_then(|before| before.parse::<i64>().ok());
    let rows = delivery::Entity::find()
        .filter(Column::Community.eq(webhook.community.as_str()))
        .filter(Column::Webhook.eq(webhook.webhook.uuid()))
        .filter(Cond::all().add_option(before.map(|before| Column::Sequence.lt(before))))
        .order_by_desc(Column::Sequence)
        .limit(page.limit + 1)
        .all(conn)
        .await?;
    let delivery = |row: delivery::Model| Delivery {
        event: EventName {
            community: webhook.community.clone(),
            event: EventId::from(row.event),
        },
        sequence: row.sequence,
        attempts: row.attempts,
        last_status: row.last_status,
        last_error: row.last_error,
        last_attempt_at: Timestamp::from_micros(row.last_attempt_at),
        delivered_at: row.delivered_at.map(Timestamp::from_micros),
    };
    Ok(rows.into_iter().map(delivery).collect())
}
