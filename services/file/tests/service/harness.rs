use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, stream};
use tonic::codegen::InterceptedService;
use tonic::service::{Interceptor, Routes};
use tonic::{Request, Status};
use tonic_types::StatusExt;
use yihe_authz::{Capacity, InternalClaims, InternalTokens, Keys, Principal, Revision, Snapshots};
use yihe_file::{Config, Deps, Started, Swept, start};
use yihe_kernel::{AdjustableClock, SharedClock};
use yihe_proto::file::v1::file_lookup_service_client::FileLookupServiceClient;
use yihe_proto::file::v1::file_service_client::FileServiceClient;
use yihe_proto::file::v1::{DownloadFileRequest, File, FileDeclaration, UploadFileRequest};
use yihe_proto::ledger::v1::object_service_server::ObjectServiceServer as LedgerObjectsServer;
use yihe_proto::meeting::v1::object_service_server::ObjectServiceServer;
use yihe_server::{Link, ServiceLink};
use yihe_store::{Backend, StoreConfig};

use crate::doubles::{Ledger, Objects, Policies};

pub const COMMUNITY: &str = "communities/440309002021";
pub const MEETING: &str = "communities/440309002021/meetings/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
pub const OTHER_MEETING: &str = "communities/440309002022/meetings/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
pub const ITEM: &str = "communities/440309002021/meetings/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f/agendaItems/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e60";
pub const USER: &str = "users/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e61";
pub const ORGANIZATION: &str = "organizations/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e62";
pub const OTHER_ORGANIZATION: &str = "organizations/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e63";
pub const COMMITTEE: &str = "organizations/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e64";

/// A running file service with its surroundings.
pub struct House {
    pub started: Started,
    pub clock: Arc<AdjustableClock>,
    pub objects: Objects,
    pub ledger: Ledger,
    keys: Keys,
    config: Config,
    backend: Backend,
    data: tempfile::TempDir,
}

/// Adds what the gateway, or a service's link, adds: the internal token of the method called.
#[derive(Clone)]
pub struct Vouch {
    tokens: InternalTokens,
    clock: SharedClock,
    principal: Principal,
    capacity: Capacity,
}

impl Interceptor for Vouch {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let method = request.extensions().get::<tonic::GrpcMethod<'static>>();
        let method = method.expect("generated clients tell the method");
        let token = self.tokens.issue(&InternalClaims {
            principal: self.principal.clone(),
            capacity: self.capacity,
            method: format!("/{}/{}", method.service(), method.method()),
            audience: "file".to_owned(),
            revision: Revision::default(),
            decided_at: self.clock.now(),
            token_issued_at: None,
            address: None,
        })?;
        let name = yihe_authz::INTERNAL_TOKEN;
        request.metadata_mut().insert(name, token.parse().unwrap());
        Ok(request)
    }
}

pub type Files = FileServiceClient<InterceptedService<Link, Vouch>>;

impl House {
    /// On SQLite, as it is shipped.
    pub async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub async fn with(config: Config) -> Self {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("file.db");
        Self::on(Backend::Sqlite { file }, config, data).await
    }

    pub async fn on(backend: Backend, config: Config, data: tempfile::TempDir) -> Self {
        let clock = Arc::new(AdjustableClock::starting_at("2026-03-02T01:00:00Z".parse().unwrap()));
        let keys = Keys::load_or_create(data.path()).unwrap();
        let objects = Objects::default();
        objects.tell(MEETING);
        objects.tell(ITEM);
        objects.tell(OTHER_MEETING);
        let ledger = Ledger::default();
        let started = run(&backend, config, data.path(), &keys, &clock, (&objects, &ledger)).await;
        Self {
            started,
            clock,
            objects,
            ledger,
            keys,
            config,
            backend,
            data,
        }
    }

    /// The same house after the process has gone and come back.
    pub async fn again(self) -> Self {
        drop(self.started);
        let started = run(
            &self.backend,
            self.config,
            self.data.path(),
            &self.keys,
            &self.clock,
            (&self.objects, &self.ledger),
        )
        .await;
        Self { started, ..self }
    }

    fn vouch(&self, principal: &str, capacity: &str) -> Vouch {
        let clock: SharedClock = self.clock.clone();
        Vouch {
            tokens: InternalTokens::new(&self.keys, clock.clone()),
            clock,
            principal: principal.parse().unwrap(),
            capacity: capacity.parse().unwrap(),
        }
    }

    /// Files, as a person of the first organization.
    pub fn files(&self) -> Files {
        self.files_of(ORGANIZATION)
    }

