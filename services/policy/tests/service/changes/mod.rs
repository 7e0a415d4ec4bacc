mod history;
mod refusals;
mod restarts;
mod simulation;
mod steps;
mod turns;

use std::sync::Arc;

use tempfile::TempDir;
use tonic::Status;
use yihe_proto::directory::v1::{OrganizationKind as Kind, Post};
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    ActivateChangeRequest, ApproveChangeRequest, CheckRequest, Effect, GetChangeRequest, Grant, PolicyChange,
    PolicyEdit, ProposeChangeRequest, RejectChangeRequest, ReportUsageRequest, Verdict, WithdrawChangeRequest,
};
use yihe_store::Backend;
use yihe_testkit::Postgres;

use crate::directory::Directory;
use crate::people::*;
use crate::running::Running;

const DEPUTY: &str = "users/00000000-0000-7000-8000-0000000000b6";
const MEMBER: &str = "users/00000000-0000-7000-8000-0000000000b7";
const SECOND_MEMBER: &str = "users/00000000-0000-7000-8000-0000000000b8";

pub fn deputy() -> Who {
    who(DEPUTY, COMMITTEE)
}

pub fn member() -> Who {
    who(MEMBER, COMMITTEE)
}

pub fn second_member() -> Who {
    who(SECOND_MEMBER, COMMITTEE)
}

pub fn manager() -> Who {
    who(MANAGER, STATION)
}

/// A policy service with a committee that administers.
pub struct Committee {
    pub running: Running,
    _folder: Option<TempDir>,
    _server: Option<Postgres>,
}

fn directory() -> Arc<Directory> {
    let directory = Directory::new();
    let mut people = authority(1);
    for (user, post) in [
        (DEPUTY, Post::DeputySecretary),
        (MEMBER, Post::Member),
        (SECOND_MEMBER, Post::Member),
    ] {
        people
            .holdings
            .push(holding(user, COMMITTEE, Kind::PartyCommittee, post));
    }
    directory.put_untold(people);
    directory
}

impl Committee {
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// With rows of regions and communities besides.
    pub async fn start_with(grants: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start_in(folder.path(), grants, directory()).await.unwrap();
        Self {
            running,
            _folder: Some(folder),
            _server: None,
        }
    }

    /// Again, or for the first time, on the database of a folder.
    pub async fn start_in(folder: &std::path::Path) -> yihe_kernel::Result<Self> {
        Ok(Self {
            running: Running::start_in(folder, "", directory()).await?,
            _folder: None,
            _server: None,
        })
    }

    /// One on each database there is.
    pub async fn start_both() -> Vec<Self> {
        let server = Postgres::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let backend = Backend::Postgres {
            url: server.url(),
            schema: "policy".to_owned(),
        };
        let running = Running::start_on(backend, folder.path(), "", directory())
            .await
            .unwrap();
        let on_postgres = Self {
            running,
            _folder: Some(folder),
            _server: Some(server),
        };
        vec![Self::start().await, on_postgres]
    }

    pub async fn propose(&self, by: &Who, edits: Vec<PolicyEdit>) -> Result<PolicyChange, Status> {
        self.propose_as(by, proposal(edits)).await
    }

    pub async fn propose_as(&self, by: &Who, request: ProposeChangeRequest) -> Result<PolicyChange, Status> {
        let request = self.running.call(by, request);
        Ok(self.running.changes().propose_change(request).await?.into_inner())
    }

    pub async fn approve(&self, by: &Who, name: &str) -> Result<PolicyChange, Status> {
        let request = ApproveChangeRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        let request = self.running.call(by, request);
        Ok(self.running.changes().approve_change(request).await?.into_inner())
    }

    pub async fn reject(&self, by: &Who, name: &str, comment: &str) -> Result<PolicyChange, Status> {
        let request = RejectChangeRequest {
            name: name.to_owned(),
            comment: comment.to_owned(),
            ..Default::default()
        };
        let request = self.running.call(by, request);
        Ok(self.running.changes().reject_change(request).await?.into_inner())
    }

    pub async fn withdraw(&self, by: &Who, name: &str) -> Result<PolicyChange, Status> {
        let request = WithdrawChangeRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        let request = self.running.call(by, request);
        Ok(self.running.changes().withdraw_change(request).await?.into_inner())
    }

    pub async fn activate(&self, by: &Who, name: &str) -> Result<PolicyChange, Status> {
        let request = ActivateChangeRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        let request = self.running.call(by, request);
        Ok(self.running.changes().activate_change(request).await?.into_inner())
    }

    pub async fn get(&self, name: &str) -> PolicyChange {
        let request = GetChangeRequest { name: name.to_owned() };
        let request = self.running.call(&secretary(), request);
        self.running.changes().get_change(request).await.unwrap().into_inner()
    }

    /// Proposed, approved and put into force by the secretary, with a member's approval where that is needed.
    pub async fn change(&self, edits: Vec<PolicyEdit>) -> PolicyChange {
        let proposed = self.propose(&secretary(), edits).await.unwrap();
        let approver = if proposed.sensitive { member() } else { secretary() };
        self.approve(&approver, &proposed.name).await.unwrap();
        self.activate(&secretary(), &proposed.name).await.unwrap()
    }

    /// What the gateway counted.
    pub async fn report(&self, report: ReportUsageRequest) {
        let request = self.running.call(&service("gateway"), report);
        self.running.usage().report_usage(request).await.unwrap();
    }

    pub async fn verdict(&self, by: &Who, permission: &str) -> Verdict {
        let request = CheckRequest {
            parent: COMMUNITY.to_owned(),
            permission: permission.to_owned(),
        };
        let answer = self.running.policy().check(self.running.call(by, request)).await;
        answer.unwrap().into_inner().verdict()
    }
}

pub fn proposal(edits: Vec<PolicyEdit>) -> ProposeChangeRequest {
    ProposeChangeRequest {
        parent: COMMUNITY.to_owned(),
        title: "调整权责".to_owned(),
        edits,
        ..Default::default()
    }
}

pub fn edit(edit: Edit) -> PolicyEdit {
    PolicyEdit { edit: Some(edit) }
}

pub fn grant(role: &str, permission: &str, effect: Effect) -> Grant {
    Grant {
        role: role.to_owned(),
        permission: permission.to_owned(),
        effect: effect.into(),
        ..Default::default()
    }
}

pub fn allow(role: &str, permission: &str) -> PolicyEdit {
    edit(Edit::Add(grant(role, permission, Effect::Allow)))
}

pub fn deny(role: &str, permission: &str) -> PolicyEdit {
    edit(Edit::Add(grant(role, permission, Effect::Deny)))
}
