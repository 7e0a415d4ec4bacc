use std::path::PathBuf;
use std::sync::Arc;

use tonic::codegen::InterceptedService;
use tonic::service::{Interceptor, Routes};
use tonic::{Request, Status};
use tonic_types::StatusExt;
use uuid::Uuid;
use yihe_authz::{Capacity, InternalClaims, InternalTokens, Keys, Principal, Revision, Snapshots};
use yihe_kernel::{AdjustableClock, Ids, SharedClock};
use yihe_ledger::{Deps, Started, start};
use yihe_proto::directory::v1::authority_service_server::AuthorityServiceServer;
use yihe_proto::file::v1::file_lookup_service_server::FileLookupServiceServer;
use yihe_proto::ledger::v1::account_service_client::AccountServiceClient;
use yihe_proto::ledger::v1::exchange_service_client::ExchangeServiceClient;
use yihe_proto::ledger::v1::fund_service_client::FundServiceClient;
use yihe_proto::ledger::v1::good_service_client::GoodServiceClient;
use yihe_proto::ledger::v1::object_service_client::ObjectServiceClient;
use yihe_proto::ledger::v1::service_record_service_client::ServiceRecordServiceClient;
use yihe_proto::ledger::v1::statement_service_client::StatementServiceClient;
use yihe_proto::ledger::v1::transfer_service_client::TransferServiceClient;
use yihe_proto::ledger::v1::*;
use yihe_proto::meeting::v1::object_service_server::ObjectServiceServer;
use yihe_proto::resource::v1::project_facts_service_server::ProjectFactsServiceServer;
use yihe_server::{Link, ServiceLink};
use yihe_store::{Backend, StoreConfig};
use yihe_testkit::Postgres;
use yihe_testkit::crash::{Database, Place};

use crate::doubles::{Directory, Files, Meeting, Policies, Projects};

pub const COMMUNITY: &str = "communities/440309002021";
pub const OTHER_COMMUNITY: &str = "communities/440309002022";

/// A running ledger with its surroundings.
pub struct House {
    pub started: Started,
    pub clock: Arc<AdjustableClock>,
    pub directory: Directory,
    pub files: Files,
    pub meeting: Meeting,
    pub projects: Projects,
    pub ids: Ids,
    policies: Policies,
    keys: Keys,
    backend: Backend,
    folder: PathBuf,
    _data: Option<tempfile::TempDir>,
}

/// Adds what the gateway adds: the internal token of the method called.
#[derive(Clone)]
pub struct Vouch {
    tokens: InternalTokens,
    clock: SharedClock,
    principal: Principal,
    capacity: Capacity,
    policies: Policies,
}

impl Interceptor for Vouch {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let method = request.extensions().get::<tonic::GrpcMethod<'static>>().unwrap();
        let token = self.tokens.issue(&InternalClaims {
            principal: self.principal.clone(),
            capacity: self.capacity,
            method: format!("/{}/{}", method.service(), method.method()),
            audience: "ledger".to_owned(),
            revision: Revision {
                directory: self.policies.sequence(),
                policy: 1,
            },
            decided_at: self.clock.now(),
            token_issued_at: None,
            address: None,
        })?;
        let name = yihe_authz::INTERNAL_TOKEN;
        request.metadata_mut().insert(name, token.parse().unwrap());
        Ok(request)
    }
}

/// Somebody acting for an organization, or for itself.
#[derive(Clone)]
pub struct Party {
    /// `users/{user}` or `clients/{client}`.
    pub principal: String,
    /// `organizations/{organization}` or `self`.
    pub capacity: String,
    routes: Routes,
    vouch: Vouch,
}

type Client<T> = InterceptedService<T, Vouch>;

