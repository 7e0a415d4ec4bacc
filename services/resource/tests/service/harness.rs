use std::path::PathBuf;
use std::sync::Arc;

use tonic::codegen::InterceptedService;
use tonic::service::{Interceptor, Routes};
use tonic::{Request, Status};
use tonic_types::StatusExt;
use yihe_authz::{Capacity, InternalClaims, InternalTokens, Keys, Principal, Revision, Snapshots};
use yihe_kernel::{AdjustableClock, Ids, OrganizationId, SharedClock, Timestamp, UserId};
use yihe_proto::directory::v1::authority_service_server::AuthorityServiceServer;
use yihe_proto::directory::v1::{OrganizationKind, OrganizationStanding};
use yihe_proto::meeting::v1::object_service_server::ObjectServiceServer;
use yihe_proto::policy::v1::RoleTerm;
use yihe_proto::resource::v1::bookable_service_client::BookableServiceClient;
use yihe_proto::resource::v1::booking_service_client::BookingServiceClient;
use yihe_proto::resource::v1::category_service_client::CategoryServiceClient;
use yihe_proto::resource::v1::claim_service_client::ClaimServiceClient;
use yihe_proto::resource::v1::free_busy_service_client::FreeBusyServiceClient;
use yihe_proto::resource::v1::need_service_client::NeedServiceClient;
use yihe_proto::resource::v1::offer_service_client::OfferServiceClient;
use yihe_proto::resource::v1::project_service_client::ProjectServiceClient;
use yihe_proto::resource::v1::{
    Bookable, BookableKind, Booking, BookingRules, CreateBookableRequest, CreateBookingRequest,
};
use yihe_resource::{Deps, Started, start};
use yihe_server::{Link, ServiceLink};
use yihe_store::{Backend, Feed, StoreConfig};
use yihe_testkit::crash::{Database, Place};

use crate::doubles::{DirectoryDouble, MeetingDouble, PolicyDouble};

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
    pub directory: DirectoryDouble,
    pub meeting: MeetingDouble,
    policy: PolicyDouble,
    pub ids: Ids,
    keys: Keys,
    backend: Backend,
    tokens: InternalTokens,
    _files: Option<tempfile::TempDir>,
}

/// The services that are followed.
#[derive(Default)]
pub struct Feeds {
    pub ledger: Option<Feed>,
    pub directory: Option<Feed>,
}

async fn run(
    backend: &Backend,
    keys: &Keys,
    clock: &SharedClock,
    (directory, meeting, policy): (&DirectoryDouble, &MeetingDouble, &PolicyDouble),
    feeds: Feeds,
) -> Started {
    let tokens = InternalTokens::new(keys, clock.clone());
    let link = |routes| ServiceLink::new(Link::Local(routes), tokens.clone(), "resource", clock.clone());
    let deps = Deps {
        store: StoreConfig::new(backend.clone(), [7; 32]),
        clock: clock.clone(),
        keys: keys.clone(),
        snapshots: Snapshots::new(Arc::new(policy.clone()), clock.clone()),
        directory: link(Routes::new(AuthorityServiceServer::new(directory.clone()))),
        meeting: link(Routes::new(ObjectServiceServer::new(meeting.clone()))),
        ledger_events: feeds.ledger.map(Into::into),
        directory_events: feeds.directory.map(Into::into),
    };
    start(deps).await.unwrap()
}

/// A person acting for an organization.
#[derive(Clone)]
pub struct Party {
    principal: Principal,
    pub organization: OrganizationId,
    capacity: Capacity,
    routes: Routes,
    tokens: InternalTokens,
    clock: SharedClock,
    policy: PolicyDouble,
}

