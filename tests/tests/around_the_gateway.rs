//! A service reached around the gateway refuses, whatever is put into the request.

use anyhow::Result;
use tonic::Code;
use yihe::{ServiceName, Wiring};
use yihe_proto::directory::v1::ListMembershipsRequest;
use yihe_proto::meeting::v1::ListMeetingsRequest;
use yihe_proto::meeting::v1::meeting_service_client::MeetingServiceClient;
use yihe_proto::policy::v1::{GetSnapshotRequest, ListGrantsRequest};
use yihe_testkit::{Actor, Beizhan, Refused, TestNode, TestNodeOptions};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_service_refuses() -> Result<()> {
    let node = TestNode::start(TestNodeOptions {
        wiring: Wiring::Tcp,
        ..TestNodeOptions::default()
    })
    .await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let token = beizhan.committee.person.token().unwrap();
    let through = ListMeetingsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    beizhan.committee.person.call(through.clone()).await?;

    let reach = async |service: ServiceName| -> Result<Actor> {
        let address = node.node().service_addresses()[&service];
        let channel = tonic::transport::Channel::from_shared(format!("http://{address}"))?
            .connect()
            .await?;
        Ok(Actor::stranger(channel).with_token(&token))
    };
    let meeting = reach(ServiceName::Meeting).await?;
    let directory = reach(ServiceName::Directory).await?;
    let policy = reach(ServiceName::Policy).await?;
    let parent = beizhan.community.clone();
    for status in [
        meeting.call(through.clone()).await.unwrap_err(),
        directory
            .call(ListMembershipsRequest {
                parent: parent.clone(),
                ..Default::default()
            })
            .await
            .unwrap_err(),
        policy
            .call(ListGrantsRequest {
                parent: parent.clone(),
                ..Default::default()
            })
            .await
            .unwrap_err(),
        policy
            .call(GetSnapshotRequest {
                community: parent.clone(),
                ..Default::default()
            })
            .await
            .unwrap_err(),
    ] {
        let refused = Refused::from(&status);
        assert_eq!(
            (refused.code, refused.reason.as_str()),
            (Code::Unauthenticated, "UNAUTHENTICATED"),
            "{status:?}"
        );
    }

    // an access token in the place of the internal one, around the gateway and through it
    let around = node.node().service_addresses()[&ServiceName::Meeting];
    for address in [around, node.address()] {
        let mut request = node.stranger().request(through.clone())?;
        request.metadata_mut().insert("yihe-internal-token", token.parse()?);
        let mut client = MeetingServiceClient::connect(format!("http://{address}")).await?;
        assert_eq!(
            client.list_meetings(request).await.unwrap_err().code(),
            Code::Unauthenticated,
            "at {address}"
        );
    }
    node.stop().await?;
    Ok(())
}
