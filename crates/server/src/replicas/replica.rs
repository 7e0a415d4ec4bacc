use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt;
use tonic::body::Body;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tower::ServiceExt;

use super::BoxError;
use crate::address::Address;
use crate::tls::Trouble;
use crate::way::Way;

const LOOK_AGAIN: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Replica {
    /// Where it is, as the log tells it.
    pub name: String,
    channel: Channel,
    trouble: Arc<Trouble>,
    ready: AtomicBool,
    under_way: AtomicUsize,
}

impl Replica {
    pub fn new(address: &Address, place: SocketAddr, way: &Way) -> Self {
        let name = match address.fixed() {
            Some(_) => address.as_str().to_owned(),
            None => format!("{} at {place}", address.as_str()),
        };
        let trouble = Arc::new(Trouble::with(&name));
        Self {
            channel: way.channel(address, place, &trouble),
            name,
            trouble,
            ready: AtomicBool::new(false),
            under_way: AtomicUsize::new(0),
        }
    }

    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    pub fn trouble(&self) -> Option<String> {
        self.trouble.told()
    }

    fn note(&self, ready: bool) {
        if self.ready.swap(ready, Ordering::Relaxed) != ready {
            tracing::info!(replica = self.name, ready, "readiness of a replica changed");
        }
    }

    /// Asks for its health until the task is dropped.
    pub async fn watch(self: Arc<Self>) {
        let mut health = HealthClient::new(self.channel.clone());
        loop {
            if let Ok(told) = health.watch(HealthCheckRequest::default()).await {
                self.trouble.end();
                let mut told = told.into_inner();
                while let Ok(Some(answer)) = told.message().await {
                    self.note(answer.status() == ServingStatus::Serving);
                }
            }
            self.note(false);
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The call is under way until the answer begins: a stream may go on for days and cost nothing.
    pub async fn call(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let _under_way = UnderWay::begin(&self.under_way);
        Ok(self.channel.clone().oneshot(request).await?)
    }

    /// An answer of one message counts when all of it is there.
    pub async fn call_for_one_message(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let _under_way = UnderWay::begin(&self.under_way);
        let (head, body) = self.channel.clone().oneshot(request).await?.into_parts();
        Ok(Response::from_parts(head, Body::new(body.collect().await?)))
    }
}

/// Counts a call out however it ends, also when the caller goes away.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
