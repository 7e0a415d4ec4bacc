use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream::{BoxStream, once, pending};
use tokio::sync::watch;
use tonic::async_trait;
use yihe_authz::{Revision, Scope, SnapshotSource};
use yihe_kernel::{CommunityId, Result};
use yihe_proto::policy::v1 as pb;

/// A source of snapshots that says what it was told.
#[derive(Clone)]
pub struct PolicyDouble {
    roles: Arc<Mutex<Vec<pb::RoleTerm>>>,
    grants: Arc<Mutex<Vec<pb::Grant>>>,
    revision: Arc<watch::Sender<u64>>,
}

impl PolicyDouble {
    pub fn new(grants: Vec<pb::Grant>) -> Self {
        let revision = Arc::new(watch::Sender::new(1));
        Self {
            roles: Arc::default(),
            grants: Arc::new(Mutex::new(grants)),
            revision,
        }
    }

    pub fn appoint(&self, role: pb::RoleTerm) {
        self.roles.lock().unwrap().push(role);
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// The newest sequence, of directory and policies alike.
    pub fn sequence(&self) -> u64 {
        *self.revision.borrow()
    }

    /// Ends all posts of a person, and says so.
    pub fn dismiss(&self, user: &str) {
        self.roles.lock().unwrap().retain(|role| role.principal != user);
        self.revision.send_modify(|revision| *revision += 1);
    }

    fn revision(&self) -> pb::Revision {
        let sequence = self.sequence();
        pb::Revision {
            directory_sequence: sequence,
            policy_sequence: sequence,
        }
    }
}

#[async_trait]
impl SnapshotSource for PolicyDouble {
    async fn snapshot(&self, scope: Option<&Scope>, _: Option<Revision>) -> Result<pb::Snapshot> {
        let community = scope.and_then(Scope::community);
        Ok(pb::Snapshot {
            community: scope.map(ToString::to_string).unwrap_or_default(),
            revision: Some(self.revision()),
            regions: Vec::new(),
            grants: self.grants.lock().unwrap().clone(),
            // everybody's posts are in the one community of these tests
            roles: match community.map(CommunityId::as_str) {
                Some(crate::harness::COMMUNITY | crate::harness::BEIJING) => self.roles.lock().unwrap().clone(),
                _ => Vec::new(),
            },
            ..pb::Snapshot::default()
        })
    }

    async fn watch(&self) -> Result<BoxStream<'static, Result<pb::RevisionChange>>> {
        let this = self.clone();
        let changes = tokio_stream::wrappers::WatchStream::from_changes(self.revision.subscribe()).map(move |_| {
            let community = format!("communities/{}", crate::harness::COMMUNITY);
            Ok(pb::RevisionChange {
                community,
                revision: Some(this.revision()),
                ..pb::RevisionChange::default()
            })
        });
        let first = once(async { Ok(pb::RevisionChange::default()) });
        Ok(first.chain(changes).chain(pending()).boxed())
    }
}

