//! A policy service of the tests' own: fixed grants, composed with the authority that the directory tells.

use futures::StreamExt;
use futures::stream::BoxStream;
use yihe_authz::{Revision, RoleName, Scope, SnapshotSource};
use yihe_kernel::{Error, Result, reasons};
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_proto::directory::v1::{Authority, GetAuthorityRequest, WatchAuthorityRequest};
use yihe_proto::policy::v1 as pb;
use yihe_server::ServiceLink;

const UNCONDITIONAL: pb::Condition = pb::Condition::Unspecified;

/// Role, permission, condition.
const GRANTS: &[(&str, &str, pb::Condition)] = &[
    ("OPERATOR", "directory.community.activate", UNCONDITIONAL),
    ("OPERATOR", "directory.community.invite_first_secretary", UNCONDITIONAL),
    ("PARTY_COMMITTEE/SECRETARY", "*", UNCONDITIONAL),
    ("PARTY_COMMITTEE/DEPUTY_SECRETARY", "*", UNCONDITIONAL),
    (
        "RESIDENT_UNIT/MANAGER",
        "directory.invitation.create",
        pb::Condition::Owner,
    ),
    (
        "RESIDENT_UNIT/MANAGER",
        "directory.appointment.create",
        pb::Condition::Owner,
    ),
    (
        "RESIDENT_UNIT/MANAGER",
        "directory.appointment.end",
        pb::Condition::Owner,
    ),
    (
        "RESIDENT_UNIT/MANAGER",
        "directory.appointment.extend",
        pb::Condition::Owner,
    ),
    (
        "RESIDENT_UNIT/MANAGER",
        "directory.appointment.get",
        pb::Condition::Owner,
    ),
    (
        "RESIDENT_UNIT/MANAGER",
        "directory.appointment.list",
        pb::Condition::Owner,
    ),
    ("RESIDENT_UNIT/MANAGER", "directory.client.get", pb::Condition::Owner),
    ("RESIDENT_UNIT/MANAGER", "directory.client.list", pb::Condition::Owner),
    ("RESIDENT_UNIT/MANAGER", "directory.client.rotate", pb::Condition::Owner),
    ("RESIDENT_UNIT/CLIENT", "directory.membership.list", UNCONDITIONAL),
    (
        "PROPERTY_COMPANY/MANAGER",
        "directory.compound.get",
        pb::Condition::Serves,
    ),
    (
        "PROPERTY_COMPANY/MANAGER",
        "directory.compound.list",
        pb::Condition::Serves,
    ),
    (
        "PROPERTY_COMPANY/MANAGER",
        "directory.service_contract.list",
        pb::Condition::Serves,
    ),
    (
        "OWNERS_COMMITTEE/DIRECTOR",
        "directory.compound.get",
        pb::Condition::Owner,
    ),
    (
        "OWNERS_COMMITTEE/DIRECTOR",
        "directory.compound.list",
        pb::Condition::Owner,
    ),
    (
        "OWNERS_COMMITTEE/DIRECTOR",
        "directory.register.import",
        pb::Condition::Owner,
    ),
    (
        "OWNERS_COMMITTEE/DIRECTOR",
        "directory.register.list",
        pb::Condition::Owner,
    ),
    ("OWNERS_COMMITTEE/DIRECTOR", "directory.unit.get", pb::Condition::Owner),
    ("OWNERS_COMMITTEE/DIRECTOR", "directory.unit.list", pb::Condition::Owner),
    (
        "OWNERS_COMMITTEE/DIRECTOR",
        "directory.unit.nominate_voter",
        pb::Condition::Owner,
    ),
    (
        "OWNERS_COMMITTEE/DIRECTOR",
        "directory.owner.list",
        pb::Condition::Owner,
    ),
    (
        "OWNERS_COMMITTEE/DIRECTOR",
        "directory.owner.invite",
        pb::Condition::Owner,
    ),
    (
        "OWNERS_COMMITTEE/DIRECTOR",
        "directory.owner.unlink",
        pb::Condition::Owner,
    ),
    ("COMPOUND/OWNER", "directory.unit.get", pb::Condition::Caller),
    ("COMPOUND/OWNER", "directory.unit.list", pb::Condition::Caller),
    ("COMPOUND/OWNER", "directory.owner.unlink", pb::Condition::Caller),
    ("*/*", "directory.membership.list", UNCONDITIONAL),
    ("OPERATOR", "directory.region_committee.establish", UNCONDITIONAL),
    ("OPERATOR", "directory.secretary.appoint", UNCONDITIONAL),
    ("OPERATOR", "directory.secretary.extend", UNCONDITIONAL),
    ("STREET_PARTY_COMMITTEE/SECRETARY", "*", UNCONDITIONAL),
    ("DISTRICT_PARTY_COMMITTEE/SECRETARY", "*", UNCONDITIONAL),
];

