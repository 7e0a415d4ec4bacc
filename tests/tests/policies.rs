//! How a committee changes its rules: proposed, simulated, approved, in force, rolled back; in both wirings.

use anyhow::{Context, Result, ensure};
use yihe::Wiring;
use yihe_proto::directory::v1::ListApplicationsRequest;
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    ActivateChangeRequest, ApproveChangeRequest, Effect, ExplainRequest, Grant, ListChangesRequest, PolicyChange,
    PolicyChangeState as State, PolicyEdit, ProposeChangeRequest, ProposeRollbackRequest, SimulateChangeRequest,
    Verdict,
};
use yihe_testkit::{Actor, Beizhan, TestNode, TestNodeOptions, refused};

const ROLE: &str = "PROPERTY_COMPANY/MANAGER";
const PERMISSION: &str = "directory.application.list";

struct World {
    node: TestNode,
    beizhan: Beizhan,
    member: Actor,
}

impl World {
    async fn new(wiring: Wiring) -> Result<Self> {
        let node = TestNode::start(TestNodeOptions {
            wiring,
            ..TestNodeOptions::default()
        })
        .await?;
        let beizhan = Beizhan::set_up(&node).await?;
        let (_, password) = beizhan.committee.person.login().context("a secretary who signs in")?;
        let member = node.stranger().sign_in("member1", password).await?;
        Ok(Self { node, beizhan, member })
    }

    fn secretary(&self) -> &Actor {
        &self.beizhan.committee.person
    }

    fn proposal(&self, edits: Vec<PolicyEdit>) -> ProposeChangeRequest {
        ProposeChangeRequest {
            parent: self.beizhan.community.clone(),
            title: "物业公司查阅入会申请".into(),
            edits,
            ..Default::default()
        }
    }

    async fn approve(&self, by: &Actor, name: &str) -> Result<PolicyChange, tonic::Status> {
        let request = ApproveChangeRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        by.call(request).await
    }

    /// Puts an approved change into force; who calls from now on reads by it.
    async fn activate(&self, name: &str) -> Result<PolicyChange> {
        let request = ActivateChangeRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        let active = self.secretary().call(request).await?;
        ensure!(!active.revision_token.is_empty(), "no token to wait by");
        self.secretary().saw(&active.name, &active.revision_token);
        Ok(active)
    }

    async fn list_applications(&self) -> Result<(), tonic::Status> {
        let request = ListApplicationsRequest {
            parent: self.beizhan.community.clone(),
            ..Default::default()
        };
        self.beizhan.property_company.person.call(request).await.map(|_| ())
    }
}

fn allow(role: &str, permission: &str) -> PolicyEdit {
    PolicyEdit {
        edit: Some(Edit::Add(Grant {
            role: role.to_owned(),
            permission: permission.to_owned(),
            effect: Effect::Allow.into(),
            ..Default::default()
        })),
    }
}

async fn a_committee_changes_its_rules(wiring: Wiring) -> Result<()> {
    let world = World::new(wiring).await?;
    refused(world.list_applications().await, "PERMISSION_DENIED")?;
    let edits = vec![allow(ROLE, PERMISSION)];
    let outsider = &world.beizhan.property_company.person;
    refused(outsider.call(world.proposal(edits.clone())).await, "PERMISSION_DENIED")?;

    let request = SimulateChangeRequest {
        parent: world.beizhan.community.clone(),
        edits: edits.clone(),
        ..Default::default()
    };
    let simulated = world.secretary().call(request).await?;
    let cells: Vec<_> = simulated
        .cells
        .iter()
        .map(|cell| (cell.role.as_str(), cell.permission.as_str()))
        .collect();
    assert_eq!(cells, [(ROLE, PERMISSION)]);

    let proposed = world.secretary().call(world.proposal(edits)).await?;
    assert!(!proposed.sensitive);
    world.approve(world.secretary(), &proposed.name).await?;
    refused(world.list_applications().await, "PERMISSION_DENIED")?;
    let active = world.activate(&proposed.name).await?;
    world.list_applications().await.context("the rule is in force")?;
    let request = ExplainRequest {
        parent: world.beizhan.community.clone(),
        permission: PERMISSION.into(),
        ..Default::default()
    };
    let explained = outsider.call(request).await?;
    assert_eq!(explained.verdict(), Verdict::Allow);
    let rule = explained.grants.first().context("the rule that allows")?;
    assert_eq!(rule.source, active.name);
    assert!(rule.id.starts_with("440309002021/"), "{}", rule.id);

    let request = ProposeRollbackRequest {
        name: format!("{}/policyRevisions/0", world.beizhan.community),
        title: "回退".into(),
        ..Default::default()
    };
    let back = world.secretary().call(request).await?;
    world.approve(world.secretary(), &back.name).await?;
    world.list_applications().await.context("not yet rolled back")?;
    world.activate(&back.name).await?;
    refused(world.list_applications().await, "PERMISSION_DENIED")?;

    // who administers is a matter of two
    let request = world.proposal(vec![allow("PARTY_COMMITTEE/CLERK", "policy.change.propose")]);
    let sensitive = world.secretary().call(request).await?;
    refused(
        world.approve(world.secretary(), &sensitive.name).await,
        "OWN_SENSITIVE_CHANGE",
    )?;
    let approved = world.approve(&world.member, &sensitive.name).await?;
    assert_eq!(approved.state(), State::Approved);
    world.activate(&sensitive.name).await?;
    let clerk = &world.beizhan.clerk;
    clerk.call(world.proposal(vec![allow(ROLE, PERMISSION)])).await?;
    world.node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_committee_changes_its_rules_in_process() -> Result<()> {
    a_committee_changes_its_rules(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_committee_changes_its_rules_over_sockets() -> Result<()> {
    a_committee_changes_its_rules(Wiring::Tcp).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_grants_are_refused_and_nothing_is_kept() -> Result<()> {
    let world = World::new(Wiring::Direct).await?;
    let million = vec![allow(ROLE, PERMISSION); 1_000_000];
    refused(
        world.secretary().call(world.proposal(million)).await,
        "MESSAGE_TOO_LARGE",
    )?;
    let many = vec![allow(ROLE, PERMISSION); 1_001];
    refused(world.secretary().call(world.proposal(many)).await, "TOO_MANY_EDITS")?;
    let request = ListChangesRequest {
        parent: world.beizhan.community.clone(),
        ..Default::default()
    };
    assert_eq!(world.secretary().call(request).await?.changes, []);
    refused(world.list_applications().await, "PERMISSION_DENIED")?;
    world.node.stop().await?;
    Ok(())
}
