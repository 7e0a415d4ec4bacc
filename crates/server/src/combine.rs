use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::{Either, Ready, ready};
use http::{Request, Response};
use tonic::body::Body;
use tonic::service::Routes;
use tower::Service;

use crate::normalise::method_unknown;
use crate::refusal::refuse;

/// One router for several services on one port: `/yihe.{service}.…` goes to the routes of that name.
#[must_use]
pub fn combine(services: impl IntoIterator<Item = (&'static str, Routes)>) -> Routes {
    let services = services
        .into_iter()
        .map(|(name, routes)| (format!("/yihe.{name}."), routes))
        .collect();
    axum::Router::new().fallback_service(Combined { services }).into()
}

#[derive(Clone)]
struct Combined {
    services: Arc<[(String, Routes)]>,
}

impl Service<Request<axum::body::Body>> for Combined {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future =
        Either<<Routes as Service<Request<axum::body::Body>>>::Future, Ready<Result<Response<Body>, Infallible>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<axum::body::Body>) -> Self::Future {
        match self
            .services
            .iter()
            .find(|(prefix, _)| request.uri().path().starts_with(prefix.as_str()))
        {
            Some((_, routes)) => Either::Left(routes.clone().call(request)),
            None => Either::Right(ready(Ok(refuse(method_unknown())))),
        }
    }
}
