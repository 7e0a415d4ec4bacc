use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use yihe_authz::{Catalogue, Method};
use yihe_telemetry::{KeyValue, Rpc, Span, SpanKind, TRACE_PARENT, TraceParent};

/// One RPC while it is answered: a span where it is sampled, and one more in the counts however it ends. Where nothing is exported
/// it is nothing.
#[derive(Debug)]
pub struct RpcWatch {
    by: &'static str,
    method: Option<&'static Method>,
    begun: Option<Instant>,
    span: Span,
}

impl RpcWatch {
    /// At the gateway, where it is decided whether the call is sampled.
    #[must_use]
    pub fn at_the_door(method: &'static Method, headers: &HeaderMap) -> Self {
        let begun = yihe_telemetry::started();
        if begun.is_none() {
            return Self::nothing();
        }
        let span = match yihe_telemetry::is_tracing() {
            true => Span::at_the_door(name(method), caller(headers)),
            false => Span::default(),
        };
        Self::of("gateway", method, begun, span)
    }

    /// At a service, which takes part in the trace that the gateway began.
    pub(crate) fn inside(service: &'static str, path: &str, headers: &HeaderMap) -> Self {
        let begun = yihe_telemetry::started();
        match begun.and_then(|_| Catalogue::shipped().method(path)) {
            Some(method) => {
                let span = Span::following(SpanKind::Server, name(method), caller(headers));
                Self::of(service, method, begun, span)
            }
            None => Self::nothing(),
        }
    }

    fn nothing() -> Self {
        Self {
            by: "",
            method: None,
            begun: None,
            span: Span::default(),
        }
    }

    fn of(by: &'static str, method: &'static Method, begun: Option<Instant>, span: Span) -> Self {
        describe(&span, method, by);
        Self {
            by,
            method: Some(method),
            begun,
            span,
        }
    }

    /// Whether nothing is watched.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.method.is_none()
    }

    /// The span, to do the work within.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Lets whoever the call is forwarded to take part in the trace.
    pub fn pass_on(&self, headers: &mut HeaderMap) {
        pass_on(&self.span, headers);
    }

    /// The answer has come; one of many messages is watched to its end.
    #[must_use]
    pub fn answered(mut self, response: Response<Body>) -> Response<Body> {
        let Some(method) = self.method else { return response };
        if let Some(code) = code(response.headers()) {
            self.end(code, || reason(response.headers()));
        } else if !method.server_streaming {
            self.end(Code::Ok, || None);
        } else {
            return response.map(|inner| {
                Body::new(WatchedMessages {
                    inner,
                    watch: Some(self),
                })
            });
        }
        response
    }

    fn end(&mut self, code: Code, reason: impl FnOnce() -> Option<String>) {
        let (Some(method), Some(begun)) = (self.method.take(), self.begun) else {
            return;
        };
        let number = i64::from(i32::from(code));
        let rpc = rpc(self.by, method);
        yihe_telemetry::rpc_answered(rpc, number, begun.elapsed());
        self.span.set(|| vec![KeyValue::new("rpc.grpc.status_code", number)]);
        if code != Code::Ok {
            let reason = reason();
            if let Some(reason) = &reason {
                yihe_telemetry::refused(rpc, reason);
            }
            self.span.fail(reason.as_deref().unwrap_or_else(|| code.description()));
        }
        self.span.end();
    }
}

impl Drop for RpcWatch {
    fn drop(&mut self) {
        let code = if std::thread::panicking() {
            Code::Internal
        } else {
            Code::Cancelled
        };
        self.end(code, || None);
    }
}

/// The span of a call that one service makes of another while it answers a sampled one.
pub(crate) fn calling(method: &'static Method, headers: &mut HeaderMap) -> Span {
    let span = Span::within(SpanKind::Client, name(method));
    describe(&span, method, "");
    pass_on(&span, headers);
    span
}

/// The call that a span is of was answered.
pub(crate) fn called(span: &Span, response: &Response<Body>) {
    let code = code(response.headers()).unwrap_or(Code::Ok);
    span.set(|| vec![KeyValue::new("rpc.grpc.status_code", i64::from(i32::from(code)))]);
    if code != Code::Ok {
        span.fail(code.description());
    }
    span.end();
}

fn describe(span: &Span, method: &'static Method, by: &'static str) {
    span.set(|| {
        let rpc = rpc(by, method);
        let mut attributes = vec![
            KeyValue::new("rpc.system", "grpc"),
            KeyValue::new("rpc.service", rpc.service),
            KeyValue::new("rpc.method", rpc.method),
        ];
        if !by.is_empty() {
            attributes.push(KeyValue::new("yihe.service", by));
        }
        attributes
    });
}

fn pass_on(span: &Span, headers: &mut HeaderMap) {
    let parent = span
        .trace_parent()
        .and_then(|parent| HeaderValue::try_from(parent.to_string()).ok());
    if let Some(parent) = parent {
        headers.insert(TRACE_PARENT, parent);
    }
}

/// What a caller says once; of two, neither is believed.
fn caller(headers: &HeaderMap) -> Option<TraceParent> {
    let mut told = headers.get_all(TRACE_PARENT).iter();
    let (told, second) = (told.next()?, told.next());
    if second.is_some() {
        None
    } else {
        told.to_str().ok()?.parse().ok()
    }
}

fn name(method: &'static Method) -> &'static str {
    method.path.trim_start_matches('/')
}

fn rpc(by: &'static str, method: &'static Method) -> Rpc {
    let (service, method) = name(method).rsplit_once('/').unwrap_or_default();
    Rpc { by, service, method }
}

fn code(headers: &HeaderMap) -> Option<Code> {
    headers
        .get(Status::GRPC_STATUS)
        .map(|code| Code::from_bytes(code.as_bytes()))
}

/// The reason of a refusal, from its details.
fn reason(headers: &HeaderMap) -> Option<String> {
    let status = Status::from_header_map(headers)?;
    status.get_details_error_info().map(|info| info.reason)
}

/// The messages of an answer, whose end is the call's.
struct WatchedMessages {
    inner: Body,
    watch: Option<RpcWatch>,
}

impl HttpBody for WatchedMessages {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.inner).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
            && let Some(mut watch) = this.watch.take()
        {
            watch.end(code(trailers).unwrap_or(Code::Unknown), || reason(trailers));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
