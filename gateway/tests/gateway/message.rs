//! The one message of a call, and every way in which it can be wrong.

use std::time::Duration;

use prost::Message;
use tonic::Code;
use yihe_gateway::GatewayConfig;
use yihe_proto::meeting::v1 as pb;

use crate::node::{COMMUNITY, MEETING, Node, OTHER, get_meeting, metadata, reason, user};
use crate::raw::{Answer, call, call_in_pieces, framed};

const GET: &str = "/yihe.meeting.v1.MeetingService/GetMeeting";
const UPDATE: &str = "/yihe.meeting.v1.MeetingService/UpdateMeeting";

async fn send(node: &Node, path: &str, body: &[u8]) -> Answer {
    let token = format!("Bearer {}", node.token(&user(1)));
    call(node.address, path, &[("authorization", &token)], body).await
}

fn told(answer: &Answer) -> (Code, String) {
    (answer.status.code(), reason(&answer.status))
}

#[tokio::test]
async fn an_honest_message_passes_whole_or_in_pieces() {
    let node = Node::start().await;
    let body = framed(&get_meeting(MEETING).encode_to_vec());
    assert_eq!(told(&send(&node, GET, &body).await), (Code::Ok, String::new()));
    let token = format!("Bearer {}", node.token(&user(1)));
    let pieces = body
        .chunks(3)
        .map(|piece| (Duration::from_millis(1), piece.to_vec()))
        .collect();
    let answer = call_in_pieces(node.address, GET, &[("authorization", &token)], pieces).await;
    assert_eq!(told(&answer), (Code::Ok, String::new()));
    let meeting = pb::Meeting::decode(answer.body.slice(5..)).unwrap();
    assert_eq!(meeting.name, MEETING);
}

#[tokio::test]
async fn a_field_that_occurs_twice_does_not_get_past() {
    let node = Node::start().await;
    let (allowed, wanted) = (get_meeting(MEETING), get_meeting(&MEETING.replace(COMMUNITY, OTHER)));
    for (first, second) in [(&allowed, &wanted), (&wanted, &allowed), (&allowed, &allowed)] {
        let bytes = [first.encode_to_vec(), second.encode_to_vec()].concat();
        let answer = send(&node, GET, &framed(&bytes)).await;
        assert_eq!(told(&answer), (Code::InvalidArgument, "DUPLICATE_FIELD".to_owned()));
        assert_eq!(metadata(&answer.status, "field"), "name");
    }
    let update = |name: &str| {
        let meeting = pb::Meeting {
            name: name.to_owned(),
            ..pb::Meeting::default()
        };
        pb::UpdateMeetingRequest {
            meeting: Some(meeting),
            ..pb::UpdateMeetingRequest::default()
        }
        .encode_to_vec()
    };
    assert_eq!(told(&send(&node, UPDATE, &framed(&update(MEETING))).await).0, Code::Ok);
    let bytes = [update(MEETING), update(&MEETING.replace(COMMUNITY, OTHER))].concat();
    let answer = send(&node, UPDATE, &framed(&bytes)).await;
    assert_eq!(told(&answer), (Code::InvalidArgument, "DUPLICATE_FIELD".to_owned()));
    assert_eq!(metadata(&answer.status, "field"), "meeting.name");
    assert_eq!(node.upstream.take().len(), 1);
}

#[tokio::test]
async fn names_that_lead_nowhere_are_refused() {
    let node = Node::start().await;
    for (name, expected) in [
        ("", "INVALID_REQUEST"),
        ("communities/-/meetings/1", "MALFORMED_NAME"),
        ("organizations/1", "MALFORMED_NAME"),
        ("communities/44030900202/meetings/1", "MALFORMED_NAME"),
        ("/communities/440309002021", "MALFORMED_NAME"),
    ] {
        let answer = send(&node, GET, &framed(&get_meeting(name).encode_to_vec())).await;
        assert_eq!(told(&answer), (Code::InvalidArgument, expected.to_owned()), "{name}");
    }
    assert!(node.upstream.take().is_empty());
}

