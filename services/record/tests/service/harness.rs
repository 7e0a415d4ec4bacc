use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tonic::codegen::InterceptedService;
use tonic::service::{Interceptor, Routes};
use tonic::{Request, Status};
use tonic_types::StatusExt;
use yihe_authz::{Capacity, InternalClaims, InternalTokens, Keys, Principal, Revision, Snapshots};
use yihe_kernel::{AdjustableClock, Clock, Ids, OrganizationId, SharedClock, UserId};
use yihe_proto::policy::v1::RoleTerm;
use yihe_proto::record::v1::record_service_client::RecordServiceClient;
use yihe_proto::record::v1::webhook_service_client::WebhookServiceClient;
use yihe_proto::record::v1::{Event, EventFilter, EventOrder, ListEventsRequest};
use yihe_record::{Deps, Started, Webhooks, start};
use yihe_server::Link;
use yihe_store::{Backend, NewEvent, Store, StoreConfig, with_own_tables};

use crate::policies::PolicyDouble;

/// Beizhan.
pub const COMMUNITY: &str = "440309002021";
pub const PARENT: &str = "communities/440309002021";
pub const ELSEWHERE: &str = "communities/440309002022";

/// A Monday morning in Shenzhen, nine o'clock.
pub const MONDAY: &str = "2026-03-02T01:00:00Z";

/// A running service with its surroundings.
pub struct House {
    pub started: Started,
    pub clock: Arc<AdjustableClock>,
    pub policy: PolicyDouble,
    pub ids: Ids,
    keys: Keys,
    backend: Backend,
    tokens: InternalTokens,
    /// The services that tell, by their names.
    tellers: BTreeMap<&'static str, Store>,
    _files: tempfile::TempDir,
}

/// A person acting for an organization, or for itself.
#[derive(Clone)]
pub struct Party {
    pub principal: Principal,
    pub organization: OrganizationId,
    pub capacity: Capacity,
    routes: Routes,
    tokens: InternalTokens,
    clock: SharedClock,
    policy: PolicyDouble,
}

async fn run(
    backend: &Backend,
    keys: &Keys,
    clock: &SharedClock,
    policy: &PolicyDouble,
    tellers: &BTreeMap<&'static str, Store>,
) -> Started {
    let deps = Deps {
        store: StoreConfig::new(backend.clone(), [7; 32]),
        clock: clock.clone(),
        keys: keys.clone(),
        snapshots: Snapshots::new(Arc::new(policy.clone()), clock.clone()),
        events: tellers
            .iter()
            .map(|(service, store)| (*service, store.feed().into()))
            .collect(),
        webhooks: Webhooks {
            allow_http: true,
            ..Webhooks::default()
        },
    };
    start(deps).await.unwrap()
}

