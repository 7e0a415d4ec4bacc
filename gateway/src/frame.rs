use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame};
use http_body_util::Full;
use tonic::body::Body;
use tonic::{Code, Status};
use yihe_kernel::{Error, reasons};
use yihe_server::reasons::{CALL_CANCELLED, COMPRESSION_NOT_SUPPORTED, MESSAGE_MALFORMED};
use yihe_server::status_with_code;

use crate::reasons as ours;

/// Length of what precedes each message: a flag and four bytes of length.
pub const PREFIX: usize = 5;

/// What was read of a call: its first message with its prefix, as it came, and what follows.
pub struct Read {
    pub first: Bytes,
    /// What came along with the first message, and the rest; of a unary call there is none.
    pub rest: Option<(Bytes, Body)>,
}

impl Read {
    /// The whole again, for the service.
    pub fn into_body(self) -> Body {
        match self.rest {
            None => Body::new(Full::new(self.first)),
            Some((along, body)) => Body::new(Onward {
                ahead: [self.first, along].into(),
                body,
            }),
        }
    }
}

/// Reads the first message of a call. A unary call is over once its message is: waiting for the end here keeps a second message
/// from being smuggled behind the first. Of a client stream (`streaming`) the rest is left to be passed on.
///
/// # Errors
/// The message is missing, late, too large, compressed, cut short, or not the only one of a unary call.
pub async fn read_message(body: Body, limit: usize, patience: Duration, streaming: bool) -> Result<Read, Status> {
    match tokio::time::timeout(patience, read(body, limit, streaming)).await {
        Ok(read) => read,
        Err(_) => {
            let error = Error::new(&ours::FIRST_MESSAGE_LATE).with("seconds", patience.as_secs());
            Err(status_with_code(Code::DeadlineExceeded, error))
        }
    }
}

async fn read(mut body: Body, limit: usize, streaming: bool) -> Result<Read, Status> {
    let mut so_far = Gathered {
        streaming,
        ..Gathered::default()
    };
    while !body.is_end_stream() && !(streaming && so_far.is_whole()) {
        let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await else {
            break;
        };
        let frame = frame.map_err(|_| status_with_code(Code::Cancelled, Error::new(&CALL_CANCELLED)))?;
        so_far.add(frame, limit)?;
    }
    let (first, along) = so_far.finish()?;
    Ok(Read {
        first,
        rest: streaming.then_some((along, body)),
    })
}

/// What was read already, then what comes.
struct Onward {
    ahead: VecDeque<Bytes>,
    body: Body,
}

impl HttpBody for Onward {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        while let Some(data) = this.ahead.pop_front() {
            if !data.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
        }
        Pin::new(&mut this.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.ahead.iter().all(Bytes::is_empty) && self.body.is_end_stream()
    }
}

#[derive(Default)]
struct Gathered {
    streaming: bool,
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
            Some(length) if self.bytes().len() > length && !self.streaming => {
                Err(Error::new(&ours::SECOND_MESSAGE).into())
            }
            _ => Ok(()),
        }
    }

    fn bytes(&self) -> &[u8] {
        if self.more.is_empty() { &self.first } else { &self.more }
    }

    fn is_whole(&self) -> bool {
        self.length.is_some_and(|length| self.bytes().len() >= length)
    }

    /// The message, and what came along with it.
    fn finish(self) -> Result<(Bytes, Bytes), Status> {
        if self.bytes().is_empty() {
            return Err(Error::new(&ours::MESSAGE_MISSING).into());
        }
        let Some(length) = self.length.filter(|_| self.is_whole()) else {
            return Err(Error::new(&MESSAGE_MALFORMED).with("detail", "it is cut short").into());
        };
        let mut all = if self.more.is_empty() {
            self.first
        } else {
            self.more.freeze()
        };
        let along = all.split_off(length);
        Ok((all, along))
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
