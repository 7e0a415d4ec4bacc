//! One caller's flood slows itself, and one community's too.

use std::time::Duration;

use tonic::Code;
use tonic_types::StatusExt;
use yihe_gateway::GatewayConfig;
use yihe_proto::directory::v1 as directory;
use yihe_proto::meeting::v1 as pb;

use crate::node::{COMMUNITY, MEETING, Node, OTHER, get_meeting, metadata, reason, user};

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

#[tokio::test]
async fn one_communitys_flood_leaves_the_others_theirs() {
    let node = Node::with(GatewayConfig {
        community_requests_per_second: 5,
        burst_seconds: 2,
        ..GatewayConfig::default()
    })
    .await;
    let mut meetings = node.meetings().await;
    let mut get = async |name: &str, caller: u32, language: &str| {
        let request = node.as_user(&user(caller), get_meeting(name));
        let request = crate::node::with(request, &[("accept-language", language)]);
        meetings.get_meeting(request).await.map(|_| ())
    };
    // whoever may do nothing there takes nothing of it
    for _ in 0..20 {
        assert_eq!(get(MEETING, 9, "en").await.unwrap_err().code(), Code::PermissionDenied);
    }
    let mut refused = Vec::new();
    for _ in 0..60 {
        refused.extend(get(MEETING, 1, "en").await.err());
    }
    // ten at once, and one more for each fifth of a second that the calls take
    assert!((20..=50).contains(&refused.len()), "{}", refused.len());
    let status = &refused[0];
    assert_eq!(
        (status.code(), reason(status).as_str()),
        (Code::ResourceExhausted, "COMMUNITY_RATE_LIMITED")
    );
    assert_eq!(metadata(status, "name"), COMMUNITY);
    assert!(
        status
            .message()
            .starts_with("too many calls in communities/440309002021")
    );
    let delay = status.get_error_details().retry_info().unwrap().retry_delay.unwrap();
    assert!(delay <= Duration::from_secs(1));
    let chinese = async {
        loop {
            if let Err(status) = get(MEETING, 1, "zh-CN").await {
                return status;
            }
        }
    };
    let details = chinese.await.get_error_details();
    let text = &details.localized_message().unwrap().message;
    assert!(text.starts_with("communities/440309002021 内的调用过于频繁"), "{text}");
    // the same caller elsewhere
    for _ in 0..10 {
        get(&MEETING.replace(COMMUNITY, OTHER), 1, "en").await.unwrap();
    }
    tokio::time::sleep(delay).await;
    get(MEETING, 1, "en").await.unwrap();
}

#[tokio::test]
async fn streams_of_a_community_count_until_they_end_and_no_others_do() {
    let node = Node::with(GatewayConfig {
        community_streams: 2,
        ..GatewayConfig::default()
    })
    .await;
    let mut meetings = node.meetings().await;
    let mut watch = async |name: String| {
        let request = pb::WatchMeetingRequest {
            name,
            after_position: 0,
        };
        meetings.watch_meeting(node.as_user(&user(1), request)).await
    };
    let first = watch(MEETING.to_owned()).await.unwrap();
    let second = watch(MEETING.to_owned()).await.unwrap();
    let status = watch(MEETING.to_owned()).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "COMMUNITY_STREAMS_LIMITED")
    );
    assert_eq!(
        (metadata(&status, "limit"), metadata(&status, "name")),
        ("2".to_owned(), COMMUNITY.to_owned())
    );
    assert!(status.get_error_details().retry_info().is_some());
    node.get(&user(1), &[]).await.unwrap();
    let other = watch(MEETING.replace(COMMUNITY, OTHER)).await.unwrap();
    drop((first, second));
    let room = async {
        while watch(MEETING.to_owned()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), room)
        .await
        .expect("streams that ended still count");
    drop(other);
}