#[tokio::test]
async fn what_is_not_one_plain_message_is_refused() {
    let node = Node::start().await;
    let good = get_meeting(MEETING).encode_to_vec();
    let with_flag = |flag: u8| [&[flag][..], &framed(&good)[1..]].concat();
    let declared = |length: u32| [&[0][..], &length.to_be_bytes(), &good].concat();
    let cases: Vec<(&str, Vec<u8>, Code, &str)> = vec![
        ("empty stream", vec![], Code::InvalidArgument, "MESSAGE_MISSING"),
        (
            "prefix cut short",
            vec![0, 0],
            Code::InvalidArgument,
            "MESSAGE_MALFORMED",
        ),
        (
            "message cut short",
            declared(1000),
            Code::InvalidArgument,
            "MESSAGE_MALFORMED",
        ),
        ("bytes behind", declared(3), Code::InvalidArgument, "SECOND_MESSAGE"),
        (
            "second message",
            [framed(&good), framed(&good)].concat(),
            Code::InvalidArgument,
            "SECOND_MESSAGE",
        ),
        (
            "compressed",
            with_flag(1),
            Code::Unimplemented,
            "COMPRESSION_NOT_SUPPORTED",
        ),
        ("unknown flag", with_flag(2), Code::InvalidArgument, "MESSAGE_MALFORMED"),
        (
            "too large",
            declared((4 << 20) + 1),
            Code::ResourceExhausted,
            "MESSAGE_TOO_LARGE",
        ),
        (
            "largest number",
            declared(u32::MAX),
            Code::ResourceExhausted,
            "MESSAGE_TOO_LARGE",
        ),
        (
            "malformed",
            framed(&[0x0a, 0x50, b'x']),
            Code::InvalidArgument,
            "MESSAGE_MALFORMED",
        ),
        (
            "not UTF-8",
            framed(&[0x0a, 0x01, 0xff]),
            Code::InvalidArgument,
            "MESSAGE_MALFORMED",
        ),
        (
            "group",
            framed(&[0x1b, 0x1c]),
            Code::InvalidArgument,
            "MESSAGE_MALFORMED",
        ),
    ];
    for (what, body, code, expected) in cases {
        assert_eq!(
            told(&send(&node, GET, &body).await),
            (code, expected.to_owned()),
            "{what}"
        );
    }
    assert!(node.upstream.take().is_empty());
}

#[tokio::test]
async fn a_second_message_sent_later_does_not_get_past() {
    let node = Node::start().await;
    let good = framed(&get_meeting(MEETING).encode_to_vec());
    let token = format!("Bearer {}", node.token(&user(1)));
    let pieces = vec![(Duration::ZERO, good.clone()), (Duration::from_millis(200), good)];
    let answer = call_in_pieces(node.address, GET, &[("authorization", &token)], pieces).await;
    assert_eq!(told(&answer), (Code::InvalidArgument, "SECOND_MESSAGE".to_owned()));
    assert!(node.upstream.take().is_empty());
}

#[tokio::test]
async fn a_large_message_within_the_limit_passes() {
    let node = Node::start().await;
    let meeting = pb::Meeting {
        name: MEETING.to_owned(),
        title: "题".repeat(1 << 20),
        ..pb::Meeting::default()
    };
    let request = pb::UpdateMeetingRequest {
        meeting: Some(meeting),
        ..pb::UpdateMeetingRequest::default()
    };
    let mut meetings = node.meetings().await.max_encoding_message_size(8 << 20);
    meetings
        .update_meeting(node.as_user(&user(1), request.clone()))
        .await
        .unwrap();
    let meeting = pb::Meeting {
        title: "题".repeat(1 << 21),
        ..request.meeting.unwrap()
    };
    let request = pb::UpdateMeetingRequest {
        meeting: Some(meeting),
        ..pb::UpdateMeetingRequest::default()
    };
    let status = meetings
        .update_meeting(node.as_user(&user(1), request))
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "MESSAGE_TOO_LARGE")
    );
    assert_eq!(metadata(&status, "limit"), (4 << 20).to_string());
}

#[tokio::test]
async fn an_encoding_other_than_identity_is_refused() {
    let node = Node::start().await;
    let status = node.get(&user(1), &[("grpc-encoding", "gzip")]).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unimplemented, "COMPRESSION_NOT_SUPPORTED")
    );
    assert!(
        node.get(
            &user(1),
            &[("grpc-encoding", "identity"), ("grpc-accept-encoding", "gzip")]
        )
        .await
        .is_ok()
    );
}

#[tokio::test]
async fn whoever_waits_before_it_speaks_meets_a_limit() {
    let node = Node::with(GatewayConfig {
        first_message_ms: 200,
        ..GatewayConfig::default()
    })
    .await;
    let good = framed(&get_meeting(MEETING).encode_to_vec());
    let token = format!("Bearer {}", node.token(&user(1)));
    for pieces in [
        vec![(Duration::from_secs(5), good.clone())],
        vec![
            (Duration::ZERO, good[..9].to_vec()),
            (Duration::from_secs(5), good[9..].to_vec()),
        ],
        vec![(Duration::ZERO, good.clone()), (Duration::from_secs(5), vec![])],
    ] {
        let begun = std::time::Instant::now();
        let answer = call_in_pieces(node.address, GET, &[("authorization", &token)], pieces).await;
        assert_eq!(told(&answer), (Code::DeadlineExceeded, "FIRST_MESSAGE_LATE".to_owned()));
        assert!(begun.elapsed() < Duration::from_secs(3));
    }
}
