use std::any::Any;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::FutureExt;
use http::{HeaderMap, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use tonic::Status;
use tonic::body::Body;
use yihe_kernel::{Error, Locale, reasons, with_locale};

use crate::deadline::with_deadline;
use crate::normalise::{deadline_exceeded, explain, normalise};
use crate::refusal::refuse;

/// What every answer is held to, whether it comes from a router in this process or over a socket.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    pub deadline: Option<Instant>,
    pub locale: Locale,
    pub path: Box<str>,
}

impl Bounds {
    /// Waits for an answer until the deadline. A panic becomes `INTERNAL`, a transport error `UNAVAILABLE`, a bare status an
    /// explained one; the same holds for every message of the answer.
    pub async fn hold<F, B, E>(self, answer: F) -> Response<Body>
    where
        F: Future<Output = Result<Response<B>, E>>,
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (locale, deadline) = (self.locale, self.deadline);
        with_locale(locale, with_deadline(deadline, self.run(answer))).await
    }

    async fn run<F, B, E>(self, answer: F) -> Response<Body>
    where
        F: Future<Output = Result<Response<B>, E>>,
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let contained = AssertUnwindSafe(answer).catch_unwind();
        let outcome = match self.deadline {
            Some(deadline) => match tokio::time::timeout_at(deadline, contained).await {
                Ok(outcome) => outcome,
                Err(_) => return refuse(deadline_exceeded()),
            },
            None => contained.await,
        };
        match outcome {
            Ok(Ok(response)) => self.bound(response),
            Ok(Err(error)) => refuse(transport(error.into())),
            Err(panic) => refuse(panicked(&self.path, &*panic)),
        }
    }

    fn bound<B>(self, response: Response<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = response.into_parts();
        if parts.headers.contains_key(Status::GRPC_STATUS) {
            normalise(&mut parts.headers);
            return Response::from_parts(parts, Body::new(body));
        }
        let sleep = self
            .deadline
            .map(|deadline| Box::pin(tokio::time::sleep_until(deadline)));
        let bounded = BoundedBody {
            inner: Body::new(body),
            sleep,
            begun: false,
            ended: false,
            bounds: self,
        };
        Response::from_parts(parts, Body::new(bounded))
    }
}

/// An answer's messages. Ends with trailers whatever happens, because a body that just stops looks like success to a proxy.
struct BoundedBody {
    inner: Body,
    sleep: Option<Pin<Box<Sleep>>>,
    begun: bool,
    ended: bool,
    bounds: Bounds,
}

impl BoundedBody {
    fn end(&mut self, status: &Status) -> Option<Result<Frame<Bytes>, Infallible>> {
        self.ended = true;
        self.inner = Body::empty();
        let mut trailers = HeaderMap::new();
        if status.add_header(&mut trailers).is_err() {
            trailers.insert(Status::GRPC_STATUS, http::HeaderValue::from_static("13"));
        }
        Some(Ok(Frame::trailers(trailers)))
    }

    fn late(&self) -> bool {
        self.begun && self.bounds.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let inner = &mut self.inner;
        let polled = match catch_unwind(AssertUnwindSafe(|| Pin::new(inner).poll_frame(cx))) {
            Ok(polled) => polled,
            Err(panic) => {
                let status = panicked(&self.bounds.path, &*panic);
                return Poll::Ready(self.end(&status));
            }
        };
        match polled {
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(self.pass(frame)),
            Poll::Ready(Some(Err(status))) => {
                let status = transport(status.into());
                Poll::Ready(self.end(&status))
            }
            Poll::Ready(None) => {
                let cut = Error::new(&reasons::UNAVAILABLE).with("detail", "the answer was cut off");
                Poll::Ready(self.end(&cut.into()))
            }
            Poll::Pending => match self.sleep.as_mut().map(|sleep| sleep.as_mut().poll(cx)) {
                Some(Poll::Ready(())) => Poll::Ready(self.end(&deadline_exceeded())),
                _ => Poll::Pending,
            },
        }
    }

    fn pass(&mut self, frame: Frame<Bytes>) -> Option<Result<Frame<Bytes>, Infallible>> {
        match frame.into_trailers() {
            Ok(mut trailers) => {
                self.ended = true;
                normalise(&mut trailers);
                Some(Ok(Frame::trailers(trailers)))
            }
            // a stream whose messages are always ready would never let the timer be polled
            Err(_) if self.late() => self.end(&deadline_exceeded()),
            Err(data) => {
                self.begun = true;
                Some(Ok(data))
            }
        }
    }
}

impl HttpBody for BoundedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        let (locale, deadline) = (this.bounds.locale, this.bounds.deadline);
        // handlers that stream make their messages here, outside of the future that the language and deadline were set for
        pin!(with_locale(
            locale,
            with_deadline(deadline, poll_fn(|cx| this.next(cx)))
        ))
        .poll(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn panicked(path: &str, panic: &(dyn Any + Send)) -> Status {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(path, panic = text.unwrap_or("not a text"), "a handler panicked");
    Error::new(&reasons::INTERNAL).into()
}

fn transport(error: Box<dyn std::error::Error + Send + Sync>) -> Status {
    let status = Status::from_error(error);
    tracing::warn!(code = ?status.code(), cause = status.message(), "a service did not answer");
    match status.code() {
        tonic::Code::Unknown | tonic::Code::Internal => Error::new(&reasons::UNAVAILABLE)
            .with("detail", "a service does not answer")
            .into(),
        _ => explain(&status),
    }
}