impl House {
    /// On SQLite.
    pub async fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let file = files.path().join("resource.db");
        Self::on(Backend::Sqlite { file }, files.path().to_owned(), Some(files)).await
    }

    /// Over data that stay.
    pub async fn at(place: &Place) -> Self {
        let folder = place.folder.clone();
        let backend = match place.database.clone() {
            Some(Database { url, schema }) => Backend::Postgres { url, schema },
            None => Backend::Sqlite {
                file: folder.join("resource.db"),
            },
        };
        Self::on(backend, folder, None).await
    }

    /// On a schema of its own of a PostgreSQL server.
    pub async fn on_postgres(server: &yihe_testkit::Postgres) -> Self {
        let files = tempfile::tempdir().unwrap();
        let folder = files.path().file_name().unwrap().to_string_lossy().to_lowercase();
        let backend = Backend::Postgres {
            url: server.url(),
            schema: format!("resource_{}", folder.replace('.', "")),
        };
        Self::on(backend, files.path().to_owned(), Some(files)).await
    }

    async fn on(backend: Backend, folder: PathBuf, files: Option<tempfile::TempDir>) -> Self {
        let clock = Arc::new(AdjustableClock::starting_at(MONDAY.parse().unwrap()));
        let shared: SharedClock = clock.clone();
        let keys = Keys::load_or_create(&folder).unwrap();
        let tokens = InternalTokens::new(&keys, shared.clone());
        let (directory, meeting, policy) = (
            DirectoryDouble::default(),
            MeetingDouble::default(),
            PolicyDouble::default(),
        );
        let started = run(
            &backend,
            &keys,
            &shared,
            (&directory, &meeting, &policy),
            Feeds::default(),
        )
        .await;
        Self {
            started,
            clock,
            directory,
            meeting,
            policy,
            ids: Ids::new(shared),
            keys,
            backend,
            tokens,
            _files: files,
        }
    }

    /// The same house after the process has gone and come back, following others where they are given.
    pub async fn again(self, feeds: Feeds) -> Self {
        drop(self.started);
        let shared: SharedClock = self.clock.clone();
        let doubles = (&self.directory, &self.meeting, &self.policy);
        let started = run(&self.backend, &self.keys, &shared, doubles, feeds).await;
        Self { started, ..self }
    }

    /// The same person after that.
    pub fn meet_again(&self, party: &Party) -> Party {
        Party {
            routes: self.started.routes.clone(),
            ..party.clone()
        }
    }

    /// A statement past the service, on PostgreSQL.
    pub async fn straight(&self, statement: String) -> Result<(), sea_orm::DbErr> {
        let Backend::Postgres { url, schema } = &self.backend else {
            panic!("not on PostgreSQL")
        };
        let mut options = sea_orm::ConnectOptions::new(url.clone());
        options.set_schema_search_path(schema.clone());
        let database = sea_orm::Database::connect(options).await?;
        sea_orm::ConnectionTrait::execute_unprepared(&database, &statement).await?;
        database.close().await
    }

    pub fn set(&self, text: &str) {
        self.clock.set(local(text));
    }

    /// A member organization with one person.
    pub fn member(&self, kind: OrganizationKind, role: &str, display_name: &str) -> Party {
        self.known((self.ids.next(), self.ids.next()), kind, role, display_name)
    }

    /// A member organization and its one person, of these ids.
    pub fn known(
        &self,
        (organization, user): (OrganizationId, UserId),
        kind: OrganizationKind,
        role: &str,
        display_name: &str,
    ) -> Party {
        self.directory.tell(OrganizationStanding {
            organization: format!("organizations/{organization}"),
            kind: kind.into(),
            display_name: display_name.to_owned(),
            active: true,
            heads: Vec::new(),
        });
        let principal = Principal::User(user);
        self.policy.appoint(RoleTerm {
            principal: principal.to_string(),
            capacity: format!("organizations/{organization}"),
            role: role.to_owned(),
            ..RoleTerm::default()
        });
        Party {
            principal,
            organization,
            capacity: Capacity::Organization(organization),
            routes: self.started.routes.clone(),
            tokens: self.tokens.clone(),
            clock: self.clock.clone(),
            policy: self.policy.clone(),
        }
    }

    /// The service centre, which owns halls.
    pub fn center(&self) -> Party {
        let kind = OrganizationKind::ServiceCenter;
        self.member(kind, "SERVICE_CENTER/MANAGER", "党群服务中心")
    }

    /// A resident unit.
    pub fn unit(&self, display_name: &str) -> Party {
        let kind = OrganizationKind::ResidentUnit;
        self.member(kind, "RESIDENT_UNIT/STAFF", display_name)
    }

    /// A resident, for itself.
    pub fn resident(&self) -> Party {
        let user: UserId = self.ids.next();
        let principal = Principal::User(user);
        self.policy.appoint(RoleTerm {
            principal: principal.to_string(),
            capacity: Capacity::Own.to_string(),
            role: "COMPOUND/OWNER".to_owned(),
            ..RoleTerm::default()
        });
        Party {
            principal,
            // stands for nothing: a resident has no organization
            organization: self.ids.next(),
            capacity: Capacity::Own,
            routes: self.started.routes.clone(),
            tokens: self.tokens.clone(),
            clock: self.clock.clone(),
            policy: self.policy.clone(),
        }
    }

    /// The secretary of the committee.
    pub fn secretary(&self) -> Party {
        let kind = OrganizationKind::PartyCommittee;
        self.member(kind, "PARTY_COMMITTEE/SECRETARY", "社区党委")
    }

    /// A request id.
    pub fn request_id(&self) -> String {
        self.ids.next::<uuid::Uuid>().to_string()
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
            audience: "resource".to_owned(),
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

type Door = InterceptedService<Link, Vouch>;

macro_rules! doors {
    ($($name:ident: $client:ident)+) => {
        impl Party {
            $(pub fn $name(&self) -> $client<Door> {
                $client::with_interceptor(Link::Local(self.routes.clone()), Vouch { party: self.clone() })
            })+
        }
    };
}

doors! {
    bookables: BookableServiceClient
    bookings: BookingServiceClient
    free_busy: FreeBusyServiceClient
    needs: NeedServiceClient
    offers: OfferServiceClient
    claims: ClaimServiceClient
    categories: CategoryServiceClient
    projects: ProjectServiceClient
}

/// An answer without its frame.
pub async fn told<T>(call: impl Future<Output = Result<tonic::Response<T>, Status>>) -> Result<T, Status> {
    call.await.map(tonic::Response::into_inner)
}

impl Party {
    pub fn name(&self) -> String {
        format!("organizations/{}", self.organization)
    }

    /// The person who speaks.
    pub fn user(&self) -> String {
        self.principal.to_string()
    }

    /// The same person for itself.
    pub fn alone(&self) -> Self {
        Self {
            capacity: Capacity::Own,
            ..self.clone()
        }
    }

    /// Registers a hall.
    pub async fn hall(&self, capacity: i64, rules: BookingRules) -> Bookable {
        self.register(bookable(capacity, rules)).await.unwrap()
    }

    pub async fn register(&self, bookable: Bookable) -> Result<Bookable, Status> {
        let request = CreateBookableRequest {
            parent: PARENT.to_owned(),
            bookable: Some(bookable),
            request_id: String::new(),
        };
        told(self.bookables().create_bookable(request)).await
    }

    pub async fn book(&self, hall: &Bookable, from: &str, until: &str) -> Result<Booking, Status> {
        self.ask(asking(hall, booking(from, until, 1))).await
    }

    pub async fn hold(&self, hall: &Bookable, from: &str, until: &str, minutes: i32) -> Result<Booking, Status> {
        let request = CreateBookingRequest {
            hold_minutes: minutes,
            ..asking(hall, booking(from, until, 1))
        };
        self.ask(request).await
    }

    /// Books, or joins the waiting list.
    pub async fn queue(&self, hall: &Bookable, from: &str, until: &str) -> Result<Booking, Status> {
        let request = CreateBookingRequest {
            wait_if_full: true,
            ..asking(hall, booking(from, until, 1))
        };
        self.ask(request).await
    }

    pub async fn ask(&self, request: CreateBookingRequest) -> Result<Booking, Status> {
        told(self.bookings().create_booking(request)).await
    }
}

macro_rules! steps {
    ($($name:ident: $method:ident $request:ident)+) => {
        impl Party {
            $(pub async fn $name(&self, booking: &Booking) -> Result<Booking, Status> {
                let request = yihe_proto::resource::v1::$request { name: booking.name.clone(), ..Default::default() };
                told(self.bookings().$method(request)).await
            })+
        }
    };
}

steps! {
    get: get_booking GetBookingRequest
    confirm: confirm_booking ConfirmBookingRequest
    approve: approve_booking ApproveBookingRequest
    check_in: check_in_booking CheckInBookingRequest
    complete: complete_booking CompleteBookingRequest
    no_show: mark_no_show MarkNoShowRequest
}

macro_rules! steps_with_reason {
    ($($name:ident: $method:ident $request:ident)+) => {
        impl Party {
            $(pub async fn $name(&self, booking: &Booking) -> Result<Booking, Status> {
                let (name, reason) = (booking.name.clone(), "另有安排".to_owned());
                let request = yihe_proto::resource::v1::$request { name, reason };
                told(self.bookings().$method(request)).await
            })+
        }
    };
}

steps_with_reason! {
    decline: decline_booking DeclineBookingRequest
    cancel: cancel_booking CancelBookingRequest
}

/// A hall to be registered.
pub fn bookable(capacity: i64, rules: BookingRules) -> Bookable {
    Bookable {
        kind: BookableKind::Place.into(),
        title: "多功能厅".to_owned(),
        place: "党群服务中心二楼".to_owned(),
        capacity,
        rules: Some(rules),
        ..Bookable::default()
    }
}

/// A booking to be made.
pub fn booking(from: &str, until: &str, quantity: i64) -> Booking {
    Booking {
        start_time: Some(local(from).to_proto()),
        end_time: Some(local(until).to_proto()),
        quantity,
        purpose: "合唱排练".to_owned(),
        ..Booking::default()
    }
}

pub fn asking(hall: &Bookable, booking: Booking) -> CreateBookingRequest {
    CreateBookingRequest {
        parent: hall.name.clone(),
        booking: Some(booking),
        ..CreateBookingRequest::default()
    }
}

/// `2026-03-03T19:00` on the clock of the community.
pub fn local(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

/// The reason of a refusal.
#[track_caller]
pub fn reason<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    let status = answer.expect_err("this had to be refused");
    let details = status.get_error_details();
    let info = details.error_info().map(|info| info.reason.clone());
    info.unwrap_or_else(|| panic!("no reason in {status:?}"))
}

/// A value that the refusal carries.
#[track_caller]
pub fn detail<T: std::fmt::Debug>(answer: &Result<T, Status>, key: &str) -> String {
    let status = answer.as_ref().expect_err("this had to be refused");
    let details = status.get_error_details();
    let value = details.error_info().and_then(|info| info.metadata.get(key).cloned());
    value.unwrap_or_default()
}

/// The fields that a refusal names.
#[track_caller]
pub fn fields<T: std::fmt::Debug>(answer: &Result<T, Status>) -> Vec<String> {
    let status = answer.as_ref().expect_err("this had to be refused");
    let details = status.get_error_details();
    let bad = details.bad_request().map(|bad| bad.field_violations.clone());
    bad.unwrap_or_default().into_iter().map(|bad| bad.field).collect()
}
