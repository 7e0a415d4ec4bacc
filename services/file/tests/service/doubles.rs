use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream::{BoxStream, once, pending};
use tonic::{Request, Response, Status, async_trait};
use yihe_authz::{Revision, Scope, SnapshotSource};
use yihe_kernel::Result;
use yihe_proto::ledger::v1 as ledger;
use yihe_proto::meeting::v1::object_service_server::ObjectService;
use yihe_proto::meeting::v1::{GetObjectFactsRequest, ObjectFacts};
use yihe_proto::policy::v1 as pb;

use crate::harness::{COMMITTEE, ORGANIZATION, OTHER_ORGANIZATION, USER};

/// A meeting service that knows the objects it was told of, and that everybody takes part in each.
#[derive(Clone, Default)]
pub struct Objects {
    known: Arc<Mutex<HashMap<String, ObjectFacts>>>,
}

impl Objects {
    pub fn tell(&self, name: &str) {
        let facts = ObjectFacts {
            exists: true,
            participant: true,
            ..Default::default()
        };
        self.known.lock().unwrap().insert(name.to_owned(), facts);
    }

    pub fn forget(&self, name: &str) {
        self.known.lock().unwrap().remove(name);
    }
}

#[async_trait]
impl ObjectService for Objects {
    async fn get_object_facts(&self, request: Request<GetObjectFactsRequest>) -> Result<Response<ObjectFacts>, Status> {
        let request = request.into_inner();
        assert_eq!(request.principal, USER);
        assert!(
            [ORGANIZATION, OTHER_ORGANIZATION].contains(&request.capacity.as_str()),
            "{}",
            request.capacity
        );
        let known = self.known.lock().unwrap().get(&request.name).copied();
        Ok(Response::new(known.unwrap_or_default()))
    }
}

/// A ledger that knows the objects it was told of: all may read them, or only one organization, which alone may record on them.
#[derive(Clone, Default)]
pub struct Ledger {
    known: Arc<Mutex<HashMap<String, bool>>>,
}

impl Ledger {
    pub fn tell(&self, name: &str, is_open: bool) {
        self.known.lock().unwrap().insert(name.to_owned(), is_open);
    }
}

#[async_trait]
impl ledger::object_service_server::ObjectService for Ledger {
    async fn get_object_facts(
        &self,
        request: Request<ledger::GetObjectFactsRequest>,
    ) -> Result<Response<ledger::ObjectFacts>, Status> {
        let request = request.into_inner();
        assert_eq!(request.principal, USER);
        let is_open = self.known.lock().unwrap().get(&request.name).copied();
        let is_its_own = request.capacity == ORGANIZATION;
        Ok(Response::new(ledger::ObjectFacts {
            exists: is_open.is_some(),
            readable: is_open.is_some_and(|is_open| is_open || is_its_own),
            recordable: is_open.is_some() && is_its_own,
        }))
    }
}

/// Policies that let participants upload and read, owners retire, and the committee read whatever there is.
pub struct Policies;

fn grant(permission: &str, condition: pb::Condition) -> pb::Grant {
    pb::Grant {
        id: permission.to_owned(),
        role: "*/*".to_owned(),
        domain: "*".to_owned(),
        permission: permission.to_owned(),
        effect: pb::Effect::Allow.into(),
        condition: condition.into(),
        ..pb::Grant::default()
    }
}

#[async_trait]
impl SnapshotSource for Policies {
    async fn snapshot(&self, scope: Option<&Scope>, _: Option<Revision>) -> Result<pb::Snapshot> {
        let mut grants: Vec<_> = ["upload", "get", "list", "download"]
            .map(|act| grant(&format!("file.file.{act}"), pb::Condition::Participant))
            .into();
        grants.push(grant("file.file.retire", pb::Condition::Owner));
        for act in ["get", "list", "download"] {
            let everything = grant(&format!("file.file.{act}"), pb::Condition::Unspecified);
            grants.push(pb::Grant {
                id: format!("committee {act}"),
                role: "PARTY_COMMITTEE/*".to_owned(),
                ..everything
            });
        }
        let role = |capacity: &str, role: &str| pb::RoleTerm {
            principal: USER.to_owned(),
            capacity: capacity.to_owned(),
            role: role.to_owned(),
            ..pb::RoleTerm::default()
        };
        let staff = |capacity| role(capacity, "RESIDENT_UNIT/STAFF");
        Ok(pb::Snapshot {
            community: scope.map(ToString::to_string).unwrap_or_default(),
            revision: Some(pb::Revision {
                directory_sequence: 1,
                policy_sequence: 1,
            }),
            grants,
            roles: match scope {
                Some(_) => vec![
                    staff(ORGANIZATION),
                    staff(OTHER_ORGANIZATION),
                    role(COMMITTEE, "PARTY_COMMITTEE/MEMBER"),
                ],
                None => Vec::new(),
            },
            ..pb::Snapshot::default()
        })
    }

    async fn watch(&self) -> Result<BoxStream<'static, Result<pb::RevisionChange>>> {
        let first = once(async { Ok(pb::RevisionChange::default()) });
        Ok(first.chain(pending()).boxed())
    }
}
