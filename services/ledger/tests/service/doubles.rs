use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream::{BoxStream, Pending, once, pending};
use tonic::{Request, Response, Status, async_trait};
use yihe_authz::{Revision, Scope, SnapshotSource};
use yihe_kernel::Result;
use yihe_proto::directory::v1::authority_service_server::AuthorityService;
use yihe_proto::directory::v1::{
    Authority, AuthorityChange, GetAuthorityRequest, LookupOrganizationsRequest, LookupOrganizationsResponse,
    OrganizationStanding, WatchAuthorityRequest,
};
use yihe_proto::file::v1::file_lookup_service_server::FileLookupService;
use yihe_proto::file::v1::{
    File, FileState, LookupFilesRequest, LookupFilesResponse, RetainFilesRequest, RetainFilesResponse,
};
use yihe_proto::meeting::v1::object_service_server::ObjectService;
use yihe_proto::meeting::v1::{GetObjectFactsRequest, ObjectFacts};
use yihe_proto::policy::v1 as pb;
use yihe_proto::resource::v1::project_facts_service_server::ProjectFactsService;
use yihe_proto::resource::v1::{GetProjectFactsRequest, ProjectFacts};

use crate::harness::{COMMUNITY, OTHER_COMMUNITY};

/// A directory in which every organization but one is a member.
#[derive(Clone, Default)]
pub struct Directory {
    strangers: Arc<Mutex<Vec<String>>>,
}

impl Directory {
    /// The organization is no member.
    pub fn leave(&self, organization: &str) {
        self.strangers.lock().unwrap().push(organization.to_owned());
    }
}

#[async_trait]
impl AuthorityService for Directory {
    type WatchAuthorityStream = Pending<Result<AuthorityChange, Status>>;

    async fn get_authority(&self, _: Request<GetAuthorityRequest>) -> Result<Response<Authority>, Status> {
        Err(Status::unimplemented("not asked by the ledger"))
    }

    async fn watch_authority(
        &self,
        _: Request<WatchAuthorityRequest>,
    ) -> Result<Response<Self::WatchAuthorityStream>, Status> {
        Err(Status::unimplemented("not asked by the ledger"))
    }

    async fn lookup_organizations(
        &self,
        request: Request<LookupOrganizationsRequest>,
    ) -> Result<Response<LookupOrganizationsResponse>, Status> {
        let strangers = self.strangers.lock().unwrap();
        let asked = request.into_inner().organizations.into_iter();
        let organizations = asked
            .filter(|name| !strangers.contains(name))
            .map(|organization| OrganizationStanding {
                display_name: format!("the unit {organization}"),
                organization,
                active: true,
                ..OrganizationStanding::default()
            });
        Ok(Response::new(LookupOrganizationsResponse {
            organizations: organizations.collect(),
            ..LookupOrganizationsResponse::default()
        }))
    }
}

/// A file service that knows what it was told of.
#[derive(Clone, Default)]
pub struct Files {
    known: Arc<Mutex<HashMap<String, File>>>,
}

impl Files {
    /// A file in use.
    pub fn keep(&self, name: &str) {
        let file = File {
            name: name.to_owned(),
            state: FileState::Active.into(),
            ..File::default()
        };
        self.known.lock().unwrap().insert(name.to_owned(), file);
    }

    /// Whether somebody demanded that a file is kept.
    pub fn is_retained(&self, name: &str) -> bool {
        let known = self.known.lock().unwrap();
        known.get(name).is_some_and(|file| file.retain_until_time.is_some())
    }
}

#[async_trait]
impl FileLookupService for Files {
    async fn lookup_files(
        &self,
        request: Request<LookupFilesRequest>,
    ) -> Result<Response<LookupFilesResponse>, Status> {
        let known = self.known.lock().unwrap();
        let asked = request.into_inner().names;
        let files = asked.iter().filter_map(|name| known.get(name).cloned()).collect();
        Ok(Response::new(LookupFilesResponse { files }))
    }

    async fn retain_files(
        &self,
        request: Request<RetainFilesRequest>,
    ) -> Result<Response<RetainFilesResponse>, Status> {
        let mut known = self.known.lock().unwrap();
        let request = request.into_inner();
        let mut files = Vec::new();
        for name in request.names {
            let file = known.get_mut(&name).ok_or_else(|| Status::not_found(name))?;
            file.retain_until_time = request.retain_until_time;
            files.push(file.clone());
        }
        Ok(Response::new(RetainFilesResponse { files }))
    }
}

/// A meeting service that knows the resolutions it was told of.
#[derive(Clone, Default)]
pub struct Meeting {
    resolutions: Arc<Mutex<Vec<String>>>,
}

impl Meeting {
    /// There is such a resolution.
    pub fn adopt(&self, name: &str) {
        self.resolutions.lock().unwrap().push(name.to_owned());
    }
}

#[async_trait]
impl ObjectService for Meeting {
    async fn get_object_facts(&self, request: Request<GetObjectFactsRequest>) -> Result<Response<ObjectFacts>, Status> {
        let exists = self.resolutions.lock().unwrap().contains(&request.into_inner().name);
        Ok(Response::new(ObjectFacts {
            exists,
            ..ObjectFacts::default()
        }))
    }
}

