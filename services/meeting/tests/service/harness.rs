use std::sync::Arc;

use sea_orm::ConnectionTrait;
use tonic::codegen::InterceptedService;
use tonic::service::{Interceptor, Routes};
use tonic::{Request, Status};
use tonic_types::StatusExt;
use yihe_authz::{Capacity, InternalClaims, InternalTokens, Keys, Principal, Revision, Snapshots};
use yihe_kernel::{AdjustableClock, ClientId, Ids, OrganizationId, SharedClock, UserId};
use yihe_meeting::{Deps, Started, start};
use yihe_proto::directory::v1::authority_service_server::AuthorityServiceServer;
use yihe_proto::directory::v1::calendar_service_server::CalendarServiceServer;
use yihe_proto::directory::v1::person_service_server::PersonServiceServer;
use yihe_proto::directory::v1::register_service_server::RegisterServiceServer;
use yihe_proto::directory::v1::{OrganizationKind, OrganizationStanding};
use yihe_proto::file::v1::file_lookup_service_server::FileLookupServiceServer;
use yihe_proto::meeting::v1::agenda_paper_service_client::AgendaPaperServiceClient;
use yihe_proto::meeting::v1::agenda_service_client::AgendaServiceClient;
use yihe_proto::meeting::v1::amendment_service_client::AmendmentServiceClient;
use yihe_proto::meeting::v1::ballot_service_client::BallotServiceClient;
use yihe_proto::meeting::v1::body_service_client::BodyServiceClient;
use yihe_proto::meeting::v1::clerk_service_client::ClerkServiceClient;
use yihe_proto::meeting::v1::commitment_service_client::CommitmentServiceClient;
use yihe_proto::meeting::v1::competence_service_client::CompetenceServiceClient;
use yihe_proto::meeting::v1::disclosure_service_client::DisclosureServiceClient;
use yihe_proto::meeting::v1::dissent_service_client::DissentServiceClient;
use yihe_proto::meeting::v1::invited_person_service_client::InvitedPersonServiceClient;
use yihe_proto::meeting::v1::ledger_service_client::LedgerServiceClient;
use yihe_proto::meeting::v1::mandate_service_client::MandateServiceClient;
use yihe_proto::meeting::v1::meeting_service_client::MeetingServiceClient;
use yihe_proto::meeting::v1::minutes_service_client::MinutesServiceClient;
use yihe_proto::meeting::v1::motion_service_client::MotionServiceClient;
use yihe_proto::meeting::v1::notice_service_client::NoticeServiceClient;
use yihe_proto::meeting::v1::object_service_client::ObjectServiceClient;
use yihe_proto::meeting::v1::owners_vote_service_client::OwnersVoteServiceClient;
use yihe_proto::meeting::v1::presence_service_client::PresenceServiceClient;
use yihe_proto::meeting::v1::procedure_service_client::ProcedureServiceClient;
use yihe_proto::meeting::v1::proxy_service_client::ProxyServiceClient;
use yihe_proto::meeting::v1::ratification_service_client::RatificationServiceClient;
use yihe_proto::meeting::v1::record_service_client::RecordServiceClient;
use yihe_proto::meeting::v1::recusal_service_client::RecusalServiceClient;
use yihe_proto::meeting::v1::resolution_service_client::ResolutionServiceClient;
use yihe_proto::meeting::v1::seconding_service_client::SecondingServiceClient;
use yihe_proto::meeting::v1::speaker_service_client::SpeakerServiceClient;
use yihe_proto::meeting::v1::tie_service_client::TieServiceClient;
use yihe_proto::meeting::v1::vote_service_client::VoteServiceClient;
use yihe_proto::policy::v1::RoleTerm;
use yihe_server::{Link, ServiceLink};
use yihe_store::{Backend, StoreConfig};

use crate::directory_double::DirectoryDouble;
use crate::file_double::FileDouble;
use crate::policy_double::{PolicyDouble, template};

/// Beizhan.
pub const COMMUNITY: &str = "440309002021";
pub const PARENT: &str = "communities/440309002021";
pub const BEIJING: &str = "110105010001";
pub const ELSEWHERE: &str = "communities/440309002022";

/// A Monday morning in Shenzhen.
pub const MONDAY: &str = "2026-03-02T01:00:00Z";

