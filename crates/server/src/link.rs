use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use http::{Request, Response};
use tokio::time::Instant;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint};
use tower::{Service, ServiceExt};
use yihe_kernel::{Error, Locale, reasons};

use crate::address::{Address, BadAddress};
use crate::bounded::Bounds;
use crate::deadline::read_timeout;
use crate::refusal::refuse;
use crate::replicas::Replicas;
use crate::way::Way;

/// The way to a service: its router in this process, or channels over TCP. All behave alike: `grpc-timeout` bounds the whole
/// call, a panic is `INTERNAL`, a broken connection `UNAVAILABLE`, and every status carries details. Never fails as a tower
/// service: what goes wrong is a status.
#[derive(Debug, Clone)]
pub enum Link {
    /// The router of a service in this process; messages are encoded, no socket is used.
    Local(Routes),
    /// A service elsewhere.
    Remote(Channel),
    /// A service that runs in several processes elsewhere.
    Replicas(Replicas),
    /// A service that is started later; calls before that are `UNAVAILABLE`.
    Late(LateLink),
}

/// Tells a [`Link::Late`] where it leads.
#[derive(Debug, Clone, Default)]
pub struct LateLink(Arc<OnceLock<Link>>);

impl LateLink {
    /// Sets the link, once.
    ///
    /// # Errors
    /// It was set before; gives `link` back.
    pub fn set(&self, link: Link) -> Result<(), Link> {
        self.0.set(link)
    }
}

/// The answer to a call over a [`Link`].
pub type LinkFuture = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl Link {
    /// A link whose end is told later: services refer to one another in a circle.
    #[must_use]
    pub fn late() -> (Self, LateLink) {
        let late = LateLink::default();
        (Self::Late(late.clone()), late)
    }

    /// A link to a service elsewhere, at one address or at several with commas between; nobody need be there yet. One IP address
    /// without TLS is a connection and nothing more; anything else is watched as [`Replicas`] are.
    ///
    /// # Errors
    /// An address that is none, or asks for TLS where nobody is trusted.
    pub fn elsewhere(addresses: &str, way: &Way) -> Result<Self, BadAddress> {
        let addresses: Vec<String> = addresses.split(',').map(|address| address.trim().to_owned()).collect();
        if let [one] = addresses.as_slice() {
            let address: Address = one.parse()?;
            if address.fixed().is_some() && !address.is_secure() {
                let endpoint = Endpoint::from_shared(one.clone()).map_err(|_| BadAddress::NotOne(one.clone()))?;
                return Ok(Self::Remote(endpoint.connect_lazy()));
            }
        }
        Ok(Self::Replicas(Replicas::connect_lazy(addresses, way)?))
    }
}

impl Service<Request<Body>> for Link {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = LinkFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> LinkFuture {
        let bounds = bounds(&request);
        match self {
            Self::Local(routes) => {
                request.extensions_mut().insert(Bounded);
                let answer = routes.call(request);
                Box::pin(async move { Ok(bounds.hold(answer).await) })
            }
            Self::Remote(channel) => {
                let answer = channel.clone().oneshot(request);
                Box::pin(async move { Ok(bounds.hold(answer).await) })
            }
            Self::Replicas(replicas) => {
                let answer = replicas.clone().call(request);
                Box::pin(async move { Ok(bounds.hold(answer).await) })
            }
            Self::Late(late) => match late.0.get() {
                Some(link) => link.clone().call(request),
                None => Box::pin(async move {
                    let error = Error::new(&reasons::UNAVAILABLE).with("detail", "the service has not started");
                    Ok(yihe_kernel::with_locale(bounds.locale, async { refuse(error) }).await)
                }),
            },
        }
    }
}

/// In the extensions of a request whose answer is held to its bounds already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounded;

/// The bounds that the request's own headers set; a malformed timeout is none, and is refused where callers come in.
pub(crate) fn bounds<B>(request: &Request<B>) -> Bounds {
    let headers = request.headers();
    let timeout = read_timeout(headers).ok().flatten();
    let language = headers
        .get(http::header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    Bounds {
        deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
        locale: Locale::from_accept_language(language),
        path: request.uri().path().into(),
    }
}
