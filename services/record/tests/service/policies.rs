use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream::{BoxStream, once, pending};
use tokio::sync::watch;
use tonic::async_trait;
use yihe_authz::{Revision, Scope, SnapshotSource};
use yihe_kernel::{CommunityId, Result};
use yihe_proto::policy::v1 as policy;

use crate::harness::{COMMUNITY, PARENT};

/// Policies that a test changes.
#[derive(Clone)]
pub struct PolicyDouble {
    roles: Arc<Mutex<Vec<policy::RoleTerm>>>,
    grants: Arc<Mutex<Vec<policy::Grant>>>,
    revision: Arc<watch::Sender<u64>>,
}

impl Default for PolicyDouble {
    fn default() -> Self {
        Self {
            roles: Arc::default(),
            grants: Arc::new(Mutex::new(grants())),
            revision: Arc::new(watch::Sender::new(1)),
        }
    }
}

impl PolicyDouble {
    pub fn appoint(&self, role: policy::RoleTerm) {
        self.roles.lock().unwrap().push(role);
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// Ends all posts of a principal.
    pub fn dismiss(&self, principal: &str) {
        self.roles.lock().unwrap().retain(|role| role.principal != principal);
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// Grants something more, or denies it.
    pub fn rule(&self, role: &str, permission: &str, effect: policy::Effect, condition: policy::Condition) {
        self.grants
            .lock()
            .unwrap()
            .push(grant(role, permission, effect, condition));
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
            grants: self.grants.lock().unwrap().clone(),
            roles: match community.map(CommunityId::as_str) {
                Some(COMMUNITY) => self.roles.lock().unwrap().clone(),
                _ => Vec::new(),
            },
            ..policy::Snapshot::default()
        })
    }

    async fn watch(&self) -> Result<BoxStream<'static, Result<policy::RevisionChange>>> {
        let this = self.clone();
        let changes = tokio_stream::wrappers::WatchStream::from_changes(self.revision.subscribe()).map(move |_| {
            Ok(policy::RevisionChange {
                community: PARENT.to_owned(),
                revision: Some(this.revision()),
                ..policy::RevisionChange::default()
            })
        });
        let first = once(async { Ok(policy::RevisionChange::default()) });
        Ok(first.chain(changes).chain(pending()).boxed())
    }
}

fn grant(role: &str, permission: &str, effect: policy::Effect, condition: policy::Condition) -> policy::Grant {
    policy::Grant {
        id: format!(
            "{role} {permission} {} {}",
            effect.as_str_name(),
            condition.as_str_name()
        ),
        role: role.to_owned(),
        domain: "*".to_owned(),
        permission: permission.to_owned(),
        effect: effect.into(),
        condition: condition.into(),
        ..policy::Grant::default()
    }
}

/// What the template grants here, in short.
fn grants() -> Vec<policy::Grant> {
    use policy::Condition::{Caller, Owner, Participant, Unspecified};
    let open = [
        "record.event.list",
        "record.event.get",
        "record.event.subscribe",
        "resource.bookable.get",
        "resource.need.get",
        "record.webhook.create",
    ];
    let own = [
        "record.webhook.get",
        "record.webhook.list",
        "record.webhook.update",
        "record.webhook.delete",
        "record.webhook.rotate_secret",
        "record.webhook.enable",
        "record.webhook.replay",
        "record.delivery.list",
    ];
    let core = [
        "record.history.get",
        "meeting.meeting.watch",
        "resource.booking.get",
        "directory.membership.get",
        "record.webhook.get",
        "record.webhook.list",
        "record.delivery.list",
    ];
    let rows = open
        .map(|permission| ("*/*", permission, Unspecified))
        .into_iter()
        .chain(core.map(|permission| ("PARTY_COMMITTEE/*", permission, Unspecified)))
        .chain(own.map(|permission| ("*/*", permission, Owner)))
        .chain([
            ("*/*", "resource.booking.get", Owner),
            ("*/*", "resource.booking.get", Caller),
            ("*/*", "meeting.meeting.watch", Participant),
        ]);
    rows.map(|(role, permission, condition)| grant(role, permission, policy::Effect::Allow, condition))
        .collect()
}
