//! A term is honoured to the instant: when it ends the roles end, nobody acting, on calls and on open streams alike.

use std::time::Duration;

use anyhow::{Context, Result};
use tonic::Code;
use yihe::Wiring;
use yihe_kernel::Clock;
use yihe_proto::directory::v1::{
    CreateAppointmentRequest, ListMembershipsRequest, Post, SignOutRequest, WhoAmIRequest,
};
use yihe_proto::meeting::v1::{Body, BodyKind, CreateBodyRequest, CreateMeetingRequest, Meeting, WatchMeetingRequest};
use yihe_testkit::{Beizhan, Refused, TestNode, TestNodeOptions, refused};

async fn meeting(beizhan: &Beizhan) -> Result<String> {
    let secretary = &beizhan.committee.person;
    let body = Body {
        kind: BodyKind::JointConference.into(),
        display_name: "联席会议".into(),
        convener: beizhan.committee.organization.clone(),
        ..Default::default()
    };
    let parent = beizhan.community.clone();
    let body = CreateBodyRequest {
        parent: parent.clone(),
        body: Some(body),
        ..Default::default()
    };
    let body = secretary.call(body).await?.name;
    let meeting = Meeting {
        body,
        title: "暗渠清淤".into(),
        start_time: Some(prost_types::Timestamp {
            seconds: 1_773_100_800,
            nanos: 0,
        }),
        ..Default::default()
    };
    let meeting = CreateMeetingRequest {
        parent,
        meeting: Some(meeting),
        ..Default::default()
    };
    Ok(secretary.call(meeting).await?.name)
}

async fn to_the_instant(wiring: Wiring) -> Result<()> {
    let node = TestNode::start(TestNodeOptions {
        wiring,
        ..TestNodeOptions::default()
    })
    .await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let meeting = meeting(&beizhan).await?;
    // the manager of the property company sits on the committee for ten minutes
    let manager = &beizhan.property_company.person;
    let end = node.clock.now().plus_seconds(600);
    let request = CreateAppointmentRequest {
        parent: beizhan.community.clone(),
        user: manager.call(WhoAmIRequest {}).await?.principal,
        organization: beizhan.committee.organization.clone(),
        post: Post::Member.into(),
        end_time: Some(end.to_proto()),
        ..Default::default()
    };
    let made = beizhan.committee.person.call(request).await?;
    manager.saw(&made.name, &made.revision);
    let member = manager.acting_as(&beizhan.committee.organization);
    let list = ListMembershipsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    let watch = WatchMeetingRequest {
        name: meeting,
        ..Default::default()
    };
    node.clock.set(end.plus_seconds(-30));
    member.call(list.clone()).await.context("thirty seconds are left")?;
    let mut stream = member.watch(watch.clone()).await.context("watching")?;
    let mut kept = beizhan.committee.person.watch(watch.clone()).await?;
    node.clock.set(end);
    refused(member.call(list.clone()).await, "NOT_YOUR_CAPACITY")?;
    let ended = tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return Err(anyhow::anyhow!("the stream ended as if all were told")),
                Err(status) => return Ok(status),
            }
        }
    });
    let ended = Refused::from(&ended.await.context("the stream goes on")??);
    assert_eq!(
        (ended.code, ended.reason.as_str()),
        (Code::PermissionDenied, "NOT_YOUR_CAPACITY"),
        "{ended:?}"
    );
    manager.call(list.clone()).await.context("its own post goes on")?;

    // nobody else's stream is touched, until its own tokens are cut off
    let others = tokio::time::timeout(Duration::from_millis(500), async {
        while let Ok(Some(_)) = kept.message().await {}
    });
    assert!(others.await.is_err(), "the secretary's stream has ended");
    let token = beizhan.committee.person.token().context("a token")?;
    beizhan.committee.person.call(SignOutRequest {}).await?;
    let cut = tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            match kept.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return Err(anyhow::anyhow!("the stream ended as if all were told")),
                Err(status) => return Ok(status),
            }
        }
    });
    let cut = Refused::from(&cut.await.context("the stream goes on")??);
    assert_eq!(cut.reason, "CREDENTIALS_REVOKED");
    refused(
        node.stranger().with_token(&token).call(list).await,
        "CREDENTIALS_REVOKED",
    )?;
    node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_term_ends_to_the_instant_in_process() -> Result<()> {
    to_the_instant(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_term_ends_to_the_instant_over_sockets() -> Result<()> {
    to_the_instant(Wiring::Tcp).await
}