/// A resource service that knows the projects and claims it was told of.
#[derive(Clone, Default)]
pub struct Projects {
    open: Arc<Mutex<HashMap<String, String>>>,
}

impl Projects {
    /// There is such a project, and it goes on.
    pub fn open(&self, project: &str) {
        self.claim(project, project);
    }

    /// There is such a claim, of a project or of none.
    pub fn claim(&self, claim: &str, project: &str) {
        self.open.lock().unwrap().insert(claim.to_owned(), project.to_owned());
    }

    /// It was ended.
    pub fn end(&self, name: &str) {
        self.open.lock().unwrap().remove(name);
    }
}

#[async_trait]
impl ProjectFactsService for Projects {
    async fn get_project_facts(
        &self,
        request: Request<GetProjectFactsRequest>,
    ) -> Result<Response<ProjectFacts>, Status> {
        let project = self.open.lock().unwrap().get(&request.into_inner().name).cloned();
        Ok(Response::new(ProjectFacts {
            open: project.is_some(),
            project: project.unwrap_or_default(),
        }))
    }
}

/// Policies as the template has them, in short, and the posts of those it was told of.
#[derive(Clone, Default)]
pub struct Policies {
    roles: Arc<Mutex<Vec<pb::RoleTerm>>>,
}

impl Policies {
    /// Rises with every role given.
    pub fn sequence(&self) -> u64 {
        self.roles.lock().unwrap().len() as u64 + 1
    }

    /// Gives a role.
    pub fn appoint(&self, principal: &str, capacity: &str, role: &str) {
        self.roles.lock().unwrap().push(pb::RoleTerm {
            principal: principal.to_owned(),
            capacity: capacity.to_owned(),
            role: role.to_owned(),
            ..pb::RoleTerm::default()
        });
    }
}

fn grants() -> Vec<pb::Grant> {
    let grant = |role: &str, permission: &str, condition: pb::Condition| pb::Grant {
        id: format!("{role} {permission} {}", condition.as_str_name()),
        role: role.to_owned(),
        domain: "*".to_owned(),
        permission: permission.to_owned(),
        effect: pb::Effect::Allow.into(),
        condition: condition.into(),
        ..pb::Grant::default()
    };
    let mut all = Vec::new();
    let committee = [
        "account.get",
        "account.list",
        "account.set_limits",
        "balance.get",
        "credit.issue",
        "rate.publish",
        "posting.list",
        "hold.list",
        "redemption.list",
        "statement.export",
        "transfer.get",
        "transfer.correct",
        "trial_balance.compute",
    ];
    for act in committee {
        all.push(grant(
            "PARTY_COMMITTEE/SECRETARY",
            &format!("ledger.{act}"),
            pb::Condition::Unspecified,
        ));
    }
    let own = [
        "account.open",
        "account.get",
        "account.list",
        "account.close",
        "balance.get",
        "posting.list",
        "hold.list",
        "redemption.list",
        "statement.export",
        "transfer.create",
        "transfer.get",
        "transfer.correct",
        "hold.post",
        "hold.void",
        "service.record",
        "service.confirm",
        "service.reject",
        "service.get",
        "service.list",
        "good.restock",
        "good.retire",
        "redemption.create",
        "credit.exchange",
        "redemption.fulfil",
        "redemption.cancel",
        "redemption.get",
        "fund.close",
        "contribution.create",
        "expense.record",
        "share.return",
    ];
    let open = [
        "good.create",
        "fund.create",
        "good.get",
        "rate.list",
        "good.list",
        "fund.get",
        "fund.list",
        "contribution.list",
        "contribution.trace",
        "expense.get",
        "expense.list",
    ];
    for act in open {
        all.push(grant("*/*", &format!("ledger.{act}"), pb::Condition::Unspecified));
    }
    for act in own {
        for condition in [pb::Condition::Owner, pb::Condition::Caller] {
            all.push(grant("*/*", &format!("ledger.{act}"), condition));
        }
    }
    all
}

#[async_trait]
impl SnapshotSource for Policies {
    async fn snapshot(&self, scope: Option<&Scope>, _: Option<Revision>) -> Result<pb::Snapshot> {
        let community = scope.map(ToString::to_string).unwrap_or_default();
        let is_here = community == COMMUNITY || community == OTHER_COMMUNITY;
        Ok(pb::Snapshot {
            community,
            revision: Some(pb::Revision {
                directory_sequence: self.sequence(),
                policy_sequence: 1,
            }),
            grants: grants(),
            roles: match is_here {
                true => self.roles.lock().unwrap().clone(),
                false => Vec::new(),
            },
            ..pb::Snapshot::default()
        })
    }

    async fn watch(&self) -> Result<BoxStream<'static, Result<pb::RevisionChange>>> {
        let first = once(async { Ok(pb::RevisionChange::default()) });
        Ok(first.chain(pending()).boxed())
    }
}
