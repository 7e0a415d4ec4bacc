//! One call from the caller's headers to the answer.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method as HttpMethod, Request, Response, StatusCode, Version};
use http_body_util::Full;
use tokio::time::Instant;
use tonic::Status;
use tonic::body::Body;
use tower::Service;
use yihe_authz::{AccessClaims, Capacity, INTERNAL_TOKEN, Method, Principal, Revision, Rule};
use yihe_kernel::{Error, Locale, reasons, with_locale};
use yihe_server::telemetry::RpcWatch;
use yihe_server::{Peer, deadline_exceeded, method_unknown, read_timeout, refuse, write_timeout};

use crate::decide::{Granted, Standing};
use crate::frame::{PREFIX, Read, compressed, read_message};
use crate::gateway::{Core, Route, RouteTable};
use crate::headers::strip;
use crate::limits::{InProgress, Key};
use crate::reasons as ours;
use crate::vouch::Vouched;
use crate::watched::{WatchedBody, revoked};
use crate::{capacity, open, target};

/// A call that may go on to its service.
struct Admitted {
    message: Read,
    token: HeaderValue,
    in_progress: InProgress,
    /// Who calls and what was decided, where the call is somebody's.
    watch: Option<(Standing, Granted)>,
}

impl Core {
    /// The answer to a request, whatever it is.
    pub async fn answer(&self, routes: &RouteTable, request: Request<Body>) -> Response<Body> {
        if let Some(plain) = not_grpc(&request, routes.contains_key(request.uri().path())) {
            return plain;
        }
        let language = request
            .headers()
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let locale = Locale::from_accept_language(language);
        with_locale(locale, async {
            self.call(routes, request, locale).await.unwrap_or_else(refuse)
        })
        .await
    }

    async fn call(
        &self,
        routes: &RouteTable,
        request: Request<Body>,
        locale: Locale,
    ) -> Result<Response<Body>, Status> {
        let Some(route) = routes.get(request.uri().path()) else {
            return self.call_open(request).await;
        };
        let watch = RpcWatch::at_the_door(route.method, request.headers());
        if watch.is_idle() {
            return self.forward(route, request, &watch, locale).await;
        }
        let span = watch.span();
        // where spans are made one allocation more is nothing; the state of a call lies in its future once
        let answer = span.run(Box::pin(self.forward(route, request, &watch, locale))).await;
        Ok(watch.answered(answer.unwrap_or_else(refuse)))
    }