impl House {
    /// On SQLite.
    pub async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("ledger.db");
        Self::on(Backend::Sqlite { file }, data.path().to_owned(), Some(data)).await
    }

    /// Over data that stay.
    pub async fn at(place: &Place) -> Self {
        let folder = place.folder.clone();
        let backend = match place.database.clone() {
            Some(Database { url, schema }) => Backend::Postgres { url, schema },
            None => Backend::Sqlite {
                file: folder.join("ledger.db"),
            },
        };
        Self::on(backend, folder, None).await
    }

    /// On a schema of its own of a PostgreSQL server.
    pub async fn on_postgres(server: &Postgres, schema: &str) -> Self {
        let backend = Backend::Postgres {
            url: server.url(),
            schema: schema.to_owned(),
        };
        let data = tempfile::tempdir().unwrap();
        Self::on(backend, data.path().to_owned(), Some(data)).await
    }

    async fn on(backend: Backend, folder: PathBuf, data: Option<tempfile::TempDir>) -> Self {
        let clock = Arc::new(AdjustableClock::starting_at("2026-03-02T01:00:00Z".parse().unwrap()));
        let keys = Keys::load_or_create(&folder).unwrap();
        let (directory, files, policies) = (Directory::default(), Files::default(), Policies::default());
        let (meeting, projects) = (Meeting::default(), Projects::default());
        let doubles = (&directory, &files, &meeting, &projects, &policies);
        let started = run(&backend, &keys, &clock, doubles).await;
        Self {
            started,
            ids: Ids::new(clock.clone()),
            clock,
            directory,
            files,
            meeting,
            projects,
            policies,
            keys,
            backend,
            folder,
            _data: data,
        }
    }

    /// The same house after the process has gone and come back.
    pub async fn again(self) -> Self {
        drop(self.started);
        let doubles = (
            &self.directory,
            &self.files,
            &self.meeting,
            &self.projects,
            &self.policies,
        );
        let started = run(&self.backend, &self.keys, &self.clock, doubles).await;
        Self { started, ..self }
    }

    /// The folder with the data.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    pub fn id(&self) -> String {
        self.ids.next::<Uuid>().to_string()
    }

    pub fn party(&self, principal: &str, capacity: &str, role: &str) -> Party {
        self.policies.appoint(principal, capacity, role);
        self.vouched(principal, capacity)
    }

    /// Another service of the node.
    pub fn service(&self, name: &str) -> Party {
        self.vouched(&format!("services/{name}"), "self")
    }

    fn vouched(&self, principal: &str, capacity: &str) -> Party {
        let clock: SharedClock = self.clock.clone();
        Party {
            principal: principal.to_owned(),
            capacity: capacity.to_owned(),
            routes: self.started.routes.clone(),
            vouch: Vouch {
                tokens: InternalTokens::new(&self.keys, clock.clone()),
                clock,
                principal: principal.parse().unwrap(),
                capacity: capacity.parse().unwrap(),
                policies: self.policies.clone(),
            },
        }
    }

    /// A person acting for a new organization.
    pub fn unit(&self, role: &str) -> Party {
        let (user, organization) = (self.id(), self.id());
        self.party(&format!("users/{user}"), &format!("organizations/{organization}"), role)
    }

    /// The secretary of the committee.
    pub fn secretary(&self) -> Party {
        self.unit("PARTY_COMMITTEE/SECRETARY")
    }

    /// A resident, for itself.
    pub fn resident(&self) -> Party {
        self.party(&format!("users/{}", self.id()), "self", "COMPOUND/OWNER")
    }

    /// A voucher that the file service knows.
    pub fn voucher(&self) -> String {
        let name = format!("{COMMUNITY}/files/{}", self.id());
        self.files.keep(&name);
        name
    }

    /// A party with an account of its own and so much in it.
    pub async fn holder(&self, secretary: &Party, unit: Unit, amount: i64) -> (Party, String) {
        let party = self.resident();
        let account = party.open(self, unit).await.unwrap().name;
        if amount > 0 {
            secretary.issue(self, &account, amount).await.unwrap();
        }
        (party, account)
    }
}

async fn run(
    backend: &Backend,
    keys: &Keys,
    clock: &Arc<AdjustableClock>,
    (directory, files, meeting, projects, policies): (&Directory, &Files, &Meeting, &Projects, &Policies),
) -> Started {
    let shared: SharedClock = clock.clone();
    let tokens = InternalTokens::new(keys, shared.clone());
    let link = |routes| ServiceLink::new(Link::Local(routes), tokens.clone(), "ledger", clock.clone());
    let deps = Deps {
        store: StoreConfig::new(backend.clone(), [7; 32]),
        clock: shared.clone(),
        keys: keys.clone(),
        snapshots: Snapshots::new(Arc::new(policies.clone()), shared),
        directory: link(Routes::new(AuthorityServiceServer::new(directory.clone()))),
        files: link(Routes::new(FileLookupServiceServer::new(files.clone()))),
        meeting: link(Routes::new(ObjectServiceServer::new(meeting.clone()))),
        resource: link(Routes::new(ProjectFactsServiceServer::new(projects.clone()))),
    };
    start(deps).await.unwrap()
}

impl Party {
    fn link(&self) -> Link {
        Link::Local(self.routes.clone())
    }

    pub fn accounts(&self) -> AccountServiceClient<Client<Link>> {
        AccountServiceClient::with_interceptor(self.link(), self.vouch.clone())
    }

    pub fn transfers(&self) -> TransferServiceClient<Client<Link>> {
        TransferServiceClient::with_interceptor(self.link(), self.vouch.clone())
    }

    pub fn statements(&self) -> StatementServiceClient<Client<Link>> {
        StatementServiceClient::with_interceptor(self.link(), self.vouch.clone())
    }

    pub fn services(&self) -> ServiceRecordServiceClient<Client<Link>> {
        ServiceRecordServiceClient::with_interceptor(self.link(), self.vouch.clone())
    }

    pub fn goods(&self) -> GoodServiceClient<Client<Link>> {
        GoodServiceClient::with_interceptor(self.link(), self.vouch.clone())
    }

    pub fn exchange(&self) -> ExchangeServiceClient<Client<Link>> {
        ExchangeServiceClient::with_interceptor(self.link(), self.vouch.clone())
    }

    pub fn funds(&self) -> FundServiceClient<Client<Link>> {
        FundServiceClient::with_interceptor(self.link(), self.vouch.clone())
    }

