use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use http::uri::Uri;
use http::{Request, Response};
use tonic::body::Body;
use tonic::service::Routes;
use tower::Service;
use yihe_authz::{AccessTokens, Catalogue, InternalTokens, Method, RevisionTokens, Rule, Snapshots};
use yihe_kernel::{Result, SharedClock};
use yihe_server::{Health, Link, Tasks};

use crate::authenticate::Authenticator;
use crate::config::GatewayConfig;
use crate::decide::Decider;
use crate::housekeeping::look_after;
use crate::limits::Limits;
use crate::open;
use crate::vouch::Voucher;

/// The only door to a node's services. A tower service for [`yihe_server::serve`]; clones share everything.
#[derive(Clone)]
pub struct Gateway {
    core: Arc<Core>,
    routes: Arc<RouteTable>,
}

/// The RPCs that callers from outside may reach, by path.
pub(crate) type RouteTable = HashMap<&'static str, Route>;

pub(crate) struct Core {
    pub config: GatewayConfig,
    pub open: Link,
    pub authenticator: Authenticator,
    pub limits: Arc<Limits>,
    pub decider: Arc<Decider>,
    pub voucher: Voucher,
    fit: Arc<AtomicBool>,
    _tasks: Tasks,
}

/// An RPC that callers from outside may reach.
pub(crate) struct Route {
    pub method: &'static Method,
    pub link: Link,
    pub uri: Uri,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway")
            .field("methods", &self.routes.len())
            .finish_non_exhaustive()
    }
}

impl Gateway {
    /// The gateway to the services at `links`, by name such as `meeting`; an RPC of a service that is not among them is unknown.
    /// Must be called within a runtime.
    ///
    /// # Errors
    /// `INTERNAL` where the contracts of this program cannot be read.
    pub fn new(
        config: GatewayConfig,
        links: HashMap<&'static str, Link>,
        snapshots: Arc<Snapshots>,
        access: AccessTokens,
        internal: InternalTokens,
        revisions: RevisionTokens,
        clock: SharedClock,
    ) -> Result<Self> {
        let health = Health::not_ready(open::public_services());
        let limits = Arc::new(Limits::new(&config));
        let open = Link::Local(open::routes(&health)?);
        let fit = Arc::new(AtomicBool::new(true));
        let tasks = look_after(health, Arc::clone(&snapshots), Arc::clone(&limits), Arc::clone(&fit));
        let core = Core {
            open,
            authenticator: Authenticator::new(access, Arc::clone(&clock), config.remembered_tokens.into()),
            limits,
            decider: Arc::new(Decider {
                snapshots,
                revisions,
                clock,
            }),
            voucher: Voucher::new(internal),
            config,
            fit,
            _tasks: tasks,
        };
        Ok(Self {
            core: Arc::new(core),
            routes: Arc::new(routes(links)),
        })
    }

    /// Whether the process it runs in is fit for requests: its health says not ready while it is not, whatever else holds.
    pub fn set_fit(&self, is_fit: bool) {
        self.core.fit.store(is_fit, Ordering::Relaxed);
    }

    /// The same gateway over other links, sharing all that it knows and counts: each thread of [`yihe_server::serve_on_cores`]
    /// has channels of its own.
    #[must_use]
    pub fn over(&self, links: HashMap<&'static str, Link>) -> Self {
        Self {
            core: Arc::clone(&self.core),
            routes: Arc::new(routes(links)),
        }
    }

    /// The gateway as a router, to be put beside others. Serving the gateway itself saves a step per call.
    #[must_use]
    pub fn routes(&self) -> Routes {
        axum::Router::new().fallback_service(FromAxum(self.clone())).into()
    }
}

fn routes(links: HashMap<&'static str, Link>) -> RouteTable {
    let mut routes = HashMap::new();
    for (service, link) in links {
        let methods = Catalogue::shipped()
            .methods()
            .filter(|method| method.service == service);
        for method in methods.filter(|method| !matches!(method.rule, Rule::Internal(_))) {
            if let Ok(uri) = Uri::try_from(method.path.as_str()) {
                routes.insert(
                    method.path.as_str(),
                    Route {
                        method,
                        link: link.clone(),
                        uri,
                    },
                );
            }
        }
    }
    routes
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl Service<Request<Body>> for Gateway {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        let (core, routes) = (Arc::clone(&self.core), Arc::clone(&self.routes));
        Box::pin(async move { Ok(core.answer(&routes, request).await) })
    }
}

#[derive(Clone)]
struct FromAxum(Gateway);

impl Service<Request<axum::body::Body>> for FromAxum {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<axum::body::Body>) -> Answer {
        self.0.call(request.map(Body::new))
    }
}
