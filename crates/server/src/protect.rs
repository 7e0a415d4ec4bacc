use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body::Body as HttpBody;
use moka::sync::Cache;
use tonic::body::Body;
use tonic::service::Routes;
use tower::Service;
use yihe_authz::{INTERNAL_TOKEN, INTERNAL_TOKEN_SECONDS, InternalClaims, InternalTokens};
use yihe_kernel::{Error, Result, SharedClock, reasons, with_locale};

use crate::bounded::Bounds;
use crate::link::{Bounded, bounds};
use crate::refusal::refuse;
use crate::telemetry::RpcWatch;

const REMEMBERED: u64 = 50_000;
const REMEMBERED_FOR: Duration = Duration::from_secs(20);

/// Lets only calls through that the gateway or a service of the node vouches for, by an internal token for this service and
/// the method called; puts its [`InternalClaims`] in the request's extensions. Holds every answer to the caller's deadline and
/// language, contains panics, and explains statuses without details.
#[must_use]
pub fn protect(routes: Routes, service: &'static str, tokens: InternalTokens, clock: SharedClock) -> Routes {
    let verified = Cache::builder()
        .max_capacity(REMEMBERED)
        .time_to_live(REMEMBERED_FOR)
        .build();
    let protected = Protected {
        routes,
        door: Arc::new(Door {
            service,
            tokens,
            clock,
            verified,
        }),
    };
    axum::Router::new().fallback_service(protected).into()
}

struct Door {
    service: &'static str,
    tokens: InternalTokens,
    clock: SharedClock,
    // verifying a signature takes longer than all the rest of an average call
    verified: Cache<HeaderValue, Arc<InternalClaims>>,
}

impl Door {
    fn open(&self, token: Option<&HeaderValue>, path: &str) -> Result<InternalClaims> {
        let token = token.ok_or_else(|| unauthenticated("the call does not come through the gateway"))?;
        let claims = match self.verified.get(token) {
            Some(claims) => claims,
            None => {
                let text = token
                    .to_str()
                    .map_err(|_| unauthenticated("the internal token is malformed"))?;
                let claims = Arc::new(self.tokens.verify(text, self.service)?);
                self.verified.insert(token.clone(), Arc::clone(&claims));
                claims
            }
        };
        if claims.method != path {
            return Err(unauthenticated("the internal token is for another method"));
        }
        if self.clock.now() >= claims.decided_at.plus_seconds(INTERNAL_TOKEN_SECONDS) {
            return Err(unauthenticated("the internal token has expired"));
        }
        Ok(InternalClaims::clone(&claims))
    }
}

fn unauthenticated(detail: &str) -> Error {
    Error::new(&reasons::UNAUTHENTICATED).with("detail", detail)
}

#[derive(Clone)]
struct Protected {
    routes: Routes,
    door: Arc<Door>,
}

impl<B> Service<Request<B>> for Protected
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let watch = RpcWatch::inside(self.door.service, request.uri().path(), request.headers());
        let token = request.headers_mut().remove(INTERNAL_TOKEN);
        let claims = self.door.open(token.as_ref(), request.uri().path());
        let answer = self.answer(request, claims);
        if watch.is_idle() {
            return answer;
        }
        let span = watch.span();
        Box::pin(async move { Ok(watch.answered(span.run(answer).await?)) })
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl Protected {
    fn answer<B>(&mut self, mut request: Request<B>, claims: Result<InternalClaims>) -> Answer
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let bounds = bounds(&request);
        let claims = match claims {
            Ok(claims) => claims,
            Err(error) => return Box::pin(told(bounds, error)),
        };
        request.extensions_mut().insert(claims);
        let bounded = request.extensions_mut().remove::<Bounded>().is_some();
        let answer = self.routes.call(request);
        if bounded {
            return Box::pin(answer);
        }
        Box::pin(async move { Ok(bounds.hold(answer).await) })
    }
}

async fn told(bounds: Bounds, error: Error) -> Result<Response<Body>, Infallible> {
    Ok(with_locale(bounds.locale, async { refuse(error) }).await)
}