    pub fn objects(&self) -> ObjectServiceClient<Client<Link>> {
        ObjectServiceClient::with_interceptor(self.link(), self.vouch.clone())
    }

    /// Whose accounts it opens.
    pub fn owner(&self) -> String {
        match self.capacity.as_str() {
            "self" => self.principal.clone(),
            organization => organization.to_owned(),
        }
    }

    pub async fn open(&self, house: &House, unit: Unit) -> Result<Account, Status> {
        let request = OpenAccountRequest {
            parent: COMMUNITY.to_owned(),
            account: Some(Account {
                owner: self.owner(),
                unit: unit.into(),
                ..Account::default()
            }),
            request_id: house.id(),
        };
        Ok(self.accounts().open_account(request).await?.into_inner())
    }

    pub async fn account(&self, name: &str) -> Result<Account, Status> {
        let request = GetAccountRequest { name: name.to_owned() };
        Ok(self.accounts().get_account(request).await?.into_inner())
    }

    pub async fn issue(&self, house: &House, account: &str, amount: i64) -> Result<Transfer, Status> {
        let request = IssueCreditsRequest {
            account: account.to_owned(),
            amount,
            memo: "opening".to_owned(),
            request_id: house.id(),
        };
        Ok(self.transfers().issue_credits(request).await?.into_inner())
    }

    pub async fn send(&self, house: &House, transfers: Vec<Transfer>) -> Result<Vec<Transfer>, Status> {
        let request = CreateTransfersRequest {
            parent: COMMUNITY.to_owned(),
            transfers,
            request_id: house.id(),
            validate_only: false,
        };
        Ok(self.transfers().create_transfers(request).await?.into_inner().transfers)
    }

    /// Makes one transfer.
    pub async fn pay(&self, house: &House, transfer: Transfer) -> Result<Transfer, Status> {
        Ok(self.send(house, vec![transfer]).await?.remove(0))
    }

    pub async fn post(&self, name: &str, amount: i64) -> Result<Transfer, Status> {
        let request = PostHoldRequest {
            name: name.to_owned(),
            amount,
        };
        Ok(self.transfers().post_hold(request).await?.into_inner())
    }

    pub async fn void(&self, name: &str) -> Result<Transfer, Status> {
        let request = VoidHoldRequest { name: name.to_owned() };
        Ok(self.transfers().void_hold(request).await?.into_inner())
    }

    pub async fn correct(&self, house: &House, name: &str) -> Result<Transfer, Status> {
        let request = CorrectTransferRequest {
            name: name.to_owned(),
            memo: "entered twice".to_owned(),
            request_id: house.id(),
            ..CorrectTransferRequest::default()
        };
        Ok(self.transfers().correct_transfer(request).await?.into_inner())
    }

    pub async fn balance(&self, name: &str) -> i64 {
        self.account(name).await.unwrap().balance
    }

    /// All postings of an account.
    pub async fn postings(&self, name: &str) -> Vec<Posting> {
        // small pages, so that there are several
        self.postings_by(name, 7).await
    }

    /// The same by pages of so many.
    pub async fn postings_by(&self, name: &str, page_size: i32) -> Vec<Posting> {
        let mut all = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListPostingsRequest {
                parent: name.to_owned(),
                page_size,
                page_token,
            };
            let answer = self.statements().list_postings(request).await.unwrap().into_inner();
            all.extend(answer.postings);
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                return all;
            }
        }
    }

    pub async fn trial_balance(&self) -> Vec<TrialBalanceLine> {
        let request = ComputeTrialBalanceRequest {
            parent: COMMUNITY.to_owned(),
        };
        let answer = self.statements().compute_trial_balance(request).await;
        answer.unwrap().into_inner().lines
    }
}

/// A transfer to ask for.
pub fn transfer(debit: &str, credit: &str, unit: Unit, amount: i64) -> Transfer {
    Transfer {
        debit_account: debit.to_owned(),
        credit_account: credit.to_owned(),
        unit: unit.into(),
        amount,
        memo: "thanks".to_owned(),
        ..Transfer::default()
    }
}

/// The same as a hold for so many seconds.
pub fn hold(house: &House, transfer: Transfer, seconds: i64) -> Transfer {
    use yihe_kernel::Clock;
    Transfer {
        expire_time: Some(house.clock.now().plus_seconds(seconds).to_proto()),
        ..transfer
    }
}

/// The reason of a refusal.
#[track_caller]
pub fn reason<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    refusal(answer).0
}

/// The reason of a refusal, and one of its figures.
#[track_caller]
pub fn possible<T: std::fmt::Debug>(answer: Result<T, Status>) -> (String, String) {
    let (reason, mut metadata) = refusal(answer);
    (reason, metadata.remove("possible").unwrap_or_default())
}

#[track_caller]
fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (String, std::collections::HashMap<String, String>) {
    let status = answer.unwrap_err();
    let details = status.get_error_details();
    match details.error_info() {
        Some(info) => (info.reason.clone(), info.metadata.clone()),
        None => panic!("no reason in {status:?}"),
    }
}
