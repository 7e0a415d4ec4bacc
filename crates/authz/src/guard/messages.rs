use std::time::Duration;

use tonic::{Status, Streaming};
use yihe_kernel::{Error, reasons as common};
use yihe_proto::Guarded;

use crate::reasons::NAMES_COME_FIRST;

/// The messages of a client stream after its first.
#[derive(Debug)]
pub struct Messages<R> {
    stream: Streaming<R>,
}

impl<R: Guarded> Messages<R> {
    pub(super) fn new(stream: Streaming<R>) -> Self {
        Self { stream }
    }

    /// A stream that ends before it begins is like one with an empty message: its names are missing.
    pub(super) async fn first(&mut self, patience: Duration) -> Result<R, Status> {
        match tokio::time::timeout(patience, self.stream.message()).await {
            Ok(message) => Ok(message?.unwrap_or_default()),
            Err(_) => Err(Error::new(&common::UNAVAILABLE)
                .with("detail", "the first message did not come in time")
                .into()),
        }
    }

    /// The next message; `None` at the end.
    ///
    /// # Errors
    /// `NAMES_COME_FIRST`; the status the stream ends with.
    pub async fn next(&mut self) -> Result<Option<R>, Status> {
        let Some(message) = self.stream.message().await? else {
            return Ok(None);
        };
        let mut named = None;
        message.visit_names(&mut |name| {
            if !name.is_empty() && named.is_none() {
                named = Some(name.chars().take(200).collect::<String>());
            }
        });
        match named {
            Some(name) => Err(Error::new(&NAMES_COME_FIRST).with("name", name).into()),
            None => Ok(Some(message)),
        }
    }
}