    async fn forward(
        &self,
        route: &Route,
        request: Request<Body>,
        watch: &RpcWatch,
        locale: Locale,
    ) -> Result<Response<Body>, Status> {
        let (mut parts, body) = request.into_parts();
        let deadline = self.deadline(route, &parts.headers)?;
        let admit = self.admit(route, &parts, body);
        let admitted = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, admit)
                .await
                .map_err(|_| deadline_exceeded())??,
            None => admit.await?,
        };
        strip(&mut parts.headers);
        watch.pass_on(&mut parts.headers);
        parts.headers.insert(INTERNAL_TOKEN, admitted.token);
        if let Some(deadline) = deadline {
            write_timeout(&mut parts.headers, deadline);
        }
        let mut forward = Request::new(admitted.message.into_body());
        *forward.method_mut() = HttpMethod::POST;
        *forward.version_mut() = Version::HTTP_2;
        *forward.uri_mut() = route.uri.clone();
        *forward.headers_mut() = parts.headers;
        let answer = route.link.clone().call(forward);
        if !route.method.is_streaming() {
            let Ok(response) = answer.await;
            return Ok(response);
        }
        let mut revoked = admitted
            .watch
            .map(|(standing, first)| self.revoked(standing, first, locale));
        let response = match &mut revoked {
            // while messages still come in nothing is answered, and the caller may lose the right to send more
            Some(revoked) if route.method.client_streaming => tokio::select! {
                Ok(response) = answer => response,
                status = revoked => return Err(status),
            },
            _ => {
                let Ok(response) = answer.await;
                response
            }
        };
        Ok(response.map(|body| Body::new(WatchedBody::new(body, revoked, admitted.in_progress))))
    }

    fn revoked(
        &self,
        standing: Standing,
        first: Granted,
        locale: Locale,
    ) -> Pin<Box<dyn Future<Output = Status> + Send>> {
        let decider = Arc::clone(&self.decider);
        Box::pin(revoked(decider, standing, first, self.config.recheck(), locale))
    }

    async fn call_open(&self, request: Request<Body>) -> Result<Response<Body>, Status> {
        if !open::is_open(request.uri().path()) {
            return Err(method_unknown());
        }
        let key = Key::Address(address(request.extensions()).unwrap_or_default());
        self.limits.count(&key)?;
        let call = self.limits.enter(key)?;
        let Ok(response) = self.open.clone().call(request).await;
        Ok(response.map(|body| Body::new(WatchedBody::new(body, None, call))))
    }

    async fn admit(&self, route: &Route, parts: &Parts, body: Body) -> Result<Admitted, Status> {
        let method = route.method;
        let encoding = parts.headers.get("grpc-encoding").map(HeaderValue::as_bytes);
        if encoding.is_some_and(|encoding| encoding != b"identity") {
            return Err(compressed());
        }
        let address = address(&parts.extensions);
        let (claims, mut in_progress) = self.enter(method, &parts.headers, address.clone())?;
        let limit = usize::try_from(self.config.max_message_bytes).unwrap_or(usize::MAX);
        let message = read_message(body, limit, self.config.first_message(), method.client_streaming).await?;
        let watch = match (&claims, &method.rule) {
            (Some(claims), Rule::Require) => Some(self.decide(method, &parts.headers, claims, &message.first).await?),
            _ => None,
        };
        if let Some((standing, _)) = &watch {
            self.enter_community(method, standing, &mut in_progress)?;
        }
        let granted = watch.as_ref().map(|(_, granted)| granted);
        let vouched = Vouched {
            principal: claims
                .as_ref()
                .map_or(Principal::Anonymous, |claims| claims.principal.clone()),
            capacity: granted.map_or(Capacity::Own, |granted| granted.capacity),
            method: &method.path,
            revision: granted.map_or(Revision::default(), |granted| granted.revision),
            address,
            token_issued_at: claims.map(|claims| claims.issued_at),
        };
        let token = self.voucher.vouch(vouched, method, self.decider.clock.now())?;
        Ok(Admitted {
            message,
            token,
            in_progress,
            watch,
        })
    }

    /// Who calls, where that matters, counted and let in.
    fn enter(
        &self,
        method: &Method,
        headers: &HeaderMap,
        address: Option<Arc<str>>,
    ) -> Result<(Option<Arc<AccessClaims>>, InProgress), Error> {
        let by_address = Key::Address(address.unwrap_or_default());
        // a public method takes no notice of a token: a caller that renews an expired one may well send it along
        if method.rule == Rule::Public {
            self.limits.count(&by_address)?;
            return Ok((None, self.limits.enter(by_address)?));
        }
        let claims = self
            .authenticator
            .authenticate(headers, || self.limits.count(&by_address))?;
        let key = Key::Known(claims.principal.clone());
        self.limits.count(&key)?;
        let in_progress = self.limits.enter(key)?;
        if method.persons_only && matches!(claims.principal, Principal::Client(_)) {
            return Err(Error::new(&reasons::PERSONS_ONLY));
        }
        Ok((Some(claims), in_progress))
    }

    /// Counts a call in the community it acts in. Only after it was granted: whoever may do nothing there takes nothing from those who
    /// may.
    fn enter_community(&self, method: &Method, standing: &Standing, call: &mut InProgress) -> Result<(), Error> {
        let Some(community) = standing.needs.iter().find_map(|need| need.scope.community()) else {
            return Ok(());
        };
        self.limits.count_in(community)?;
        if method.is_streaming() {
            self.limits.open_in(community, call)?;
        }
        Ok(())
    }

    async fn decide(
        &self,
        method: &'static Method,
        headers: &HeaderMap,
        claims: &AccessClaims,
        message: &Bytes,
    ) -> Result<(Standing, Granted), Status> {
        let asked = capacity::asked(headers)?;
        let needs = target::needs(method, message.get(PREFIX..).unwrap_or_default())?;
        let at_least = target::at_least(headers, &self.decider.revisions, &needs)?;
        let standing = Standing {
            principal: claims.principal.clone(),
            issued_at: claims.issued_at,
            bound_to: claims.community.clone(),
            asked,
            needs,
        };
        let granted = self.decider.decide(&standing, at_least).await?;
        Ok((standing, granted))
    }

    fn deadline(&self, route: &Route, headers: &HeaderMap) -> Result<Option<Instant>, Error> {
        let asked = read_timeout(headers).map_err(|malformed| {
            Error::new(&ours::HEADER_INVALID)
                .with("header", yihe_server::GRPC_TIMEOUT)
                .with("detail", malformed)
        })?;
        let timeout = match (asked, route.method.is_streaming()) {
            (asked, true) => asked,
            (None, false) => Some(self.config.default_deadline()),
            (Some(asked), false) => Some(asked.min(self.config.max_deadline())),
        };
        Ok(timeout.and_then(|timeout| Instant::now().checked_add(timeout)))
    }
}

fn address(extensions: &http::Extensions) -> Option<Arc<str>> {
    extensions.get::<Peer>().map(|peer| Arc::clone(&peer.address))
}

/// A short text for whoever does not speak gRPC here; `None` for gRPC.
fn not_grpc(request: &Request<Body>, known: bool) -> Option<Response<Body>> {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    let grpc = kind
        .strip_prefix(b"application/grpc")
        .is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')));
    if grpc && request.method() == HttpMethod::POST && request.version() == Version::HTTP_2 {
        return None;
    }
    let (status, text) = match (grpc || known || open::is_open(request.uri().path()), grpc) {
        (true, true) => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "gRPC calls are POST requests over HTTP/2\n",
        ),
        (true, false) => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "this is a gRPC method; send application/grpc\n",
        ),
        (false, _) => (StatusCode::NOT_FOUND, "there is nothing here; this port speaks gRPC\n"),
    };
    let mut response = Response::new(Body::new(Full::new(Bytes::from_static(text.as_bytes()))));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Some(response)
}
