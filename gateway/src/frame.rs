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
    while !(body.is_end_stream() || (streaming && so_far.is_whole())) {
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

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, StreamBody};

    use super::*;

    const LIMIT: usize = 1000;

    fn framed(message: &[u8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();
        [&[0][..], &length, message].concat()
    }

    /// A body that comes in these pieces and then stays silent.
    fn open(pieces: Vec<Vec<u8>>) -> Body {
        let pieces = pieces
            .into_iter()
            .map(|piece| Ok::<_, Status>(Frame::data(Bytes::from(piece))));
        let silent = futures::stream::pending();
        Body::new(StreamBody::new(futures::StreamExt::chain(
            futures::stream::iter(pieces),
            silent,
        )))
    }

    fn closed(bytes: &[u8]) -> Body {
        Body::new(Full::new(Bytes::copy_from_slice(bytes)))
    }

    async fn read_stream(body: Body) -> Result<Read, Status> {
        read_message(body, LIMIT, Duration::from_millis(200), true).await
    }

    #[tokio::test]
    async fn of_a_client_stream_the_first_message_is_read_and_all_passed_on() {
        let all = [framed(b"first"), framed(b"second"), framed(b"third")].concat();
        for size in 1..=all.len() {
            // the stream is not over, and the first message is waited for no longer than it takes
            let pieces = all.chunks(size).map(<[u8]>::to_vec).collect();
            let read = read_stream(open(pieces)).await.unwrap();
            assert_eq!(read.first, framed(b"first"), "in pieces of {size}");
            let mut onward = read.into_body();
            let mut passed = Vec::new();
            while passed.len() < all.len() {
                let frame = onward.frame().await.unwrap().unwrap();
                passed.extend_from_slice(&frame.into_data().unwrap());
            }
            assert_eq!(passed, all, "in pieces of {size}");
        }
        let read = read_stream(closed(&all)).await.unwrap();
        assert_eq!(read.into_body().collect().await.unwrap().to_bytes(), all);
    }

    #[tokio::test]
    async fn a_first_message_that_is_none_is_refused_of_streams_as_well() {
        let first = framed(b"first");
        let compressed = [&[1][..], &first[1..]].concat();
        let large = [&[0][..], &1001_u32.to_be_bytes(), b"x"].concat();
        let cases = [
            (closed(&[]), Code::InvalidArgument),
            (closed(&first[..7]), Code::InvalidArgument),
            (closed(&compressed), Code::Unimplemented),
            (open(vec![large]), Code::ResourceExhausted),
            (open(vec![first[..7].to_vec()]), Code::DeadlineExceeded),
            (open(Vec::new()), Code::DeadlineExceeded),
        ];
        for (body, code) in cases {
            assert_eq!(read_stream(body).await.err().unwrap().code(), code);
        }
        let two = [framed(b"first"), framed(b"second")].concat();
        let unary = read_message(closed(&two), LIMIT, Duration::from_secs(1), false).await;
        assert_eq!(unary.err().unwrap().code(), Code::InvalidArgument);
    }
}