/// A running meeting service with its surroundings.
pub struct House {
    pub started: Started,
    pub clock: Arc<AdjustableClock>,
    pub directory: DirectoryDouble,
    /// The files.
    pub kept: FileDouble,
    pub policy: PolicyDouble,
    /// The files.
    pub ids: Ids,
    tokens: InternalTokens,
    pub files: tempfile::TempDir,
}

/// A person or client acting for an organization.
#[derive(Clone)]
pub struct Party {
    pub principal: Principal,
    pub organization: Option<OrganizationId>,
    routes: Routes,
    tokens: InternalTokens,
    clock: SharedClock,
    policy: PolicyDouble,
}

impl House {
    /// On SQLite.
    pub async fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let backend = Backend::Sqlite {
            file: files.path().join("meeting.db"),
        };
        Self::on(backend, files).await
    }

    /// On a schema of its own of a PostgreSQL server.
    pub async fn on_postgres(server: &yihe_testkit::Postgres) -> Self {
        let files = tempfile::tempdir().unwrap();
        let schema = format!(
            "meeting_{}",
            files
                .path()
                .file_name()
                .unwrap()
                .to_string_lossy()
                .to_lowercase()
                .replace('.', "")
        );
        Self::on(
            Backend::Postgres {
                url: server.url(),
                schema,
            },
            files,
        )
        .await
    }

    async fn on(backend: Backend, files: tempfile::TempDir) -> Self {
        let clock = Arc::new(AdjustableClock::starting_at(MONDAY.parse().unwrap()));
        let shared: SharedClock = clock.clone();
        let keys = Keys::load_or_create(files.path()).unwrap();
        let tokens = InternalTokens::new(&keys, shared.clone());
        let directory = DirectoryDouble::default();
        let policy = PolicyDouble::new(template());
        let link = Link::Local(
            Routes::new(AuthorityServiceServer::new(directory.clone()))
                .add_service(PersonServiceServer::new(directory.clone()))
                .add_service(CalendarServiceServer::new(directory.clone()))
                .add_service(RegisterServiceServer::new(directory.clone())),
        );
        let kept = FileDouble::default();
        let files_link = Link::Local(Routes::new(FileLookupServiceServer::new(kept.clone())));
        let store = StoreConfig::new(backend, [7; 32]);
        let started = start(Deps {
            store,
            clock: shared.clone(),
            keys,
            snapshots: Snapshots::new(Arc::new(policy.clone()), shared.clone()),
            directory: ServiceLink::new(link, tokens.clone(), "meeting", shared.clone()),
            files: ServiceLink::new(files_link, tokens.clone(), "meeting", shared.clone()),
            vote_keys: files.path().join("keys/votes"),
            directory_events: None,
        });
        let started = started.await.unwrap();
        Self {
            started,
            clock,
            directory,
            kept,
            policy,
            ids: Ids::new(shared),
            tokens,
            files,
        }
    }

    /// Changes rows behind the service's back: for what no RPC can bring about.
    pub async fn sql(&self, statement: &str) {
        let file = self.files.path().join("meeting.db");
        let database = sea_orm::Database::connect(format!("sqlite://{}", file.display()))
            .await
            .unwrap();
        let done = database.execute_unprepared(statement).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{statement}");
    }

    pub fn set(&self, instant: &str) {
        self.clock.set(instant.parse().unwrap());
    }

    /// Registers an organization as a member of the community.
    pub fn organization(&self, kind: OrganizationKind, display_name: &str) -> OrganizationId {
        let organization: OrganizationId = self.ids.next();
        self.directory.tell(OrganizationStanding {
            organization: format!("organizations/{organization}"),
            kind: kind.into(),
            display_name: display_name.to_owned(),
            active: true,
            heads: Vec::new(),
        });
        organization
    }

    /// A new person with a post in an organization.
    pub fn appoint(&self, organization: OrganizationId, role: &str) -> Party {
        self.appoint_also(self.ids.next(), organization, role)
    }

    /// A person with one more post.
    pub fn appoint_also(&self, user: UserId, organization: OrganizationId, role: &str) -> Party {
        let principal = Principal::User(user);
        self.grant_role(&principal, organization, role);
        self.party(principal, Some(organization))
    }

    /// An organization's API client.
    pub fn client(&self, organization: OrganizationId, role: &str) -> Party {
        let principal = Principal::Client(self.ids.next::<ClientId>());
        self.grant_role(&principal, organization, role);
        self.party(principal, Some(organization))
    }

    fn grant_role(&self, principal: &Principal, organization: OrganizationId, role: &str) {
        self.policy.appoint(RoleTerm {
            principal: principal.to_string(),
            capacity: format!("organizations/{organization}"),
            role: role.to_owned(),
            ..RoleTerm::default()
        });
    }

    pub fn party(&self, principal: Principal, organization: Option<OrganizationId>) -> Party {
        let (routes, clock, policy) = (self.started.routes.clone(), self.clock.clone(), self.policy.clone());
        Party {
            principal,
            organization,
            routes,
            tokens: self.tokens.clone(),
            clock,
            policy,
        }
    }
}