/// What the template grants in meetings, in short.
pub fn template() -> Vec<pb::Grant> {
    let mut grants = Vec::new();
    let mut grant = |role: &str, permissions: &[&str], condition: pb::Condition| {
        for permission in permissions {
            grants.push(pb::Grant {
                id: format!("{role} {permission} {}", condition.as_str_name()),
                role: role.to_owned(),
                domain: "*".to_owned(),
                permission: format!("meeting.{permission}"),
                effect: pb::Effect::Allow.into(),
                condition: condition.into(),
                ..pb::Grant::default()
            });
        }
    };
    let everything = [
        "body.*",
        "body_member.*",
        "meeting.*",
        "notice.*",
        "session.*",
        "presence.*",
        "quorum.*",
        "agenda_item.*",
        "motion.*",
        "amendment.*",
        "class_objection.*",
        "ratification.*",
        "motion_version.*",
        "vote.*",
        "ballot.*",
        "resolution.*",
        "proxy.get",
        "proxy.list",
        "proxy.revoke",
        "mandate.revoke",
        "mandate.list",
        "speech.grant_floor",
        "speech.end",
        "speech.list",
        "invited_person.*",
        "record.*",
        "delivery.*",
        "problem.*",
        "ledger.*",
        "month_plan.*",
        "month_report.*",
        "minutes.*",
        "result.*",
        "publication.*",
        "objection.*",
        "signature.list",
        "voting.*",
        "unit_ballot.list",
        "count.export",
        "challenge.answer",
        "challenge.list",
    ];
    grant("PARTY_COMMITTEE/SECRETARY", &everything, pb::Condition::Unspecified);
    // runs everything with one account, but sets up no body and answers no contest of its own records
    let clerk: Vec<&str> = everything
        .into_iter()
        .filter(|permission| !matches!(*permission, "body.*" | "body_member.*" | "record.*"))
        .chain(["body.get", "body.list", "body_member.list", "record.get", "record.list"])
        .chain([
            "record.check_in",
            "record.check_out",
            "record.acknowledgement",
            "record.delivery",
            "record.waiver",
            "record.proxy",
            "record.ballot",
            "record.motion",
            "record.acceptance",
            "record.contest_noted",
            "record.signature",
        ])
        .collect();
    grant("PARTY_COMMITTEE/CLERK", &clerk, pb::Condition::Unspecified);
    let reads = [
        "body.get",
        "body.list",
        "body_member.list",
        "meeting.get",
        "meeting.list",
        "meeting.watch",
        "notice.get",
        "quorum.get",
        "agenda_item.get",
        "agenda_item.list",
        "motion.get",
        "motion.list",
        "amendment.get",
        "class_objection.get",
        "class_objection.list",
        "ratification.get",
        "ratification.list",
        "amendment.list",
        "motion_version.list",
        "vote.get",
        "vote.list",
        "ballot.list",
        "resolution.get",
        "resolution.list",
        "record.get",
        "record.list",
        "presence.list",
        "proxy.get",
        "proxy.list",
        "mandate.list",
        "speech.list",
        "invited_person.list",
        "delivery.list",
        "minutes.get",
        "minutes.list",
        "minutes.export",
        "minutes.render",
        "signature.list",
    ];
    let acts = [
        "notice.acknowledge",
        "notice.waive",
        "presence.check_in",
        "presence.check_out",
        "agenda_item.create",
        "motion.submit",
        "amendment.submit",
        "ballot.cast",
        "ballot.change",
        "proxy.grant",
        "mandate.grant",
        "speech.request",
        "speech.raise_point",
        "signature.sign",
        "signature.refuse",
    ];
    grant("*/*", &reads, pb::Condition::Participant);
    grant("*/*", &acts, pb::Condition::Participant);
    let open = ["publication.get", "objection.submit", "objection.list"];
    grant("*/*", &open, pb::Condition::Unspecified);
    grant(
        "*/*",
        &[
            "agenda_item.withdraw",
            "motion.withdraw",
            "record.contest",
            "proxy.revoke",
            "mandate.revoke",
            "speech.end",
            "speech.withdraw",
            "agenda_item.set_papers",
            "agenda_item.table_paper",
            "amendment.restate",
            "amendment.withdraw",
            "class_objection.withdraw",
        ],
        pb::Condition::Owner,
    );
    let there = [
        "meeting.get",
        "meeting.watch",
        "notice.get",
        "quorum.get",
        "agenda_item.get",
        "agenda_item.list",
        "motion.get",
        "motion.list",
        "vote.get",
        "vote.list",
        "presence.list",
        "presence.check_in",
        "presence.check_out",
        "mandate.list",
        "invited_person.list",
        "speech.request",
        "speech.raise_point",
        "speech.list",
    ];
    grant("*/*", &there, pb::Condition::Caller);
    grant("RESIDENT_UNIT/CLIENT", &reads, pb::Condition::Participant);
    grant(
        "RESIDENT_UNIT/CLIENT",
        &["notice.acknowledge", "agenda_item.create", "presence.check_in"],
        pb::Condition::Participant,
    );
    grant("*/*", &["class_objection.create"], pb::Condition::Unspecified);
    let procedure = [
        "meeting.get",
        "meeting.list",
        "meeting.create",
        "meeting.close",
        "session.open",
        "vote.open",
        "vote.close",
        "body.create",
        "body.list",
        "ratification.get",
        "ratification.list",
        "ratification.route",
    ];
    grant("RESIDENT_COMMITTEE/DIRECTOR", &procedure, pb::Condition::Convener);
    let follow_up = [
        "commitment.create",
        "commitment.get",
        "commitment.list",
        "commitment.list_history",
        "commitment.reassign",
        "commitment.confirm",
        "commitment.reopen",
        "commitment.cancel",
    ];
    grant("PARTY_COMMITTEE/SECRETARY", &follow_up, pb::Condition::Unspecified);
    grant("RESIDENT_COMMITTEE/DIRECTOR", &follow_up, pb::Condition::Convener);
    let answer = ["commitment.accept", "commitment.decline"];
    let report = [
        "commitment.report_progress",
        "commitment.complete",
        "commitment.get",
        "commitment.list",
        "commitment.list_history",
    ];
    grant("*/*", &answer, pb::Condition::Assignee);
    grant("*/*", &report, pb::Condition::Assignee);
    grant("RESIDENT_UNIT/CLIENT", &report, pb::Condition::Assignee);
    grant("RESIDENT_UNIT/CLIENT", &answer, pb::Condition::Assignee);
    grant(
        "*/*",
        &["commitment.get", "commitment.list", "commitment.list_history"],
        pb::Condition::Participant,
    );
    let open = [
        "ledger.list",
        "month_plan.get",
        "month_report.get",
        "problem.get",
        "problem.report",
    ];
    grant("*/*", &open, pb::Condition::Unspecified);
    grant("*/*", &["problem.link"], pb::Condition::Owner);
    let work = [
        "recusal.get",
        "recusal.list",
        "dissent.get",
        "dissent.list",
        "second.list",
    ];
    let shapes = [
        "recusal.declare",
        "recusal.move",
        "dissent.attach",
        "motion.second",
        "amendment.second",
    ];
    grant("PARTY_COMMITTEE/SECRETARY", &work, pb::Condition::Unspecified);
    grant(
        "PARTY_COMMITTEE/SECRETARY",
        &["recusal.decide"],
        pb::Condition::Unspecified,
    );
    grant("*/*", &work, pb::Condition::Participant);
    grant("*/*", &shapes, pb::Condition::Participant);
    grant("*/*", &["recusal.withdraw"], pb::Condition::Owner);
    for head in ["PARTY_COMMITTEE/SECRETARY", "STREET_OFFICE/DIRECTOR"] {
        grant(head, &["dissent.answer", "tie.decide"], pb::Condition::Convener);
    }
    let own = [
        "unit_ballot.cast",
        "unit_ballot.correct",
        "unit_ballot.list_own",
        "challenge.create",
        "challenge.list",
    ];
    grant("COMPOUND/OWNER", &own, pb::Condition::Participant);
    // sees what it owns and nothing else, below meetings it has no part in
    grant(
        "SOCIAL_ORGANIZATION/STAFF",
        &["motion.list", "agenda_item.list"],
        pb::Condition::Owner,
    );
    grants
}
