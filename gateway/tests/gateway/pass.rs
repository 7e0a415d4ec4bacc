//! What passes through, and what does not.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tonic::transport::Channel;
use tonic::{Code, Request};
use tonic_types::StatusExt;
use yihe_authz::INTERNAL_TOKEN;
use yihe_gateway::GatewayConfig;
use yihe_proto::directory::v1::WhoAmIRequest;
use yihe_proto::directory::v1::sign_in_service_client::SignInServiceClient;
use yihe_proto::meeting::v1::meeting_service_client::MeetingServiceClient;
use yihe_server::{Link, ServeOptions, serve_on_cores};

use crate::node::{MEETING, Node, get_meeting, organization, reason, user, with};

#[tokio::test]
async fn a_service_sees_the_callers_words_but_not_its_secrets() {
    let node = Node::start().await;
    let headers = [
        ("yihe-internal-token", "forged"),
        ("yihe-internal-anything", "forged"),
        ("yihe-acting-as", "self"),
        ("x-forwarded-for", "10.0.0.1"),
        ("cookie", "a=b"),
        ("accept-language", "en"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("partner-tag", "t"),
    ];
    let asked = organization(1).to_string();
    let headers = headers.map(|(name, value)| {
        (
            name,
            if name == "yihe-acting-as" {
                asked.as_str()
            } else {
                value
            },
        )
    });
    node.get(&user(1), &headers).await.unwrap();
    let seen = node.upstream.last();
    for name in [
        INTERNAL_TOKEN,
        "yihe-internal-anything",
        "yihe-acting-as",
        "authorization",
        "x-forwarded-for",
        "cookie",
        "traceparent",
    ] {
        assert!(!seen.headers.contains_key(name), "{name} reached the service");
    }
    for (name, value) in [("accept-language", "en"), ("partner-tag", "t")] {
        assert_eq!(seen.headers.get(name).unwrap(), value);
    }
    assert!(
        seen.headers.contains_key("grpc-timeout"),
        "the service is not told when to stop"
    );
    assert_eq!(seen.claims.principal, user(1));
    assert_eq!(seen.claims.method, "/yihe.meeting.v1.MeetingService/GetMeeting");
    assert_eq!((seen.claims.revision.directory, seen.claims.revision.policy), (5, 5));
}

#[tokio::test]
async fn an_internal_token_from_outside_opens_nothing() {
    let node = Node::start().await;
    let keys = yihe_authz::Keys::ephemeral().unwrap();
    let tokens = yihe_authz::InternalTokens::new(&keys, node.clock.clone());
    node.get(&user(1), &[]).await.unwrap();
    let stolen = tokens.issue(&node.upstream.last().claims).unwrap();
    let request = with(Request::new(get_meeting(MEETING)), &[(INTERNAL_TOKEN, &stolen)]);
    let status = node.meetings().await.get_meeting(request).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    // beside good credentials of somebody else it changes nothing
    let status = node.get(&user(9), &[(INTERNAL_TOKEN, &stolen)]).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    assert!(node.upstream.take().is_empty());
}

#[tokio::test]
async fn answers_and_refusals_of_a_service_come_back_whole() {
    let node = Node::start().await;
    let request = node.as_user(&user(1), get_meeting(MEETING));
    let answer = node.meetings().await.get_meeting(request).await.unwrap();
    assert_eq!(answer.metadata().get("x-told").unwrap(), "yes");

    let status = node
        .get(&user(1), &[("x-do", "fail"), ("accept-language", "en")])
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::NotFound, "RESOURCE_NOT_FOUND")
    );
    let details = status.get_error_details();
    assert_eq!(details.resource_info().unwrap().resource_name, MEETING);
    assert_eq!(
        details.localized_message().unwrap().message,
        format!("{MEETING} does not exist")
    );
}

#[tokio::test]
async fn a_status_without_details_gets_ours() {
    let node = Node::start().await;
    for (what, code, expected) in [
        ("bare", Code::ResourceExhausted, "MESSAGE_TOO_LARGE"),
        ("cancelled", Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
        ("panic", Code::Internal, "INTERNAL"),
    ] {
        let status = node.get(&user(1), &[("x-do", what)]).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (code, expected), "{what}");
    }
}

#[tokio::test]
async fn the_callers_deadline_holds_and_is_malformed_or_not() {
    let node = Node::start().await;
    // not with a generated client: it would give up by its own timer
    let ask = async |timeout: &str, what: &str| {
        let token = format!("Bearer {}", node.token(&user(1)));
        let body = crate::raw::framed(&prost::Message::encode_to_vec(&get_meeting(MEETING)));
        let headers = [
            ("authorization", token.as_str()),
            ("grpc-timeout", timeout),
            ("x-do", what),
        ];
        crate::raw::call(
            node.address,
            "/yihe.meeting.v1.MeetingService/GetMeeting",
            &headers,
            &body,
        )
        .await
        .status
    };
    let begun = Instant::now();
    let status = ask("200m", "slow").await;
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
    );
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(reason(&ask("soon", "").await), "HEADER_INVALID");
    assert_eq!(ask("10S", "").await.code(), Code::Ok);
}

#[tokio::test]
async fn a_call_without_a_deadline_gets_one() {
    let node = Node::with(GatewayConfig {
        default_deadline_ms: 200,
        ..GatewayConfig::default()
    })
    .await;
    let begun = Instant::now();
    let status = node.get(&user(1), &[("x-do", "slow")]).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn too_long_a_deadline_is_cut() {
    let config = GatewayConfig {
        default_deadline_ms: 200,
        max_deadline_ms: 300,
        ..GatewayConfig::default()
    };
    let node = Node::with(config).await;
    let begun = Instant::now();
    let status = node
        .get(&user(1), &[("x-do", "slow"), ("grpc-timeout", "20S")])
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn it_serves_on_several_threads_each_with_channels_of_its_own() {
    let node = Node::start().await;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let (gateway, meeting_at) = (node.gateway.clone(), node.meeting_at);
    let make = move || {
        let channel = Channel::from_shared(format!("http://{meeting_at}"))
            .unwrap()
            .connect_lazy();
        gateway.over(HashMap::from([("meeting", Link::Remote(channel))]))
    };
    let options = ServeOptions::default();
    let servers = serve_on_cores("127.0.0.1:0".parse().unwrap(), 2, options, &stopping, make).unwrap();
    for _ in 0..10 {
        let channel = Channel::from_shared(format!("http://{}", servers.address()))
            .unwrap()
            .connect()
            .await
            .unwrap();
        let request = node.as_user(&user(1), get_meeting(MEETING));
        MeetingServiceClient::new(channel.clone())
            .get_meeting(request)
            .await
            .unwrap();
        // the directory is not among these links
        let request = node.as_user(&user(1), WhoAmIRequest {});
        let status = SignInServiceClient::new(channel).who_am_i(request).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::Unimplemented, "METHOD_UNKNOWN")
        );
    }
    assert_eq!(node.upstream.take().len(), 10);
    stop.send_replace(true);
    servers.stopped().await.unwrap();
}
