//! Several processes that run one service: calls go to those that say they are ready.

mod members;
mod names;
mod repeat;
mod replica;

use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tonic::body::Body;
use yihe_authz::{Catalogue, Method};

use self::members::Members;
use self::names::follow;
use self::repeat::{may_be_repeated, was_never_sent};
use self::replica::Replica;
use crate::address::{Address, BadAddress};
use crate::tasks::Tasks;
use crate::way::Way;

pub use self::names::{Resolve, SystemNames};

type BoxError = Box<dyn StdError + Send + Sync>;

/// The replicas of one service, each watched by its health. A call goes to the ready one with the fewest calls under way. When the
/// connection fails it goes to another one if it was never sent, or if doing it twice does no harm: a read, or a command with a
/// `request_id`. Anything else is told as it is, for only the caller can know.
///
/// A name stands for all hosts it leads to, and is looked up again and again: who is new is asked when it is ready, who is gone is asked
/// nothing more and ends what it was asked.
#[derive(Debug, Clone)]
pub struct Replicas(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    members: Arc<Members>,
    turn: AtomicUsize,
    _following: Tasks,
}

impl Replicas {
    /// The replicas at these addresses, `http://127.0.0.1:8081` or `https://meeting:8081`; none of them need be there yet.
    ///
    /// # Errors
    /// An address that is none, or asks for TLS where nobody is trusted.
    pub fn connect_lazy(addresses: impl IntoIterator<Item = String>, way: &Way) -> Result<Self, BadAddress> {
        let addresses: Result<Vec<Address>, _> = addresses.into_iter().map(|text| text.parse()).collect();
        let addresses = addresses?;
        if let Some(address) = addresses.iter().find(|address| !way.can_reach(address)) {
            return Err(BadAddress::NobodyTrusted(address.as_str().to_owned()));
        }
        let names = addresses.iter().filter(|address| address.fixed().is_none()).count();
        let members = Arc::new(Members::awaiting(names));
        let mut following = Tasks::default();
        for address in addresses {
            match address.fixed() {
                Some(place) => members.reconcile(&address, &[place], way),
                None => following.spawn(
                    "replicas behind a name",
                    follow(Arc::clone(&members), address, way.clone()),
                ),
            }
        }
        Ok(Self(Arc::new(Inner {
            members,
            turn: AtomicUsize::new(0),
            _following: following,
        })))
    }

    /// How many of them are ready.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.0.members.ready()
    }

    /// Why those are not trusted that are not, or do not trust this process: a line each.
    #[must_use]
    pub fn troubles(&self) -> Vec<String> {
        self.0.members.troubles()
    }

    pub(crate) async fn call(self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        self.0.members.known().await;
        let method = Catalogue::shipped().method(request.uri().path());
        match method.filter(|method| !method.client_streaming) {
            Some(method) => self.call_whole(method, request).await,
            // a stream of requests cannot be sent again
            None => match self.choose(&[]) {
                Some(replica) => replica.call(request).await,
                None => Err(nobody()),
            },
        }
    }

    async fn call_whole(self, method: &Method, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let (head, body) = request.into_parts();
        let message: Bytes = body.collect().await?.to_bytes();
        let mut tried: Vec<Arc<Replica>> = Vec::new();
        let mut failure = nobody();
        while let Some(replica) = self.choose(&tried) {
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
                replica = replica.name,
                "a call goes to another replica"
            );
            tried.push(replica);
        }
        Err(failure)
    }

    fn choose(&self, tried: &[Arc<Replica>]) -> Option<Arc<Replica>> {
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        self.0.members.choose(turn, tried)
    }
}

fn nobody() -> BoxError {
    "the service has no replicas".into()
}
