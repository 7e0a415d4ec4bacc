//! A district above two communities, whose committee is a member of one of them.

mod lookups;
mod members;
mod roles;
mod simulation;

use std::sync::Arc;

use tempfile::TempDir;
use tonic::Status;
use yihe_proto::directory::v1::{Authority, OrganizationKind as Kind, Post};
use yihe_proto::policy::v1::{
    ActivateChangeRequest, ApproveChangeRequest, CheckRequest, PolicyChange, PolicyEdit, ProposeChangeRequest, Verdict,
};

use crate::directory::Directory;
use crate::people::*;
use crate::running::Running;

pub const DISTRICT: &str = "regions/440399";
pub const NEXT_DISTRICT: &str = "regions/440305";
/// Recorded below [`NEXT_DISTRICT`].
pub const ELSEWHERE: &str = "communities/440309002023";
const DISTRICT_COMMITTEE: &str = "organizations/00000000-0000-7000-8000-0000000000a7";
const NEXT_COMMITTEE: &str = "organizations/00000000-0000-7000-8000-0000000000a8";
const DISTRICT_SECRETARY: &str = "users/00000000-0000-7000-8000-0000000000d1";
const DISTRICT_DEPUTY: &str = "users/00000000-0000-7000-8000-0000000000d2";
const DISTRICT_STAFF: &str = "users/00000000-0000-7000-8000-0000000000d3";
const NEXT_SECRETARY: &str = "users/00000000-0000-7000-8000-0000000000d4";

pub fn leader() -> Who {
    who(DISTRICT_SECRETARY, DISTRICT_COMMITTEE)
}

pub fn district_deputy() -> Who {
    who(DISTRICT_DEPUTY, DISTRICT_COMMITTEE)
}

pub fn staff() -> Who {
    who(DISTRICT_STAFF, DISTRICT_COMMITTEE)
}

pub fn neighbour() -> Who {
    who(NEXT_SECRETARY, NEXT_COMMITTEE)
}

fn names(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| format!("regions/{code}")).collect()
}

/// The authority of a region or community by its name, without people.
pub fn place(name: &str, lineage: &[&str]) -> Authority {
    let (community, region) = match name.starts_with("regions/") {
        true => (String::new(), name.to_owned()),
        false => (name.to_owned(), String::new()),
    };
    Authority {
        community,
        region,
        sequence: 1,
        regions: names(lineage),
        ..Authority::default()
    }
}

/// A district, the one beside it, two communities below the one and one below the other.
pub struct Levels {
    pub running: Running,
    _folder: TempDir,
}

impl Levels {
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// With rows of regions and communities besides.
    pub async fn start_with(grants: &str) -> Self {
        let directory = Directory::new();
        let kind = Kind::DistrictPartyCommittee;
        let mut district = place(DISTRICT, &["440399", "4403", "44"]);
        district.holdings = vec![
            holding(DISTRICT_SECRETARY, DISTRICT_COMMITTEE, kind, Post::Secretary),
            holding(DISTRICT_DEPUTY, DISTRICT_COMMITTEE, kind, Post::DeputySecretary),
            holding(DISTRICT_STAFF, DISTRICT_COMMITTEE, kind, Post::Staff),
        ];
        // a community's own division is no domain; here somebody holds a post in it all the same
        let division = Authority {
            region: "regions/440309002021".to_owned(),
            regions: names(&["440309002021", "440399", "4403", "44"]),
            ..district.clone()
        };
        let mut next = place(NEXT_DISTRICT, &["440305", "4403", "44"]);
        next.holdings = vec![holding(NEXT_SECRETARY, NEXT_COMMITTEE, kind, Post::Secretary)];
        let mut community = authority(1);
        community.holdings.extend([
            holding(DISTRICT_SECRETARY, DISTRICT_COMMITTEE, kind, Post::Secretary),
            holding(DISTRICT_DEPUTY, DISTRICT_COMMITTEE, kind, Post::DeputySecretary),
        ]);
        directory.put_untold(district);
        directory.put_untold(division);
        directory.put_untold(next);
        directory.put_untold(community);
        directory.put_untold(place(OTHER_COMMUNITY, &["440309002022", "440399", "4403", "44"]));
        directory.put_untold(place(ELSEWHERE, &["440309002023", "440305", "4403", "44"]));
        Self::start_on(directory, grants).await
    }

    async fn start_on(directory: Arc<Directory>, grants: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start_in(folder.path(), grants, directory).await.unwrap();
        Self {
            running,
            _folder: folder,
        }
    }

    pub async fn propose(&self, by: &Who, parent: &str, edits: Vec<PolicyEdit>) -> Result<PolicyChange, Status> {
        let request = ProposeChangeRequest {
            parent: parent.to_owned(),
            title: "调整权责".to_owned(),
            edits,
            ..Default::default()
        };
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

    pub async fn activate(&self, by: &Who, name: &str) -> Result<PolicyChange, Status> {
        let request = ActivateChangeRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        let request = self.running.call(by, request);
        Ok(self.running.changes().activate_change(request).await?.into_inner())
    }

    /// Proposed, approved and put into force by a secretary.
    pub async fn change(&self, by: &Who, parent: &str, edits: Vec<PolicyEdit>) -> PolicyChange {
        let proposed = self.propose(by, parent, edits).await.unwrap();
        self.approve(by, &proposed.name).await.unwrap();
        self.activate(by, &proposed.name).await.unwrap()
    }

    pub async fn verdict(&self, by: &Who, parent: &str, permission: &str) -> Verdict {
        let request = CheckRequest {
            parent: parent.to_owned(),
            permission: permission.to_owned(),
        };
        let answer = self.running.policy().check(self.running.call(by, request)).await;
        answer.unwrap().into_inner().verdict()
    }
}
