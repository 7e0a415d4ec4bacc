//! A policy service in memory, whose rules and posts a test changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use yihe_authz::{Principal, Revision, Scope, SnapshotSource};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::policy::v1 as pb;

#[derive(Debug)]
pub struct Policies {
    snapshots: Mutex<HashMap<String, pb::Snapshot>>,
    changes: broadcast::Sender<pb::RevisionChange>,
}

impl Policies {
    pub fn new(snapshots: Vec<pb::Snapshot>) -> Arc<Self> {
        let snapshots = snapshots
            .into_iter()
            .map(|snapshot| (snapshot.community.clone(), snapshot))
            .collect();
        Arc::new(Self {
            snapshots: Mutex::new(snapshots),
            changes: broadcast::channel(64).0,
        })
    }

    /// Changes a community's snapshot and tells it.
    pub fn change(&self, community: &str, edit: impl FnOnce(&mut pb::Snapshot)) -> Revision {
        let mut snapshots = self.snapshots.lock().unwrap();
        let snapshot = snapshots.get_mut(community).unwrap();
        edit(snapshot);
        let revision = snapshot.revision.get_or_insert_default();
        revision.policy_sequence += 1;
        let revision = *revision;
        drop(snapshots);
        let told = pb::RevisionChange {
            community: community.to_owned(),
            revision: Some(revision),
            ..pb::RevisionChange::default()
        };
        let _ = self.changes.send(told);
        Revision::from_proto(Some(&revision))
    }
}

#[async_trait::async_trait]
impl SnapshotSource for Policies {
    async fn snapshot(&self, scope: Option<&Scope>, _: Option<Revision>) -> Result<pb::Snapshot> {
        let name = scope.map(ToString::to_string).unwrap_or_default();
        self.snapshots
            .lock()
            .unwrap()
            .get(&name)
            .cloned()
            .ok_or_else(|| Error::not_found(name))
    }

    async fn watch(&self) -> Result<BoxStream<'static, Result<pb::RevisionChange>>> {
        let changes = BroadcastStream::new(self.changes.subscribe());
        Ok(changes.map(|change| change.map_err(Error::internal)).boxed())
    }
}

pub fn grant(role: &str, permission: &str) -> pb::Grant {
    pb::Grant {
        id: format!("template/{permission}/{role}"),
        role: role.to_owned(),
        domain: "*".to_owned(),
        permission: permission.to_owned(),
        effect: pb::Effect::Allow.into(),
        source: "template".to_owned(),
        ..pb::Grant::default()
    }
}

pub fn holds(principal: &Principal, capacity: &str, role: &str) -> pb::RoleTerm {
    pb::RoleTerm {
        principal: principal.to_string(),
        capacity: capacity.to_owned(),
        role: role.to_owned(),
        start_time: None,
        end_time: None,
    }
}

pub fn cut_off(principal: &Principal, at: Timestamp) -> pb::TokenCutoff {
    pb::TokenCutoff {
        principal: principal.to_string(),
        cutoff_time: Some(at.to_proto()),
    }
}
