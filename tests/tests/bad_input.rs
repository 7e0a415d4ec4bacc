//! What a hostile or clumsy caller sends through the gateway: a clear error, and nothing written.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use anyhow::Result;
use bytes::Bytes;
use tonic::{Code, Request};
use yihe::Wiring;
use yihe_proto::directory::v1::{
    CreateMembershipRequest, GetMembershipRequest, ListMembershipsRequest, Organization, OrganizationKind,
    SignInRequest,
};
use yihe_proto::meeting::v1::{
    Body, BodyKind, CreateBodyRequest, CreateMeetingRequest, ListBodiesRequest, ListMeetingsRequest, Meeting,
};
use yihe_testkit::{Actor, Beizhan, TestNode, TestNodeOptions, refused};
use yihe_tests::call_raw;

struct World {
    node: TestNode,
    beizhan: Beizhan,
}

impl World {
    async fn new(wiring: Wiring) -> Result<Self> {
        let node = TestNode::start(TestNodeOptions {
            wiring,
            ..TestNodeOptions::default()
        })
        .await?;
        let beizhan = Beizhan::set_up(&node).await?;
        Ok(Self { node, beizhan })
    }

    fn secretary(&self) -> &Actor {
        &self.beizhan.committee.person
    }

    async fn members(&self) -> Result<usize> {
        let parent = self.beizhan.community.clone();
        let request = ListMembershipsRequest {
            parent,
            page_size: 1000,
            ..Default::default()
        };
        Ok(self.secretary().call(request).await?.memberships.len())
    }

    async fn channel(&self) -> Result<tonic::transport::Channel> {
        Ok(
            tonic::transport::Channel::from_shared(format!("http://{}", self.node.address()))?
                .connect()
                .await?,
        )
    }
}

