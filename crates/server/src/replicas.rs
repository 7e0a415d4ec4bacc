//! Several processes that run one service: calls go to those that say they are ready.

use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use prost_reflect::{DynamicMessage, Value};
use tonic::ConnectError;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tower::ServiceExt;
use yihe_authz::{Catalogue, Method};

use crate::tasks::Tasks;

/// A connection that says nothing for so long is asked whether it lives, for a process that was stopped keeps its sockets open.
const SILENCE: Duration = Duration::from_secs(1);
/// How long it may take to say so: a machine with too much to do pauses its processes too.
const PATIENCE: Duration = Duration::from_secs(2);
const CONNECT: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Length byte, and four bytes of size, before a message.
const FRAME_HEAD: usize = 5;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The replicas of one service, each watched by its health. A call goes to the ready one with the fewest calls under way. When the
/// connection fails it goes to another one if it was never sent, or if doing it twice does no harm: a read, or a command with a
/// `request_id`. Anything else is told as it is, for only the caller can know.
#[derive(Debug, Clone)]
pub struct Replicas(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    replicas: Vec<Arc<Replica>>,
    turn: AtomicUsize,
    _watching: Tasks,
}

#[derive(Debug)]
struct Replica {
    address: String,
    channel: Channel,
    ready: AtomicBool,
    under_way: AtomicUsize,
}

impl Replicas {
    /// The replicas at these addresses, `http://127.0.0.1:8081`; none of them need be there yet.
    ///
    /// # Errors
    /// An address that is none.
    pub fn connect_lazy(addresses: impl IntoIterator<Item = String>) -> Result<Self, tonic::transport::Error> {
        let mut watching = Tasks::default();
        let mut replicas = Vec::new();
        for address in addresses {
            let endpoint = Endpoint::from_shared(address.clone())?
                .connect_timeout(CONNECT)
                .http2_keep_alive_interval(SILENCE)
                .keep_alive_timeout(PATIENCE)
                .keep_alive_while_idle(true);
            let replica = Arc::new(Replica {
                address,
                channel: endpoint.connect_lazy(),
                ready: AtomicBool::new(false),
                under_way: AtomicUsize::new(0),
            });
            watching.spawn("health of a replica", Arc::clone(&replica).watch());
            replicas.push(replica);
        }
        Ok(Self(Arc::new(Inner {
            replicas,
            turn: AtomicUsize::new(0),
            _watching: watching,
        })))
    }

    /// How many of them are ready.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.0.replicas.iter().filter(|replica| replica.is_ready()).count()
    }

    pub(crate) async fn call(self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let method = Catalogue::shipped().method(request.uri().path());
        match method.filter(|method| !method.client_streaming) {
            Some(method) => self.call_whole(method, request).await,
            // a stream of requests cannot be sent again
            None => match self.choose(&[]) {
                Some((_, replica)) => replica.call(request).await,
                None => Err(nobody()),
            },
        }
    }

    async fn call_whole(self, method: &Method, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let (head, body) = request.into_parts();
        let message = body.collect().await?.to_bytes();
        let mut tried = Vec::new();
        let mut failure = nobody();
        while let Some((index, replica)) = self.choose(&tried) {
            tried.push(index);
            let body = Body::new(Full::new(message.clone()));
            let request = Request::from_parts(head.clone(), body);
            let answer = if method.server_streaming {
                replica.call(request).await
            } else {
                replica.call_for_one_message(request).await
            };
            match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => failure = error,
            }
            if !was_never_sent(&*failure) && !may_be_repeated(method, &message) {
                break;
            }
            tracing::info!(
                path = method.path,
                replica = replica.address,
                "a call goes to another replica"
            );
        }
        Err(failure)
    }

    /// Those that are ready first, then those with the least to do, in turn.
    fn choose(&self, tried: &[usize]) -> Option<(usize, &Arc<Replica>)> {
        let replicas = &self.0.replicas;
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        let in_turn = replicas.iter().enumerate().cycle().skip(turn % replicas.len().max(1));
        in_turn
            .take(replicas.len())
            .filter(|(index, _)| !tried.contains(index))
            .min_by_key(|(_, replica)| (!replica.is_ready(), replica.under_way.load(Ordering::Relaxed)))
    }
}

impl Replica {
    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    fn note(&self, ready: bool) {
        if self.ready.swap(ready, Ordering::Relaxed) != ready {
            tracing::info!(replica = self.address, ready, "readiness of a replica changed");
        }
    }

    async fn watch(self: Arc<Self>) {
        let mut health = HealthClient::new(self.channel.clone());
        loop {
            if let Ok(told) = health.watch(HealthCheckRequest::default()).await {
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
    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let _under_way = UnderWay::begin(&self.under_way);
        Ok(self.channel.clone().oneshot(request).await?)
    }

    /// An answer of one message counts when all of it is there.
    async fn call_for_one_message(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
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

fn nobody() -> BoxError {
    "the service has no replicas".into()
}

fn was_never_sent(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<ConnectError>() {
            return true;
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>()
            && error.is_canceled()
        {
            return true;
        }
        cause = error.source();
    }
    false
}

fn may_be_repeated(method: &Method, message: &Bytes) -> bool {
    method.reads || has_request_id(method, message)
}

fn has_request_id(method: &Method, message: &Bytes) -> bool {
    let Some(field) = method.input.get_field_by_name("request_id") else {
        return false;
    };
    let Some(encoded) = message.get(FRAME_HEAD..) else {
        return false;
    };
    let decoded = DynamicMessage::decode(method.input.clone(), encoded);
    decoded.is_ok_and(|request| matches!(&*request.get_field(&field), Value::String(id) if !id.is_empty()))
}
