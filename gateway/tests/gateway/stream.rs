//! Streams go on only as long as their caller may have them.

use std::time::{Duration, Instant};

use tonic::{Code, Status, Streaming};
use yihe_gateway::GatewayConfig;
use yihe_kernel::Clock;
use yihe_proto::meeting::v1 as pb;

use crate::node::{COMMUNITY, MEETING, Node, OTHER, reason, user, with};
use crate::policies::cut_off;

async fn watch(node: &Node, what: &str) -> Streaming<pb::MeetingEvent> {
    let request = pb::WatchMeetingRequest {
        name: MEETING.to_owned(),
        after_position: 0,
    };
    let request = with(
        node.as_user(&user(1), request),
        &[("x-do", what), ("accept-language", "en")],
    );
    node.meetings().await.watch_meeting(request).await.unwrap().into_inner()
}

async fn begun(node: &Node, what: &str) -> Streaming<pb::MeetingEvent> {
    let mut stream = watch(node, what).await;
    for position in 1..4 {
        assert_eq!(stream.message().await.unwrap().unwrap().position, position);
    }
    stream
}

async fn end(stream: &mut Streaming<pb::MeetingEvent>) -> Status {
    let ended = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return Status::ok(""),
                Err(status) => return status,
            }
        }
    });
    ended.await.expect("the stream goes on")
}

#[tokio::test]
async fn a_stream_ends_as_its_service_ends_it() {
    let node = Node::start().await;
    let status = end(&mut begun(&node, "fail").await).await;
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unavailable, "UNAVAILABLE")
    );
    assert_eq!(end(&mut begun(&node, "end").await).await.code(), Code::Ok);
}

#[tokio::test]
async fn taking_the_permission_away_ends_it() {
    let node = Node::start().await;
    for what in ["", "flood"] {
        let mut stream = begun(&node, what).await;
        node.policies.change(COMMUNITY, |snapshot| {
            snapshot.grants.retain(|grant| !grant.permission.ends_with("watch"));
        });
        let status = end(&mut stream).await;
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::PermissionDenied, "PERMISSION_DENIED"),
            "{what}"
        );
        let grant = crate::policies::grant("PARTY_COMMITTEE/SECRETARY", "meeting.meeting.watch");
        let revision = node.policies.change(COMMUNITY, |snapshot| snapshot.grants.push(grant));
        node.heard(revision).await;
    }
}

#[tokio::test]
async fn a_change_elsewhere_does_not() {
    let node = Node::start().await;
    let mut stream = begun(&node, "").await;
    node.policies.change(OTHER, |snapshot| snapshot.grants.clear());
    node.policies.change(COMMUNITY, |snapshot| {
        snapshot.grants.retain(|grant| !grant.permission.ends_with("update"));
    });
    let until = Instant::now() + Duration::from_millis(400);
    while Instant::now() < until {
        assert!(stream.message().await.unwrap().is_some());
    }
}

#[tokio::test]
async fn signing_out_ends_it() {
    let node = Node::start().await;
    let mut stream = begun(&node, "").await;
    node.clock.advance_seconds(1);
    node.policies.change(COMMUNITY, |snapshot| {
        snapshot.cutoffs.push(cut_off(&user(1), node.clock.now()));
    });
    let status = end(&mut stream).await;
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "CREDENTIALS_REVOKED")
    );
}

#[tokio::test]
async fn the_end_of_a_term_ends_it_at_that_instant() {
    // no look in between, so that it is the term that ends the stream
    let node = Node::with(GatewayConfig {
        recheck_ms: 60_000,
        ..GatewayConfig::default()
    })
    .await;
    let term_end = node.clock.now().plus_seconds(2);
    let revision = node.policies.change(COMMUNITY, |snapshot| {
        for role in snapshot
            .roles
            .iter_mut()
            .filter(|role| role.principal == user(1).to_string())
        {
            role.end_time = Some(term_end.to_proto());
        }
    });
    node.heard(revision).await;
    let mut stream = begun(&node, "").await;
    let status = end(&mut stream).await;
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::PermissionDenied, "NOT_YOUR_CAPACITY")
    );
    let late = node.clock.now().micros_since(term_end);
    assert!((0..500_000).contains(&late), "{late} µs after the end of the term");
}

#[tokio::test]
async fn a_clock_that_is_set_is_noticed() {
    let node = Node::start().await;
    let term_end = node.clock.now().plus_seconds(3600);
    let revision = node.policies.change(COMMUNITY, |snapshot| {
        for role in snapshot
            .roles
            .iter_mut()
            .filter(|role| role.principal == user(1).to_string())
        {
            role.end_time = Some(term_end.to_proto());
        }
    });
    node.heard(revision).await;
    let mut stream = begun(&node, "").await;
    node.clock.set(term_end);
    assert_eq!(reason(&end(&mut stream).await), "NOT_YOUR_CAPACITY");
}

#[tokio::test]
async fn a_stream_has_no_deadline_but_its_callers() {
    let config = GatewayConfig {
        default_deadline_ms: 100,
        max_deadline_ms: 100,
        ..GatewayConfig::default()
    };
    let node = Node::with(config).await;
    let mut stream = begun(&node, "").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(stream.message().await.unwrap().is_some());

    let request = pb::WatchMeetingRequest {
        name: MEETING.to_owned(),
        after_position: 0,
    };
    let mut request = node.as_user(&user(1), request);
    request.set_timeout(Duration::from_millis(300));
    let mut stream = node.meetings().await.watch_meeting(request).await.unwrap().into_inner();
    assert_eq!(end(&mut stream).await.code(), Code::DeadlineExceeded);
}
