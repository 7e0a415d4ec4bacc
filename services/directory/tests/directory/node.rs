//! A directory of the test's own, and callers.

use std::path::PathBuf;
use std::sync::Arc;

use http::uri::PathAndQuery;
use prost::Message;
use tempfile::TempDir;
use tonic::{Request, Status};
use tonic_types::StatusExt;
use yihe_authz::{
    AccessTokens, Capacity, Catalogue, INTERNAL_TOKEN, InternalClaims, InternalTokens, Keys, Principal, Revision,
    RevisionTokens, Snapshots, scope_of,
};
use yihe_directory::import::{DIVISIONS_OF_SHENZHEN, import_divisions};
use yihe_directory::{Config, Deps, Started, migrations, start};
use yihe_kernel::{AdjustableClock, Clock, SharedClock, Timestamp};
use yihe_proto::Guarded;
use yihe_proto::directory::v1 as pb;
use yihe_server::{Link, ServiceLink};
use yihe_store::{Backend, Feed, Store, StoreConfig};
use yihe_testkit::Postgres;

use crate::policies::Policies;

pub const COMMUNITY: &str = "communities/440309002021";

pub struct Node {
    pub clock: Arc<AdjustableClock>,
    pub feed: Feed,
    pub link: Link,
    pub tokens: AccessTokens,
    pub revisions: RevisionTokens,
    internal: InternalTokens,
    keys: Keys,
    place: StoreConfig,
    started: Started,
    folder: TempDir,
    _server: Option<Arc<Postgres>>,
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct Who {
    pub principal: Principal,
    pub capacity: Capacity,
    pub address: &'static str,
    pub token_issued_at: Option<Timestamp>,
}

impl Who {
    pub fn new(principal: Principal) -> Self {
        Self {
            principal,
            capacity: Capacity::Own,
            address: "192.0.2.1",
            token_issued_at: None,
        }
    }

    pub fn operator() -> Self {
        Self::new(Principal::Operator)
    }

    pub fn stranger() -> Self {
        Self::new(Principal::Anonymous)
    }

    pub fn service(name: &str) -> Self {
        Self::new(Principal::Service(name.into()))
    }

    pub fn acting_as(mut self, organization: &str) -> Self {
        self.capacity = organization.parse().unwrap();
        self
    }

    pub fn from(mut self, address: &'static str) -> Self {
        self.address = address;
        self
    }
}

impl Node {
    pub async fn start() -> Self {
        Self::start_with(Config::default()).await
    }

    pub async fn start_with(config: Config) -> Self {
        Self::start_on(config, None).await
    }

    /// One on SQLite and one on PostgreSQL.
    pub async fn start_both() -> Vec<Self> {
        let server = Arc::new(Postgres::start().unwrap());
        vec![
            Self::start().await,
            Self::start_on(Config::default(), Some(server)).await,
        ]
    }

    async fn start_on(config: Config, server: Option<Arc<Postgres>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::ephemeral().unwrap();
        let clock = Arc::new(AdjustableClock::starting_at("2026-04-01T01:00:00Z".parse().unwrap()));
        let shared: SharedClock = clock.clone();
        let backend = match &server {
            Some(server) => Backend::Postgres {
                url: server.url(),
                schema: "directory".into(),
            },
            None => Backend::Sqlite {
                file: folder.path().join("directory.db"),
            },
        };
        let place = StoreConfig::new(backend, keys.derive("directory"));
        let store = Store::open(&place, migrations, shared.clone()).await.unwrap();
        import_divisions(&store, DIVISIONS_OF_SHENZHEN, &mut |_| {})
            .await
            .unwrap();
        drop(store);

        let internal = InternalTokens::new(&keys, shared.clone());
        let (link, late) = Link::late();
        let directory = ServiceLink::new(link.clone(), internal.clone(), "policy", shared.clone());
        let snapshots = Snapshots::new(Arc::new(Policies { directory }), shared.clone());
        let deps = Deps {
            store: place.clone(),
            clock: shared.clone(),
            keys: keys.clone(),
            snapshots,
            config,
        };
        let started = start(deps).await.unwrap();
        late.set(Link::Local(started.routes.clone())).unwrap();
        Self {
            clock,
            feed: started.feed.clone(),
            link,
            tokens: AccessTokens::new(&keys, shared),
            revisions: RevisionTokens::new(&keys),
            internal,
            keys,
            place,
            started,
            folder,
            _server: server,
        }
    }

    /// Another replica on the same database, with the same clock; it works until it is dropped.
    pub async fn replica(&self) -> Started {
        let shared: SharedClock = self.clock.clone();
        let directory = self.service("policy");
        let deps = Deps {
            store: self.place.clone(),
            clock: shared.clone(),
            keys: self.keys.clone(),
            snapshots: Snapshots::new(Arc::new(Policies { directory }), shared),
            config: Config::default(),
        };
        start(deps).await.unwrap()
    }

