use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream::{BoxStream, once, pending};
use tokio::sync::watch;
use tonic::{Request, Response, Status, async_trait};
use yihe_authz::{Revision, Scope, SnapshotSource};
use yihe_kernel::{CommunityId, Result};
use yihe_proto::directory::v1::authority_service_server::AuthorityService;
use yihe_proto::directory::v1::{
    Authority, AuthorityChange, GetAuthorityRequest, LookupOrganizationsRequest, LookupOrganizationsResponse,
    OrganizationStanding, WatchAuthorityRequest,
};
use yihe_proto::meeting::v1::object_service_server::ObjectService;
use yihe_proto::meeting::v1::{GetObjectFactsRequest, ObjectFacts};
use yihe_proto::policy::v1 as policy;

/// A directory that knows what it was told.
#[derive(Clone, Default)]
pub struct DirectoryDouble {
    known: Arc<Mutex<HashMap<String, OrganizationStanding>>>,
}

impl DirectoryDouble {
    pub fn tell(&self, standing: OrganizationStanding) {
        let name = standing.organization.clone();
        self.known.lock().unwrap().insert(name, standing);
    }

    pub fn end(&self, organization: &str) {
        self.known.lock().unwrap().get_mut(organization).unwrap().active = false;
    }
}

#[async_trait]
impl AuthorityService for DirectoryDouble {
    type WatchAuthorityStream = tokio_stream::Pending<Result<AuthorityChange, Status>>;

    async fn get_authority(&self, _: Request<GetAuthorityRequest>) -> Result<Response<Authority>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn watch_authority(
        &self,
        _: Request<WatchAuthorityRequest>,
    ) -> Result<Response<Self::WatchAuthorityStream>, Status> {
        Err(Status::unimplemented("not asked by this service"))
    }

    async fn lookup_organizations(
        &self,
        request: Request<LookupOrganizationsRequest>,
    ) -> Result<Response<LookupOrganizationsResponse>, Status> {
        let known = self.known.lock().unwrap();
        let asked = request.into_inner().organizations;
        let organizations = asked.iter().filter_map(|name| known.get(name).cloned()).collect();
        Ok(Response::new(LookupOrganizationsResponse {
            organizations,
            ..Default::default()
        }))
    }
}

/// A meeting service that knows the resolutions it was told of.
#[derive(Clone, Default)]
pub struct MeetingDouble {
    resolutions: Arc<Mutex<Vec<String>>>,
}

impl MeetingDouble {
    pub fn adopt(&self, name: &str) {
        self.resolutions.lock().unwrap().push(name.to_owned());
    }
}

#[async_trait]
impl ObjectService for MeetingDouble {
    async fn get_object_facts(&self, request: Request<GetObjectFactsRequest>) -> Result<Response<ObjectFacts>, Status> {
        let exists = self.resolutions.lock().unwrap().contains(&request.into_inner().name);
        Ok(Response::new(ObjectFacts {
            exists,
            ..ObjectFacts::default()
        }))
    }
}

/// A source of snapshots that says what it was told.
#[derive(Clone)]
pub struct PolicyDouble {
    roles: Arc<Mutex<Vec<policy::RoleTerm>>>,
    revision: Arc<watch::Sender<u64>>,
}

impl Default for PolicyDouble {
    fn default() -> Self {
        Self {
            roles: Arc::default(),
            revision: Arc::new(watch::Sender::new(1)),
        }
    }
}

impl PolicyDouble {
    pub fn appoint(&self, role: policy::RoleTerm) {
        self.roles.lock().unwrap().push(role);
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// The newest sequence, of directory and policies alike.
    pub fn sequence(&self) -> u64 {
        *self.revision.borrow()
    }

    fn revision(&self) -> policy::Revision {
        let sequence = self.sequence();
        policy::Revision {
            directory_sequence: sequence,
            policy_sequence: sequence,
        }
    }
}

#[async_trait]
impl SnapshotSource for PolicyDouble {
    async fn snapshot(&self, scope: Option<&Scope>, _: Option<Revision>) -> Result<policy::Snapshot> {
        let community = scope.and_then(Scope::community);
        Ok(policy::Snapshot {
            community: scope.map(ToString::to_string).unwrap_or_default(),
            revision: Some(self.revision()),
            grants: grants(),
            roles: match community.map(CommunityId::as_str) {
                Some(crate::harness::COMMUNITY) => self.roles.lock().unwrap().clone(),
                _ => Vec::new(),
            },
            ..policy::Snapshot::default()
        })
    }

    async fn watch(&self) -> Result<BoxStream<'static, Result<policy::RevisionChange>>> {
        let this = self.clone();
        let changes = tokio_stream::wrappers::WatchStream::from_changes(self.revision.subscribe()).map(move |_| {
            Ok(policy::RevisionChange {
                community: crate::harness::PARENT.to_owned(),
                revision: Some(this.revision()),
                ..policy::RevisionChange::default()
            })
        });
        let first = once(async { Ok(policy::RevisionChange::default()) });
        Ok(first.chain(changes).chain(pending()).boxed())
    }
}

/// What the template grants here, in short.
fn grants() -> Vec<policy::Grant> {
    use policy::Condition::{Assignee, Caller, Owner, Unspecified};
    let mut grants = Vec::new();
    let mut grant = |role: &str, permissions: &[&str], condition: policy::Condition| {
        for permission in permissions {
            grants.push(policy::Grant {
                id: format!("{role} {permission} {}", condition.as_str_name()),
                role: role.to_owned(),
                domain: "*".to_owned(),
                permission: format!("resource.{permission}"),
                effect: policy::Effect::Allow.into(),
                condition: condition.into(),
                ..policy::Grant::default()
            });
        }
    };
    let open = [
        "bookable.create",
        "bookable.get",
        "bookable.list",
        "booking.create",
        "booking.create_series",
        "free_busy.list",
        "need.create",
        "need.get",
        "need.list",
        "need.match",
        "offer.create",
        "offer.get",
        "offer.list",
        "claim.create",
        "category.list",
        "project.create",
        "project.get",
        "project.list",
    ];
    grant("*/*", &open, Unspecified);
    let of_claims = [
        "claim.get",
        "claim.list",
        "claim.accept",
        "claim.decline",
        "claim.fulfil",
    ];
    grant("*/*", &of_claims, Owner);
    let owed = ["claim.get", "claim.list", "claim.withdraw", "claim.fulfil"];
    grant("*/*", &owed, Assignee);
    let own = [
        "bookable.update",
        "bookable.end",
        "calendar.export",
        "need.end",
        "offer.end",
        "project.end",
    ];
    grant("*/*", &own, Owner);
    let of_bookings = [
        "booking.get",
        "booking.list",
        "booking.approve",
        "booking.decline",
        "booking.cancel",
        "booking.check_in",
        "booking.complete",
        "booking.mark_no_show",
    ];
    grant("*/*", &of_bookings, Owner);
    let mine = [
        "booking.get",
        "booking.list",
        "booking.confirm",
        "booking.cancel",
        "booking.check_in",
        "booking.complete",
        "calendar.export_organization",
    ];
    grant("*/*", &mine, Caller);
    let core = [
        "booking.get",
        "booking.list",
        "calendar.export_organization",
        "category.create",
    ];
    grant("PARTY_COMMITTEE/SECRETARY", &core, Unspecified);
    grants
}