    pub fn files_of(&self, organization: &str) -> Files {
        let vouch = self.vouch(USER, organization);
        FileServiceClient::with_interceptor(Link::Local(self.started.routes.clone()), vouch)
    }

    /// What services ask, as one of them.
    pub fn lookup(&self, service: &str) -> FileLookupServiceClient<InterceptedService<Link, Vouch>> {
        let vouch = self.vouch(&format!("services/{service}"), "self");
        FileLookupServiceClient::with_interceptor(Link::Local(self.started.routes.clone()), vouch)
    }

    pub async fn upload(&self, declaration: FileDeclaration, content: &[u8]) -> Result<File, Status> {
        self.send(stream::iter(messages(declaration, content))).await
    }

    pub async fn send(&self, messages: impl Stream<Item = UploadFileRequest> + Send + 'static) -> Result<File, Status> {
        Ok(self.files().upload_file(messages).await?.into_inner())
    }

    pub async fn download(&self, name: &str) -> Result<Vec<u8>, Status> {
        let request = DownloadFileRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        let mut stream = self.files().download_file(request).await?.into_inner();
        let mut content = Vec::new();
        while let Some(message) = stream.message().await? {
            content.extend_from_slice(&message.chunk);
        }
        Ok(content)
    }

    /// The folder for the bytes.
    pub fn folder(&self) -> PathBuf {
        self.data.path().join("files")
    }

    /// Everything that lies in the folder, by path.
    pub fn lying(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.folder(), &mut found);
        found.sort_unstable();
        found
    }

    /// Waits until as much as that lies in the folder: what a broken upload leaves is removed beside the call.
    pub async fn until_lying(&self, count: usize) {
        for _ in 0..100 {
            if self.lying().len() == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("not {count}: {:?}", self.lying());
    }

    pub async fn sweep(&self) -> Swept {
        self.started.sweeper.sweep().await.unwrap()
    }
}

async fn run(
    backend: &Backend,
    config: Config,
    data: &Path,
    keys: &Keys,
    clock: &Arc<AdjustableClock>,
    (objects, ledger): (&Objects, &Ledger),
) -> Started {
    let shared: SharedClock = clock.clone();
    let objects = Routes::new(ObjectServiceServer::new(objects.clone()));
    let ledger = Routes::new(LedgerObjectsServer::new(ledger.clone()));
    let tokens = InternalTokens::new(keys, shared.clone());
    let deps = Deps {
        store: StoreConfig::new(backend.clone(), [7; 32]),
        folder: data.join("files"),
        clock: shared.clone(),
        keys: keys.clone(),
        snapshots: Snapshots::new(Arc::new(Policies), shared.clone()),
        meeting: ServiceLink::new(Link::Local(objects), tokens.clone(), "file", shared.clone()),
        ledger: ServiceLink::new(Link::Local(ledger), tokens, "file", shared),
        // tests sweep when they want to
        config: Config {
            sweep_every: Duration::from_secs(86_400),
            ..config
        },
    };
    let started = start(deps).await.unwrap();
    // the first sweep comes with the start
    tokio::time::sleep(Duration::from_millis(50)).await;
    started
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path.display().to_string());
        }
    }
}

pub fn declare(owner_object: &str, content: &[u8]) -> FileDeclaration {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(content);
    FileDeclaration {
        owner_object: owner_object.to_owned(),
        file_name: "记录.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        size_bytes: i64::try_from(content.len()).unwrap(),
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        request_id: String::new(),
    }
}

pub fn messages(declaration: FileDeclaration, content: &[u8]) -> Vec<UploadFileRequest> {
    let first = UploadFileRequest {
        declaration: Some(declaration),
        chunk: Vec::new(),
    };
    let chunks = content.chunks(100_000).map(|chunk| UploadFileRequest {
        declaration: None,
        chunk: chunk.to_vec(),
    });
    std::iter::once(first).chain(chunks).collect()
}

/// The reason of a refusal.
#[track_caller]
pub fn reason<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    let status = answer.expect_err("this had to be refused");
    let details = status.get_error_details();
    let info = details.error_info();
    info.map(|info| info.reason.clone())
        .unwrap_or_else(|| panic!("no reason in {status:?}"))
}

/// Names of the files of an object.
pub async fn listed(house: &House, owner_object: &str) -> Vec<String> {
    let request = yihe_proto::file::v1::ListFilesRequest {
        owner_object: owner_object.to_owned(),
        show_retired: true,
        ..Default::default()
    };
    let files = house.files().list_files(request).await.unwrap().into_inner().files;
    files.into_iter().map(|file| file.name).collect()
}
