use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::time::Instant;
use tonic::body::Body;
use tower::Service;
use yihe_authz::{Capacity, Catalogue, INTERNAL_TOKEN, InternalClaims, InternalTokens, Method, Principal, Revision};
use yihe_kernel::{Error, Locale, Result, SharedClock, Timestamp};
use yihe_telemetry::Span;

use crate::deadline::{current_deadline, read_timeout, write_timeout};
use crate::link::{Link, LinkFuture};
use crate::normalise::method_unknown;
use crate::refusal::refuse;
use crate::telemetry::{called, calling};

const DEADLINE: Duration = Duration::from_secs(15);
// the token is good for 60 s; what is left covers the way and a clock that is a little off
const REUSE_SECONDS: i64 = 20;

/// A [`Link`] on which one service calls another as itself: adds the internal token of `services/{name}` for the method called,
/// the language and what remains of the deadline of the request being answered; 15 s for unary calls outside of one.
#[derive(Clone)]
pub struct ServiceLink {
    link: Link,
    tokens: InternalTokens,
    service: &'static str,
    clock: SharedClock,
    issued: Arc<Mutex<HashMap<&'static str, (HeaderValue, Timestamp)>>>,
}

impl std::fmt::Debug for ServiceLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceLink")
            .field("service", &self.service)
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}

impl ServiceLink {
    /// Calls over `link` as `services/{service}`.
    #[must_use]
    pub fn new(link: Link, tokens: InternalTokens, service: &'static str, clock: SharedClock) -> Self {
        Self {
            link,
            tokens,
            service,
            clock,
            issued: Arc::default(),
        }
    }

    fn token(&self, method: &'static Method) -> Result<HeaderValue> {
        let now = self.clock.now();
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, at)) = issued.get(method.path.as_str())
            && *at <= now
            && now < at.plus_seconds(REUSE_SECONDS)
        {
            return Ok(token.clone());
        }
        let token = self.tokens.issue(&InternalClaims {
            principal: Principal::Service(self.service.into()),
            capacity: Capacity::Own,
            method: method.path.clone(),
            audience: method.service.clone(),
            revision: Revision::default(),
            decided_at: now,
            address: None,
            token_issued_at: None,
        })?;
        let token = HeaderValue::try_from(token).map_err(Error::internal)?;
        issued.insert(&method.path, (token.clone(), now));
        Ok(token)
    }

    fn prepare(&self, request: &mut Request<Body>) -> Result<Span, tonic::Status> {
        let method = Catalogue::shipped()
            .method(request.uri().path())
            .ok_or_else(method_unknown)?;
        let token = self.token(method)?;
        let headers = request.headers_mut();
        headers.insert(INTERNAL_TOKEN, token);
        if !headers.contains_key(ACCEPT_LANGUAGE) {
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(Locale::current().tag()));
        }
        if let Some(deadline) = deadline(headers, method) {
            write_timeout(headers, deadline);
        }
        Ok(calling(method, headers))
    }
}

fn deadline(headers: &HeaderMap, method: &Method) -> Option<Instant> {
    let now = Instant::now();
    let own = read_timeout(headers)
        .ok()
        .flatten()
        .and_then(|timeout| now.checked_add(timeout));
    let default = (own.is_none() && !method.is_streaming()).then(|| now + DEADLINE);
    [own, default, current_deadline()].into_iter().flatten().min()
}

impl Service<Request<Body>> for ServiceLink {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = LinkFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> LinkFuture {
        match self.prepare(&mut request) {
            Ok(span) if span.is_none() => self.link.call(request),
            Ok(span) => {
                let answer = self.link.call(request);
                Box::pin(async move {
                    let response = answer.await?;
                    called(&span, &response);
                    Ok(response)
                })
            }
            Err(status) => {
                let refused = refuse(status);
                Box::pin(async move { Ok(refused) })
            }
        }
    }
}
