use std::convert::Infallible;
use std::future::Future;
use std::io;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use prometheus::{Registry, TEXT_FORMAT, TextEncoder};
use tokio::net::TcpListener;
use tonic::body::Body;

use crate::serve::{ServeOptions, serve};

/// Answers `GET /metrics` with the counts of this process in Prometheus' text format, until `stop` is done.
///
/// # Errors
/// The listener is broken for good.
pub async fn scrape(
    listener: TcpListener,
    registry: Registry,
    stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let service = tower::service_fn(move |request: Request<Body>| {
        let answer = answer(&registry, &request);
        async move { Ok::<_, Infallible>(answer) }
    });
    serve(listener, service, ServeOptions::default(), stop).await
}

fn answer(registry: &Registry, request: &Request<Body>) -> Response<Body> {
    if request.method() != Method::GET || request.uri().path() != "/metrics" {
        return text(
            StatusCode::NOT_FOUND,
            "text/plain",
            "metrics are at /metrics\n".to_owned(),
        );
    }
    match TextEncoder::new().encode_to_string(&registry.gather()) {
        Ok(counts) => text(StatusCode::OK, TEXT_FORMAT, counts),
        Err(error) => {
            tracing::error!(%error, "counts cannot be told");
            text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new())
        }
    }
}

fn text(status: StatusCode, kind: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::new(axum::body::Body::from(body)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
