//! Requests that carry a `request_id` have one effect, however often they come.

use std::fmt::Display;
use std::str::FromStr;

use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Timestamp};
use yihe_proto::Guarded;
use yihe_store::{Failure, Remembered, Tx};

/// The part of a request by which it is known again.
#[derive(Debug)]
pub struct Retry {
    request_id: Option<Uuid>,
    body: Vec<u8>,
}

impl Retry {
    /// Of a request; a malformed id is noted as a bad field.
    #[must_use]
    pub fn of<R: Guarded>(fields: &mut Fields, request_id: &str, request: &R) -> Self {
        let request_id = fields.request_id(request_id);
        let mut body = Vec::new();
        if request_id.is_some() {
            // an id is good for one RPC: requests of two RPCs can have the same bytes
            body.extend_from_slice(R::METHOD.as_bytes());
            body.extend_from_slice(&request.encode_to_vec());
        }
        Self { request_id, body }
    }

    /// The result that the request had before; or notes that `name` is its result.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` where the id came with another request; `INTERNAL` where what is stored cannot be read; the store's.
    pub async fn earlier<N>(&self, tx: &Tx, by: &Authorized, name: &N, at: Timestamp) -> Result<Option<N>, Failure>
    where
        N: Display + FromStr,
    {
        if self.request_id.is_none() {
            return Ok(None);
        }
        let community = by.community()?.as_str();
        match tx
            .remember(
                community,
                &by.actor(),
                self.request_id,
                &self.body,
                &name.to_string(),
                at,
            )
            .await?
        {
            Remembered::Fresh => Ok(None),
            Remembered::Replay(known) => {
                let known = known
                    .parse()
                    .map_err(|_| Error::internal(format!("a retry row names `{known}`")))?;
                Ok(Some(known))
            }
        }
    }
}
