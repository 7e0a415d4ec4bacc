//! One caller's flood slows itself.

use std::time::Duration;

use tonic::Code;
use tonic_types::StatusExt;
use yihe_gateway::GatewayConfig;
use yihe_proto::directory::v1 as directory;
use yihe_proto::meeting::v1 as pb;

use crate::node::{MEETING, Node, metadata, reason, user};

#[tokio::test]
async fn too_many_calls_are_told_when_to_come_again() {
    let node = Node::with(GatewayConfig {
        requests_per_second: 5,
        burst_seconds: 1,
        ..GatewayConfig::default()
    })
    .await;
    let mut refused = None;
    for _ in 0..20 {
        if let Err(status) = node.get(&user(1), &[]).await {
            refused = Some(status);
            break;
        }
    }
    let status = refused.expect("twenty calls went through");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "RATE_LIMITED")
    );
    let delay = status.get_error_details().retry_info().unwrap().retry_delay.unwrap();
    assert!(delay <= Duration::from_secs(1));
    tokio::time::sleep(delay).await;
    assert!(node.get(&user(1), &[]).await.is_ok());
}

#[tokio::test]
async fn unknown_callers_are_counted_by_address_and_guessed_tokens_too() {
    let node = Node::with(GatewayConfig {
        requests_per_second: 5,
        burst_seconds: 1,
        ..GatewayConfig::default()
    })
    .await;
    let mut sign_in = node.sign_in().await;
    let mut codes = Vec::new();
    for guess in 0..20 {
        let request = tonic::Request::new(directory::WhoAmIRequest {});
        let request = crate::node::with(request, &[("authorization", &format!("Bearer guess{guess}"))]);
        codes.push(sign_in.who_am_i(request).await.unwrap_err().code());
    }
    assert_eq!(codes[0], Code::Unauthenticated);
    assert_eq!(codes[19], Code::ResourceExhausted);
    let status = sign_in.sign_in(directory::SignInRequest::default()).await.unwrap_err();
    assert_eq!(reason(&status), "RATE_LIMITED");
}

#[tokio::test]
async fn streams_count_until_they_end() {
    let node = Node::with(GatewayConfig {
        concurrent_calls: 2,
        ..GatewayConfig::default()
    })
    .await;
    let mut meetings = node.meetings().await;
    let request = || {
        let request = pb::WatchMeetingRequest {
            name: MEETING.to_owned(),
            after_position: 0,
        };
        node.as_user(&user(1), request)
    };
    let first = meetings.watch_meeting(request()).await.unwrap();
    let second = meetings.watch_meeting(request()).await.unwrap();
    let status = node.get(&user(1), &[]).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "CONCURRENCY_LIMITED")
    );
    assert_eq!(metadata(&status, "limit"), "2");
    assert!(status.get_error_details().retry_info().is_some());
    assert_ne!(
        node.get(&user(2), &[]).await.unwrap_err().code(),
        Code::ResourceExhausted
    );
    drop((first, second));
    let room = async {
        while node.get(&user(1), &[]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), room)
        .await
        .expect("streams that ended still count");
}
