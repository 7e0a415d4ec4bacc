//! Health, reflection, and those who do not speak gRPC.

use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::node::{Node, loopback};
use crate::raw::call;

#[tokio::test]
async fn health_tells_readiness_of_all_and_of_each_public_service() {
    let node = Node::start().await;
    let mut health = HealthClient::new(node.channel().await);
    for service in ["", "yihe.meeting.v1.MeetingService"] {
        let mut watch = health
            .watch(HealthCheckRequest {
                service: service.into(),
            })
            .await
            .unwrap()
            .into_inner();
        let ready = async { while watch.message().await.unwrap().unwrap().status != 1 {} };
        tokio::time::timeout(Duration::from_secs(5), ready)
            .await
            .expect(service);
        let answer = health
            .check(HealthCheckRequest {
                service: service.into(),
            })
            .await
            .unwrap();
        assert_eq!(answer.into_inner().status, 1, "{service}");
    }
    let internal = HealthCheckRequest {
        service: "yihe.policy.v1.SnapshotService".into(),
    };
    assert!(health.check(internal).await.is_err());
}

#[tokio::test]
async fn reflection_lists_public_services_in_both_versions() {
    let node = Node::start().await;
    let ask = v1::server_reflection_request::MessageRequest::ListServices(String::new());
    let request = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(ask),
    };
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(node.channel().await);
    let mut answers = client
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let v1::server_reflection_response::MessageResponse::ListServicesResponse(list) = answer else {
        panic!("{answer:?}")
    };
    let names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
    assert!(
        names.contains(&"yihe.meeting.v1.MeetingService") && names.contains(&"grpc.health.v1.Health"),
        "{names:?}"
    );
    for internal in [
        "yihe.directory.v1.AuthorityService",
        "yihe.policy.v1.SnapshotService",
        "yihe.policy.v1.UsageService",
    ] {
        assert!(!names.contains(&internal), "{names:?}");
    }

    let ask = v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol(
        "yihe.policy.v1.SnapshotService".into(),
    );
    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(ask),
    };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(node.channel().await);
    let mut answers = client
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answers.message().await.unwrap_err().code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn whoever_does_not_speak_grpc_is_told_so() {
    let node = Node::start().await;
    let known = "/yihe.meeting.v1.MeetingService/GetMeeting";
    for (path, kind, expected) in [
        (known, "application/json", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (known, "application/grpc-web+proto", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("/", "text/html", StatusCode::NOT_FOUND),
        ("/x/Y", "application/json", StatusCode::NOT_FOUND),
    ] {
        let answer = call(node.address, path, &[("content-type", kind)], b"{}").await;
        assert_eq!(answer.http, expected, "{path} {kind}");
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
        assert!(std::str::from_utf8(&answer.body).unwrap().contains("gRPC"));
    }
    let mut stream = TcpStream::connect((loopback().as_str(), node.address.port()))
        .await
        .unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 404 ") && answer.contains("this port speaks gRPC"),
        "{answer}"
    );
}