    /// Ends what the node does by itself; it still answers.
    pub fn stop_timers(&mut self) {
        drop(std::mem::take(&mut self.started.tasks));
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The SQLite file.
    pub fn file(&self) -> PathBuf {
        let _ = &self.started;
        self.folder.path().join("directory.db")
    }

    /// The way of another service to this one.
    pub fn service(&self, name: &'static str) -> ServiceLink {
        ServiceLink::new(self.link.clone(), self.internal.clone(), name, self.clock.clone())
    }

    fn token(&self, who: &Who, method: &str, revision: Revision) -> String {
        let issued = self.internal.issue(&InternalClaims {
            principal: who.principal.clone(),
            capacity: who.capacity,
            method: method.to_owned(),
            audience: Catalogue::shipped().method(method).unwrap().service.clone(),
            revision,
            decided_at: self.now(),
            address: Some(who.address.into()),
            token_issued_at: who.token_issued_at.or_else(|| Some(self.now())),
        });
        issued.unwrap()
    }

    async fn send<R, A>(&self, who: &Who, request: R, revision: Revision) -> Result<A, Status>
    where
        R: Guarded + 'static,
        A: Message + Default + std::fmt::Debug + 'static,
    {
        let mut request = Request::new(request);
        let token = self.token(who, R::METHOD, revision).parse().unwrap();
        request.metadata_mut().insert(INTERNAL_TOKEN, token);
        request.metadata_mut().insert("accept-language", "en".parse().unwrap());
        let mut client = tonic::client::Grpc::new(self.link.clone());
        client.ready().await.unwrap();
        let path = PathAndQuery::from_static(R::METHOD);
        Ok(client
            .unary(request, path, tonic_prost::ProstCodec::default())
            .await?
            .into_inner())
    }

    /// The sequence of the community's authority; 0 before it is active.
    pub async fn sequence(&self) -> u64 {
        self.sequence_of(COMMUNITY).await
    }

    /// The sequence of the authority of the community or region that a name is in.
    pub async fn sequence_of(&self, name: &str) -> u64 {
        let place = scope_of(name).map(|scope| scope.to_string()).unwrap_or_default();
        let (community, region) = if place.starts_with("regions/") {
            (String::new(), place)
        } else {
            (place, String::new())
        };
        let request = pb::GetAuthorityRequest { community, region };
        let answer: Result<pb::Authority, _> = self.send(&Who::service("policy"), request, Revision::default()).await;
        answer.map(|authority| authority.sequence).unwrap_or(0)
    }

    /// Calls as the gateway would, decided on whatever was written before.
    pub async fn call<R, A>(&self, who: &Who, request: R) -> Result<A, Status>
    where
        R: Guarded + 'static,
        A: Message + Default + std::fmt::Debug + 'static,
    {
        let place = request.scopes().first().map(|(_, name)| (*name).to_owned());
        let revision = Revision {
            directory: self.sequence_of(place.as_deref().unwrap_or(COMMUNITY)).await,
            policy: 0,
        };
        self.send(who, request, revision).await
    }

    /// Reason of the refusal that a call must meet.
    pub async fn refused<A, R>(&self, who: &Who, request: R) -> String
    where
        R: Guarded + 'static,
        A: Message + Default + std::fmt::Debug + 'static,
    {
        let answer: Result<A, Status> = self.call(who, request).await;
        reason(&answer.unwrap_err())
    }

    /// Kinds of the events so far, without the package.
    pub async fn events(&self) -> Vec<String> {
        let events = self.feed.after(0, 1000).await.unwrap();
        events
            .into_iter()
            .map(|event| event.kind.rsplit('.').next().unwrap().to_owned())
            .collect()
    }
}

/// The reason of a status.
pub fn reason(status: &Status) -> String {
    status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_else(|| format!("{status:?}"))
}

/// The bad fields that a status names.
pub fn fields(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let violations = details
        .bad_request()
        .map(|bad| bad.field_violations.clone())
        .unwrap_or_default();
    violations.into_iter().map(|violation| violation.field).collect()
}

/// All that a status tells, to compare two.
pub fn told(status: &Status) -> String {
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    let metadata: std::collections::BTreeMap<_, _> = info.metadata.iter().collect();
    let rest = (
        details.localized_message(),
        details.bad_request(),
        details.resource_info(),
        details.retry_info(),
    );
    format!(
        "{:?} {} {} {metadata:?} {rest:?}",
        status.code(),
        status.message(),
        info.reason
    )
}
