use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame};
use tonic::body::Body;
use tonic::{Code, Status};
use yihe_kernel::{Error, reasons};
use yihe_server::reasons::{CALL_CANCELLED, COMPRESSION_NOT_SUPPORTED, MESSAGE_MALFORMED};
use yihe_server::status_with_code;

use crate::reasons as ours;

/// Length of what precedes each message: a flag and four bytes of length.
pub const PREFIX: usize = 5;

/// The one message of a call with its prefix, as it came. The contracts have no client streams (their build refuses one), so a
/// call is over once its message is: waiting for the end here keeps a second message from being smuggled behind the first.
///
/// # Errors
/// The message is missing, late, too large, compressed, cut short, or not the only one.
pub async fn read_message(body: Body, limit: usize, patience: Duration) -> Result<Bytes, Status> {
    match tokio::time::timeout(patience, read(body, limit)).await {
        Ok(read) => read,
        Err(_) => {
            let error = Error::new(&ours::FIRST_MESSAGE_LATE).with("seconds", patience.as_secs());
            Err(status_with_code(Code::DeadlineExceeded, error))
        }
    }
}

async fn read(mut body: Body, limit: usize) -> Result<Bytes, Status> {
    let mut so_far = Gathered::default();
    while !body.is_end_stream() {
        let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await else {
            break;
        };
        let frame = frame.map_err(|_| status_with_code(Code::Cancelled, Error::new(&CALL_CANCELLED)))?;
        so_far.add(frame, limit)?;
    }
    so_far.finish()
}

#[derive(Default)]
struct Gathered {
    first: Bytes,
    more: BytesMut,
    length: Option<usize>,
}

impl Gathered {
    fn add(&mut self, frame: Frame<Bytes>, limit: usize) -> Result<(), Status> {
        let Ok(data) = frame.into_data() else { return Ok(()) };
        // nearly always the whole message comes in one piece and is never copied
        if self.first.is_empty() && self.more.is_empty() {
            self.first = data;
        } else {
            if self.more.is_empty() {
                self.more.extend_from_slice(&std::mem::take(&mut self.first));
            }
            self.more.extend_from_slice(&data);
        }
        if self.length.is_none() && self.bytes().len() >= PREFIX {
            self.length = Some(PREFIX + declared(self.bytes(), limit)?);
        }
        match self.length {
            Some(length) if self.bytes().len() > length => Err(Error::new(&ours::SECOND_MESSAGE).into()),
            _ => Ok(()),
        }
    }

    fn bytes(&self) -> &[u8] {
        if self.more.is_empty() { &self.first } else { &self.more }
    }

    fn finish(self) -> Result<Bytes, Status> {
        if self.bytes().is_empty() {
            return Err(Error::new(&ours::MESSAGE_MISSING).into());
        }
        if self.length != Some(self.bytes().len()) {
            return Err(Error::new(&MESSAGE_MALFORMED).with("detail", "it is cut short").into());
        }
        Ok(if self.more.is_empty() {
            self.first
        } else {
            self.more.freeze()
        })
    }
}

fn declared(mut prefix: &[u8], limit: usize) -> Result<usize, Status> {
    match prefix.get_u8() {
        0 => {}
        1 => return Err(compressed()),
        _ => {
            return Err(Error::new(&MESSAGE_MALFORMED)
                .with("detail", "its flag is unknown")
                .into());
        }
    }
    let length = usize::try_from(prefix.get_u32()).unwrap_or(usize::MAX);
    if length > limit {
        return Err(Error::new(&reasons::MESSAGE_TOO_LARGE).with("limit", limit).into());
    }
    Ok(length)
}

/// The refusal of a compressed message: it would have to be decompressed to be looked at, within bounds of its own.
pub fn compressed() -> Status {
    status_with_code(Code::Unimplemented, Error::new(&COMPRESSION_NOT_SUPPORTED))
}
