//! Two nodes that share nothing but a bus: what happens in one has its effect in the other.

use std::time::Duration;

use anyhow::{Result, bail};
use yihe_proto::directory::v1::EndMembershipRequest;
use yihe_proto::meeting::v1::{AddBodyMemberRequest, Body, BodyKind, CreateBodyRequest, ListBodyMembersRequest};
use yihe_testkit::{Actor, Beizhan, Nats, TestNode, TestNodeOptions};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_the_community_leaves_its_bodies_in_another_process() -> Result<()> {
    let mut nats = Nats::away()?;
    let node = TestNode::start(TestNodeOptions {
        bus: Some(nats.url()),
        spread: true,
        ..TestNodeOptions::default()
    })
    .await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let secretary = &beizhan.committee.person;
    let body = CreateBodyRequest {
        parent: beizhan.community.clone(),
        body: Some(Body {
            kind: BodyKind::JointConference.into(),
            display_name: "联席会议".into(),
            convener: beizhan.committee.organization.clone(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let body = secretary.call(body).await?.name;
    for party in [beizhan.station(), beizhan.school()] {
        let add = AddBodyMemberRequest {
            parent: body.clone(),
            organization: party.organization.clone(),
            ..Default::default()
        };
        secretary.call(add).await?;
    }
    let left = beizhan.station().organization.rsplit('/').next().unwrap_or_default();
    let end = EndMembershipRequest {
        name: format!("{}/memberships/{left}", beizhan.community),
        ..Default::default()
    };
    secretary.call(end).await?;
    let members = ListBodyMembersRequest {
        parent: body.clone(),
        ..Default::default()
    };
    // nobody is refused anything for want of the bus; what is to be told waits
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(present(secretary, &members).await?.len(), 2);
    nats.again()?;
    for _ in 0..1500 {
        let here = present(secretary, &members).await?;
        if let [stays] = here.as_slice() {
            assert_eq!(*stays, beizhan.school().organization);
            node.stop().await?;
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("the body never heard that its member left")
}

/// Organizations that have not left the body.
async fn present(by: &Actor, members: &ListBodyMembersRequest) -> Result<Vec<String>> {
    let members = by.call(members.clone()).await?.members.into_iter();
    let stay = members.filter(|member| member.end_time.is_none());
    Ok(stay.map(|member| member.organization).collect())
}