fn member(community: &str, display_name: &str, request_id: &str) -> CreateMembershipRequest {
    let kind = OrganizationKind::ResidentUnit.into();
    CreateMembershipRequest {
        parent: community.to_owned(),
        organization: Some(Organization {
            kind,
            display_name: display_name.to_owned(),
            ..Default::default()
        }),
        request_id: request_id.to_owned(),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_and_nothing_written_in_process() -> Result<()> {
    refused_and_nothing_written(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_and_nothing_written_over_sockets() -> Result<()> {
    refused_and_nothing_written(Wiring::Tcp).await
}

async fn refused_and_nothing_written(wiring: Wiring) -> Result<()> {
    let world = World::new(wiring).await?;
    let before = world.members().await?;
    names(&world).await?;
    fields(&world).await?;
    retries(&world, before).await?;
    wire(&world).await?;
    tokens(&world).await?;
    // one membership was rightly created by the retries
    assert_eq!(world.members().await?, before + 1);
    world.node.stop().await?;
    Ok(())
}

async fn names(world: &World) -> Result<()> {
    let secretary = world.secretary();
    refused(secretary.call(member("", "单位", "")).await, "INVALID_REQUEST")?;
    for name in [
        "communities",
        "communities/4403",
        "communities/-",
        "communities/440309002021/",
        "不",
        "communities/440309002021/x/../y",
    ] {
        refused(secretary.call(member(name, "单位", "")).await, "MALFORMED_NAME")?;
    }
    // a region's name is well formed, but the secretary does not act there
    refused(
        secretary.call(member("regions/44", "单位", "")).await,
        "NOT_YOUR_CAPACITY",
    )?;
    let name = format!(
        "{}/memberships/0190A5B4-7E1E-7C3A-9B3E-2F6D8C1A4E5F",
        world.beizhan.community
    );
    refused(secretary.call(GetMembershipRequest { name }).await, "MALFORMED_NAME")?;
    // nobody acts in a community that is not active
    refused(
        secretary.call(member("communities/110101001001", "单位", "")).await,
        "NOT_YOUR_CAPACITY",
    )?;
    let meeting = Meeting {
        body: "communities/440305006013/bodies/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f".into(),
        title: "会".into(),
        ..Default::default()
    };
    let request = CreateMeetingRequest {
        parent: world.beizhan.community.clone(),
        meeting: Some(meeting),
        ..Default::default()
    };
    refused(secretary.call(request).await, "TWO_COMMUNITIES")?;
    Ok(())
}

async fn fields(world: &World) -> Result<()> {
    let community = &world.beizhan.community;
    for display_name in ["", "   ", "钟\u{7}声", "a\u{202e}b", &"长".repeat(101), "两\n行"] {
        let refusal = refused(
            world.secretary().call(member(community, display_name, "")).await,
            "INVALID_REQUEST",
        )?;
        assert_eq!(refusal.code, Code::InvalidArgument);
        assert!(refusal.metadata["fields"].contains("display_name"), "{refusal:?}");
    }
    let body = Body {
        kind: BodyKind::Unspecified.into(),
        display_name: "\u{0}".into(),
        ..Default::default()
    };
    let request = CreateBodyRequest {
        parent: community.clone(),
        body: Some(body),
        ..Default::default()
    };
    let refusal = refused(world.secretary().call(request).await, "INVALID_REQUEST")?;
    for field in ["kind", "display_name", "convener"] {
        assert!(
            refusal.metadata["fields"].contains(field),
            "{field} is not named: {refusal:?}"
        );
    }
    let request = ListBodiesRequest {
        parent: community.clone(),
        page_size: -1,
        ..Default::default()
    };
    refused(world.secretary().call(request).await, "INVALID_REQUEST")?;
    let request = ListBodiesRequest {
        parent: community.clone(),
        page_token: "AAAA".into(),
        ..Default::default()
    };
    refused(world.secretary().call(request).await, "PAGE_TOKEN_INVALID")?;
    Ok(())
}

async fn retries(world: &World, before: usize) -> Result<()> {
    let community = &world.beizhan.community;
    let id = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e60";
    let first = world.secretary().call(member(community, "北站书店", id)).await?;
    let again = world.secretary().call(member(community, "北站书店", id)).await?;
    assert_eq!(first.name, again.name);
    assert_eq!(world.members().await?, before + 1);
    refused(
        world.secretary().call(member(community, "北站茶馆", id)).await,
        "REQUEST_ID_REUSED",
    )?;
    refused(
        world
            .secretary()
            .call(member(community, "北站茶馆", "not-a-uuid"))
            .await,
        "INVALID_REQUEST",
    )?;
    Ok(())
}

async fn tokens(world: &World) -> Result<()> {
    let request = || member(&world.beizhan.community, "单位", "");
    let good = world.secretary().token().unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let none_algorithm = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    let mut forged = parts[2].to_owned();
    forged.replace_range(0..1, if forged.starts_with('A') { "B" } else { "A" });
    let forged = format!("{}.{}.{forged}", parts[0], parts[1]);
    let committee = world.beizhan.committee.organization.clone();
    for token in ["", "x", "a.b.c", &none_algorithm, &forged, &good.replace('.', "")] {
        let actor = world.node.stranger().with_token(token).acting_as(&committee);
        let refusal = refused(actor.call(request()).await, "UNAUTHENTICATED")?;
        assert_eq!(refusal.code, Code::Unauthenticated);
    }
    // expired: the clock moves on past the quarter of an hour
    world.node.clock.advance_seconds(16 * 60);
    let late = world.node.stranger().with_token(&good).acting_as(&committee);
    let refusal = refused(late.call(request()).await, "UNAUTHENTICATED")?;
    assert!(refusal.text.contains("expired"), "{}", refusal.text);
    // somebody else's capacity, and no capacity at all
    let person = &world.beizhan.property_company.person;
    refused(person.acting_as(&committee).call(request()).await, "NOT_YOUR_CAPACITY")?;
    let cross = &world.beizhan.cross_appointed;
    let list = ListMeetingsRequest {
        parent: world.beizhan.community.clone(),
        ..Default::default()
    };
    refused(cross.call(list).await, "CAPACITY_REQUIRED")?;
    let request = SignInRequest {
        login: "secretary".into(),
        password: "not the password".into(),
    };
    refused(world.node.stranger().call(request).await, "SIGN_IN_FAILED")?;
    Ok(())
}

async fn wire(world: &World) -> Result<()> {
    use prost::Message;
    let channel = world.channel().await?;
    let path = "/yihe.directory.v1.MembershipService/CreateMembership";
    let mut encoded = member(&world.beizhan.community, "单位", "").encode_to_vec();
    // the annotated field a second time: a decoder takes the last one, a scan that stops early the first
    encoded.extend([0x0a, 24]);
    encoded.extend(b"communities/440305006013");
    let twice: Request<Bytes> = world.secretary().request(encoded.into())?;
    let answer = call_raw(&channel, path, twice, false).await;
    refused(answer, "DUPLICATE_FIELD")?;

    let large: Request<Bytes> = world.secretary().request(vec![0x52; 5 * 1024 * 1024].into())?;
    let answer = call_raw(&channel, path, large, false).await;
    let refusal = refused(answer, "MESSAGE_TOO_LARGE")?;
    assert_eq!(refusal.code, Code::ResourceExhausted);

    let broken: Request<Bytes> = world.secretary().request(vec![0x0a, 0xff, 0xff, 0x01].into())?;
    let status = call_raw(&channel, path, broken, false).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");

    let unknown: Request<Bytes> = world.secretary().request(Bytes::new())?;
    let answer = call_raw(&channel, "/yihe.directory.v1.MembershipService/Destroy", unknown, false).await;
    refused(answer, "METHOD_UNKNOWN")?;
    Ok(())
}