/// Adds what the gateway adds: the internal token of the method called.
#[derive(Clone)]
pub struct Vouch {
    party: Party,
}

impl Interceptor for Vouch {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let method = request
            .extensions()
            .get::<tonic::GrpcMethod<'static>>()
            .expect("generated clients tell the method");
        let path = format!("/{}/{}", method.service(), method.method());
        let sequence = self.party.policy.sequence();
        let revision = Revision {
            directory: sequence,
            policy: sequence,
        };
        let claims = InternalClaims {
            principal: self.party.principal.clone(),
            capacity: self.party.organization.map_or(Capacity::Own, Capacity::Organization),
            method: path,
            audience: "meeting".to_owned(),
            // nobody acts on an appointment that the gateway has not heard of
            revision,
            decided_at: self.party.clock.now(),
            token_issued_at: None,
            address: None,
        };
        let token = self.party.tokens.issue(&claims)?;
        request
            .metadata_mut()
            .insert(yihe_authz::INTERNAL_TOKEN, token.parse().unwrap());
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
    ballots: BallotServiceClient
    bodies: BodyServiceClient
    clerk: ClerkServiceClient
    meetings: MeetingServiceClient
    agenda: AgendaServiceClient
    motions: MotionServiceClient
    notices: NoticeServiceClient
    presence: PresenceServiceClient
    procedure: ProcedureServiceClient
    records: RecordServiceClient
    amendments: AmendmentServiceClient
    competence: CompetenceServiceClient
    ratifications: RatificationServiceClient
    votes: VoteServiceClient
    resolutions: ResolutionServiceClient
    objects: ObjectServiceClient
    proxies: ProxyServiceClient
    mandates: MandateServiceClient
    papers: AgendaPaperServiceClient
    speakers: SpeakerServiceClient
    invited: InvitedPersonServiceClient
    commitments: CommitmentServiceClient
    ledger: LedgerServiceClient
    minutes: MinutesServiceClient
    disclosure: DisclosureServiceClient
    recusals: RecusalServiceClient
    dissents: DissentServiceClient
    seconding: SecondingServiceClient
    ties: TieServiceClient
    owners: OwnersVoteServiceClient
}

impl Party {
    pub fn name(&self) -> String {
        format!("organizations/{}", self.organization.unwrap())
    }

    pub fn user(&self) -> UserId {
        self.principal.user().unwrap()
    }
}

/// The reason of a refusal.
#[track_caller]
pub fn reason<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    let status = answer.expect_err("this had to be refused");
    let details = status.get_error_details();
    details
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_else(|| panic!("no reason in {status:?}"))
}

/// A value that the refusal carries.
#[track_caller]
pub fn detail<T: std::fmt::Debug>(answer: &Result<T, Status>, key: &str) -> String {
    let status = answer.as_ref().expect_err("this had to be refused");
    let details = status.get_error_details();
    details
        .error_info()
        .and_then(|info| info.metadata.get(key).cloned())
        .unwrap_or_default()
}

/// The fields that a refusal names.
#[track_caller]
pub fn fields<T: std::fmt::Debug>(answer: &Result<T, Status>) -> Vec<String> {
    let status = answer.as_ref().expect_err("this had to be refused");
    let details = status.get_error_details();
    let bad = details
        .bad_request()
        .unwrap_or_else(|| panic!("no fields in {status:?}"));
    bad.field_violations
        .iter()
        .map(|violation| violation.field.clone())
        .collect()
}
