use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;
use yihe_kernel::{Locale, Timestamp, with_locale};

use crate::decide::{Decider, Granted, Standing};
use crate::limits::InProgress;

/// The messages of a stream, for as long as its caller may have them. Counts as a call in progress until it ends.
pub struct WatchedBody {
    inner: Body,
    revoked: Option<Pin<Box<dyn Future<Output = Status> + Send>>>,
    call: Option<InProgress>,
}

impl WatchedBody {
    /// `revoked` is done when the stream must end, and says why.
    pub fn new(inner: Body, revoked: Option<Pin<Box<dyn Future<Output = Status> + Send>>>, call: InProgress) -> Self {
        Self {
            inner,
            revoked,
            call: Some(call),
        }
    }

    fn end(&mut self, status: &Status) -> Frame<Bytes> {
        self.inner = Body::empty();
        self.done();
        let mut trailers = HeaderMap::new();
        if status.add_header(&mut trailers).is_err() {
            trailers.insert(Status::GRPC_STATUS, HeaderValue::from_static("7"));
        }
        Frame::trailers(trailers)
    }

    fn done(&mut self) {
        self.revoked = None;
        self.call = None;
    }
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        // first, so that a stream that is always ready is stopped as well
        if let Some(revoked) = &mut this.revoked
            && let Poll::Ready(status) = revoked.as_mut().poll(cx)
        {
            return Poll::Ready(Some(Ok(this.end(&status))));
        }
        match std::task::ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
            Some(Ok(frame)) => {
                if frame.is_trailers() {
                    this.done();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(status)) => Poll::Ready(Some(Ok(this.end(&status)))),
            None => {
                this.done();
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Done when the caller may no longer have a stream: decides anew at every change anywhere (of a community not touched, that is
/// a look at an unchanged snapshot), at the next instant when a term begins or ends, and every `recheck` besides, because a
/// clock may be set. The capacity is that of the first decision.
pub async fn revoked(
    decider: Arc<Decider>,
    mut standing: Standing,
    first: Granted,
    recheck: Duration,
    locale: Locale,
) -> Status {
    standing.asked = Some(first.capacity);
    let mut changes = decider.snapshots.changes();
    // what changed between the first decision and this line would not be told
    changes.mark_changed();
    let mut wait = until(first.next_change, decider.clock.now(), recheck);
    loop {
        tokio::select! {
            _ = changes.changed() => {}
            () = tokio::time::sleep(wait) => {}
        }
        match decider.decide(&standing, None).await {
            Ok(granted) => wait = until(granted.next_change, decider.clock.now(), recheck),
            Err(error) => return with_locale(locale, async { error.into() }).await,
        }
    }
}

fn until(next_change: Option<Timestamp>, now: Timestamp, recheck: Duration) -> Duration {
    let micros = next_change.map(|instant| instant.micros_since(now).max(0).unsigned_abs());
    micros
        .map(Duration::from_micros)
        .map_or(recheck, |wait| wait.min(recheck))
}