pub struct Policies {
    pub directory: ServiceLink,
}

#[async_trait::async_trait]
impl SnapshotSource for Policies {
    async fn snapshot(&self, scope: Option<&Scope>, _: Option<Revision>) -> Result<pb::Snapshot> {
        let mut snapshot = pb::Snapshot {
            grants: grants(),
            ..Default::default()
        };
        let Some(scope) = scope else {
            return Ok(snapshot);
        };
        let request = match scope {
            Scope::Community(_) => GetAuthorityRequest {
                community: scope.to_string(),
                ..Default::default()
            },
            Scope::Region(_) => GetAuthorityRequest {
                region: scope.to_string(),
                ..Default::default()
            },
        };
        let answer = AuthorityServiceClient::new(self.directory.clone())
            .get_authority(request)
            .await;
        let authority = answer.map_err(|status| match status.code() {
            tonic::Code::NotFound => Error::not_found(scope),
            _ => Error::new(&reasons::UNAVAILABLE).with("detail", status),
        })?;
        compose(&mut snapshot, authority.into_inner());
        Ok(snapshot)
    }

    async fn watch(&self) -> Result<BoxStream<'static, Result<pb::RevisionChange>>> {
        let unavailable = |status| Error::new(&reasons::UNAVAILABLE).with("detail", status);
        let mut client = AuthorityServiceClient::new(self.directory.clone());
        let changes = client
            .watch_authority(WatchAuthorityRequest {})
            .await
            .map_err(unavailable)?
            .into_inner();
        let change = move |change: Result<yihe_proto::directory::v1::AuthorityChange, tonic::Status>| {
            let change = change.map_err(unavailable)?;
            let revision = pb::Revision {
                directory_sequence: change.sequence,
                policy_sequence: 0,
            };
            Ok(pb::RevisionChange {
                community: change.community,
                revision: Some(revision),
                region: change.region,
            })
        };
        Ok(changes.map(change).boxed())
    }
}

fn grants() -> Vec<pb::Grant> {
    let grant = |(place, (role, permission, condition)): (usize, &(&str, &str, pb::Condition))| pb::Grant {
        id: format!("test/{place}"),
        role: (*role).to_owned(),
        domain: "*".to_owned(),
        permission: (*permission).to_owned(),
        effect: pb::Effect::Allow.into(),
        condition: (*condition).into(),
        source: "template".to_owned(),
        ..Default::default()
    };
    GRANTS.iter().enumerate().map(grant).collect()
}

fn compose(snapshot: &mut pb::Snapshot, authority: Authority) {
    let posts = authority.holdings.into_iter().map(|holding| pb::RoleTerm {
        role: RoleName::Post(holding.kind(), holding.post()).to_string(),
        principal: holding.user,
        capacity: Some(holding.organization)
            .filter(|organization| !organization.is_empty())
            .unwrap_or_else(|| "self".to_owned()),
        start_time: holding.start_time,
        end_time: holding.end_time,
    });
    let clients = authority.clients.into_iter().map(|client| pb::RoleTerm {
        role: RoleName::Client(client.kind()).to_string(),
        principal: client.client,
        capacity: client.organization,
        start_time: None,
        end_time: None,
    });
    snapshot.roles = posts.chain(clients).collect();
    let cutoff = |cutoff: yihe_proto::directory::v1::Cutoff| pb::TokenCutoff {
        principal: cutoff.principal,
        cutoff_time: cutoff.cutoff_time,
    };
    snapshot.cutoffs = authority.cutoffs.into_iter().map(cutoff).collect();
    snapshot.community = authority.community;
    snapshot.region = authority.region;
    snapshot.regions = authority.regions;
    snapshot.revision = Some(pb::Revision {
        directory_sequence: authority.sequence,
        policy_sequence: 0,
    });
}
