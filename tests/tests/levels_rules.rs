//! Rules that a street makes: they reach the communities recorded below it and no other, and no community loosens them.

use std::time::Duration;

use anyhow::{Context, Result};
use yihe::Wiring;
use yihe_proto::directory::v1::{ActivateCommunityRequest, ListMembershipsRequest};
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    ActivateChangeRequest, ApproveChangeRequest, Effect, Grant, PolicyChange, PolicyEdit, ProposeChangeRequest,
};
use yihe_testkit::{Actor, TestNode, TestNodeOptions, establish, refused, secretary_below};

const STREET: &str = "regions/440309002";
const NEXT_STREET: &str = "regions/440309003";
const BELOW: &str = "communities/440309002020";
const BESIDE: &str = "communities/440309003001";

fn proposal(parent: &str, effect: Effect) -> ProposeChangeRequest {
    let grant = Grant {
        role: "*/*".into(),
        permission: "directory.membership.list".into(),
        effect: effect.into(),
        ..Default::default()
    };
    ProposeChangeRequest {
        parent: parent.into(),
        title: "成员名册暂不公开".into(),
        edits: vec![PolicyEdit {
            edit: Some(Edit::Add(grant)),
        }],
        ..Default::default()
    }
}

async fn put_into_force(actor: &Actor, request: ProposeChangeRequest) -> Result<PolicyChange> {
    let proposed = actor.call(request).await.context("proposing")?;
    let approve = ApproveChangeRequest {
        name: proposed.name.clone(),
        ..Default::default()
    };
    actor.call(approve).await.context("approving")?;
    let activate = ActivateChangeRequest {
        name: proposed.name,
        ..Default::default()
    };
    let active = actor.call(activate).await.context("activating")?;
    actor.saw(&active.name, &active.revision_token);
    Ok(active)
}

fn members(community: &str) -> ListMembershipsRequest {
    ListMembershipsRequest {
        parent: community.into(),
        ..Default::default()
    }
}

/// The secretary of a community that was activated for the test.
async fn secretary(node: &TestNode, above: &Actor, parent: &str, community: &str, login: &str) -> Result<Actor> {
    let request = ActivateCommunityRequest {
        region: community.replace("communities/", "regions/"),
        ..Default::default()
    };
    let made = node.operator()?.call(request).await?;
    node.stranger().saw(&made.name, &made.revision);
    let person = secretary_below(node, above, (parent, community), login, None).await?;
    person.call(members(community)).await.context("the secretary reads")?;
    Ok(person)
}

/// Tries until the street's rule has come to a community: a token of the street tells nothing of it.
async fn denied_soon(actor: &Actor, community: &str) -> Result<()> {
    for _ in 0..200 {
        if actor.call(members(community)).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    refused(actor.call(members(community)).await, "PERMISSION_DENIED")?;
    Ok(())
}

async fn a_street_forbids(wiring: Wiring) -> Result<()> {
    let node = TestNode::start(TestNodeOptions {
        wiring,
        ..TestNodeOptions::default()
    })
    .await?;
    let operator = node.operator()?;
    let street = establish(&node, &operator, STREET, "street").await?.person;
    let next = establish(&node, &operator, NEXT_STREET, "next").await?.person;
    let below = secretary(&node, &street, STREET, BELOW, "below").await?;
    let beside = secretary(&node, &next, NEXT_STREET, BESIDE, "beside").await?;

    // a level changes its own rules and nobody else's
    refused(next.call(proposal(STREET, Effect::Deny)).await, "NOT_YOUR_CAPACITY")?;
    refused(street.call(proposal(BELOW, Effect::Deny)).await, "NOT_YOUR_CAPACITY")?;
    refused(below.call(proposal(STREET, Effect::Deny)).await, "PERMISSION_DENIED")?;
    let active = put_into_force(&street, proposal(STREET, Effect::Deny)).await?;
    assert!(active.name.starts_with(STREET) && !active.revision_token.is_empty());

    denied_soon(&below, BELOW).await?;
    beside
        .call(members(BESIDE))
        .await
        .context("another street's community is not touched")?;
    // what stands above is not loosened below
    let loosen = below.call(proposal(BELOW, Effect::Allow)).await;
    assert!(loosen.is_err(), "{loosen:?}");
    refused(below.call(members(BELOW)).await, "PERMISSION_DENIED")?;
    node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_street_forbids_in_process() -> Result<()> {
    a_street_forbids(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_street_forbids_over_sockets() -> Result<()> {
    a_street_forbids(Wiring::Tcp).await
}