impl House {
    /// On SQLite.
    pub async fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let folder = files.path().to_owned();
        Self::on(files, |name| Backend::Sqlite {
            file: folder.join(format!("{name}.db")),
        })
        .await
    }

    /// On schemas of its own of a PostgreSQL server.
    pub async fn on_postgres(server: &yihe_testkit::Postgres) -> Self {
        let files = tempfile::tempdir().unwrap();
        let folder = files.path().file_name().unwrap().to_string_lossy().to_lowercase();
        let folder = folder.replace('.', "");
        let url = server.url();
        Self::on(files, |name| Backend::Postgres {
            url: url.clone(),
            schema: format!("{name}_{folder}"),
        })
        .await
    }

    async fn on(files: tempfile::TempDir, backend: impl Fn(&str) -> Backend) -> Self {
        let clock = Arc::new(AdjustableClock::starting_at(MONDAY.parse().unwrap()));
        let shared: SharedClock = clock.clone();
        let folder: PathBuf = files.path().to_owned();
        let keys = Keys::load_or_create(&folder).unwrap();
        let mut tellers = BTreeMap::new();
        for service in ["directory", "meeting", "resource"] {
            let config = StoreConfig::new(backend(service), [9; 32]);
            let store = Store::open(&config, || with_own_tables(Vec::new()), shared.clone()).await;
            tellers.insert(service, store.unwrap());
        }
        let policy = PolicyDouble::default();
        let backend = backend("record");
        let started = run(&backend, &keys, &shared, &policy, &tellers).await;
        Self {
            started,
            clock,
            policy,
            ids: Ids::new(shared.clone()),
            tokens: InternalTokens::new(&keys, shared),
            keys,
            backend,
            tellers,
            _files: files,
        }
    }

    /// Another replica on the same data, which reads no outbox itself.
    pub async fn replica(&self) -> Started {
        let shared: SharedClock = self.clock.clone();
        run(&self.backend, &self.keys, &shared, &self.policy, &BTreeMap::new()).await
    }

    /// Another person of the same organization.
    pub fn colleague(&self, of: &Party) -> Party {
        let user: UserId = self.ids.next();
        self.party(Principal::User(user), of.capacity, "RESIDENT_UNIT/STAFF")
    }

    /// The same house after the process has gone and come back.
    pub async fn again(self) -> Self {
        drop(self.started);
        let shared: SharedClock = self.clock.clone();
        let started = run(&self.backend, &self.keys, &shared, &self.policy, &self.tellers).await;
        Self { started, ..self }
    }

    /// Has a service tell an event in a community.
    pub async fn tell_in(
        &self,
        community: Option<&str>,
        kind: &'static str,
        subject: &str,
        aggregate: &str,
        by: &Party,
    ) {
        let service = kind.split('.').nth(1).unwrap();
        let event = NewEvent {
            community: community.map(|community| community.parse().unwrap()),
            kind,
            stream: aggregate.to_owned(),
            subject: subject.to_owned(),
            actor: by.principal.to_string(),
            organization: by.capacity.organization(),
            payload: kind.as_bytes().to_vec(),
            at: self.clock.now(),
        };
        let append = self.tellers[service].transaction("test.tell", event, |tx, event| {
            Box::pin(async move { Ok(tx.append(event.clone()).await?) })
        });
        append.await.unwrap();
    }

    /// Has a service tell an event about one thing of the community.
    pub async fn tell(&self, kind: &'static str, subject: &str, by: &Party) {
        self.tell_in(Some(COMMUNITY), kind, subject, subject, by).await;
    }

    /// Waits until so many events are recorded, and returns them, oldest first, as the secretary sees them.
    pub async fn recorded(&self, reader: &Party, count: usize) -> Vec<Event> {
        for _ in 0..500 {
            let events = reader.events(EventFilter::default()).await;
            if events.len() >= count {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{count} events were never recorded");
    }

    fn party(&self, principal: Principal, capacity: Capacity, role: &str) -> Party {
        self.policy.appoint(RoleTerm {
            principal: principal.to_string(),
            capacity: capacity.to_string(),
            role: role.to_owned(),
            ..RoleTerm::default()
        });
        Party {
            principal,
            organization: capacity.organization().unwrap_or_else(|| self.ids.next()),
            capacity,
            routes: self.started.routes.clone(),
            tokens: self.tokens.clone(),
            clock: self.clock.clone(),
            policy: self.policy.clone(),
        }
    }

    fn member(&self, role: &str) -> Party {
        let user: UserId = self.ids.next();
        self.party(Principal::User(user), Capacity::Organization(self.ids.next()), role)
    }

    /// The secretary of the committee.
    pub fn secretary(&self) -> Party {
        self.member("PARTY_COMMITTEE/SECRETARY")
    }

    /// Somebody of a resident unit.
    pub fn unit(&self) -> Party {
        self.member("RESIDENT_UNIT/STAFF")
    }

    /// An owner, for itself.
    pub fn resident(&self) -> Party {
        let user: UserId = self.ids.next();
        self.party(Principal::User(user), Capacity::Own, "COMPOUND/OWNER")
    }

    /// Somebody without any role.
    pub fn stranger(&self) -> Party {
        let party = self.unit();
        self.policy.dismiss(&party.principal.to_string());
        party
    }

    /// A name in the community.
    pub fn name(&self, collection: &str) -> String {
        format!("{PARENT}/{collection}/{}", self.ids.next::<uuid::Uuid>())
    }
}

/// Adds what the gateway adds: the internal token of the method called.
#[derive(Clone)]
pub struct Vouch {
    party: Party,
}

impl Interceptor for Vouch {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let method = request.extensions().get::<tonic::GrpcMethod<'static>>();
        let method = method.expect("generated clients tell the method");
        let sequence = self.party.policy.sequence();
        let claims = InternalClaims {
            principal: self.party.principal.clone(),
            capacity: self.party.capacity,
            method: format!("/{}/{}", method.service(), method.method()),
            audience: "record".to_owned(),
            revision: Revision {
                directory: sequence,
                policy: sequence,
            },
            decided_at: self.party.clock.now(),
            token_issued_at: None,
            address: None,
        };
        let token = self.party.tokens.issue(&claims)?;
        let name = yihe_authz::INTERNAL_TOKEN;
        request.metadata_mut().insert(name, token.parse().unwrap());
        Ok(request)
    }
}

pub type Door = InterceptedService<Link, Vouch>;

impl Party {
    pub fn record(&self) -> RecordServiceClient<Door> {
        RecordServiceClient::with_interceptor(Link::Local(self.routes.clone()), Vouch { party: self.clone() })
    }

    pub fn webhooks(&self) -> WebhookServiceClient<Door> {
        WebhookServiceClient::with_interceptor(Link::Local(self.routes.clone()), Vouch { party: self.clone() })
    }

    /// The same person for itself.
    pub fn alone(&self) -> Self {
        Self {
            capacity: Capacity::Own,
            ..self.clone()
        }
    }

    /// The same party at another replica.
    pub fn at(&self, started: &Started) -> Self {
        Self {
            routes: started.routes.clone(),
            ..self.clone()
        }
    }

    /// All events it may read, oldest first, page by page.
    pub async fn events(&self, filter: EventFilter) -> Vec<Event> {
        let mut request = ListEventsRequest {
            parent: PARENT.to_owned(),
            filter: Some(filter),
            order: EventOrder::OldestFirst.into(),
            page_size: 7,
            ..Default::default()
        };
        let mut all = Vec::new();
        loop {
            let page = told(self.record().list_events(request.clone())).await.unwrap();
            all.extend(page.events);
            if page.next_page_token.is_empty() {
                return all;
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// An answer without its frame.
pub async fn told<T>(call: impl Future<Output = Result<tonic::Response<T>, Status>>) -> Result<T, Status> {
    call.await.map(tonic::Response::into_inner)
}

/// The reason of a refusal.
pub fn reason<T>(answer: Result<T, Status>) -> String {
    let Err(status) = answer else { panic!("was not refused") };
    let details = status.get_error_details();
    details.error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// The types of events, without their packages.
pub fn types(events: &[Event]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event.r#type.rsplit('.').next().unwrap_or_default())
        .collect()
}
