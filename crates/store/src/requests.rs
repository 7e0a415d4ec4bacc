use kernel::{Error, Timestamp, reasons};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, EntityTrait};
use uuid::Uuid;
use yihe_kernel as kernel;

use crate::failure::Failure;
use crate::keyed::keyed_hash;
use crate::tables::request;
use crate::transaction::Tx;

/// Whether a request was seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remembered {
    /// It is new, or carries no `request_id`.
    Fresh,
    /// It had its effect already: the name of the result, to be read again.
    Replay(String),
}

impl Tx {
    /// Notes that `actor`'s request `request_id` with this encoded body has `result_name` as its result, or tells that it was
    /// noted before. Kept is a keyed hash of the body, never the body.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` when the same id came with another body.
    pub async fn remember(
        &self,
        community: &str,
        actor: &str,
        request_id: Option<Uuid>,
        body: &[u8],
        result_name: &str,
        at: Timestamp,
    ) -> Result<Remembered, Failure> {
        let Some(request_id) = request_id else {
            return Ok(Remembered::Fresh);
        };
        let body_hash = keyed_hash(&self.secret, "request", &[body]);
        let row = request::ActiveModel {
            community: ActiveValue::Set(community.to_owned()),
            actor: ActiveValue::Set(actor.to_owned()),
            request_id: ActiveValue::Set(request_id),
            body_hash: ActiveValue::Set(body_hash.clone()),
            result_name: ActiveValue::Set(result_name.to_owned()),
            created_at: ActiveValue::Set(at.micros()),
        };
        let key = [
            request::Column::Community,
            request::Column::Actor,
            request::Column::RequestId,
        ];
        let inserted = request::Entity::insert(row)
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(self)
            .await?;
        if inserted == 1 {
            return Ok(Remembered::Fresh);
        }
        let found = request::Entity::find_by_id((community.to_owned(), actor.to_owned(), request_id))
            .one(self)
            .await?;
        match found {
            Some(known) if known.body_hash == body_hash => Ok(Remembered::Replay(known.result_name)),
            _ => Err(Error::new(&reasons::REQUEST_ID_REUSED)
                .with("request_id", request_id)
                .into()),
        }
    }
}
