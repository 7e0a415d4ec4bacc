use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::snapshot_service_client::SnapshotServiceClient;
use yihe_server::{Health, ServeOptions, serve_on_cores};

use crate::fixture::{Served, Upstream, order, routes};

#[tokio::test]
async fn a_call_in_progress_ends_well_and_new_connections_are_not_taken() {
    let upstream = Upstream::default();
    let mut served = Served::start(routes(upstream.clone()), ServeOptions::default()).await;
    let mut client = SnapshotServiceClient::new(served.channel().await);
    let call = tokio::spawn(async move {
        client
            .get_snapshot(order(pb::GetSnapshotRequest::default(), "slow"))
            .await
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let address = served.address;
    served.ask_to_stop();
    served.stopped().await;
    assert!(upstream.finished.load(Ordering::SeqCst));
    assert!(call.await.unwrap().is_ok());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_does_not_end_is_cut_off_within_the_bound() {
    let options = ServeOptions {
        drain: Duration::from_millis(300),
        ..ServeOptions::default()
    };
    let mut served = Served::start(routes(Upstream::default()), options).await;
    let mut client = SnapshotServiceClient::new(served.channel().await);
    let mut stream = client
        .watch_revisions(order(pb::WatchRevisionsRequest {}, "slow"))
        .await
        .unwrap()
        .into_inner();
    for _ in 0..3 {
        stream.message().await.unwrap().unwrap();
    }
    let begun = Instant::now();
    served.ask_to_stop();
    served.stopped().await;
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert!(stream.message().await.is_err());
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let options = ServeOptions {
        first_byte_timeout: Duration::from_millis(200),
        ..ServeOptions::default()
    };
    let served = Served::start(routes(Upstream::default()), options).await;
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    let read = tokio::time::timeout(Duration::from_secs(5), silent.read(&mut [0; 1])).await;
    assert_eq!(read.expect("closed in time").unwrap(), 0);
}

#[tokio::test]
async fn http_1_gets_an_answer() {
    let served = Served::start(routes(Upstream::default()), ServeOptions::default()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 "), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn health_tells_readiness_by_name() {
    let name = "yihe.policy.v1.SnapshotService";
    let health = Health::not_ready([name.to_owned()]);
    let served = Served::start(health.beside(routes(Upstream::default())), ServeOptions::default()).await;
    let mut client = HealthClient::new(served.channel().await);
    for ready in [false, true, false] {
        health.set_ready(ready).await;
        for service in ["", name] {
            let status = client
                .check(HealthCheckRequest {
                    service: service.into(),
                })
                .await
                .unwrap()
                .into_inner()
                .status;
            assert_eq!(status, if ready { 1 } else { 2 }, "{service:?}");
        }
    }
    let unknown = client
        .check(HealthCheckRequest { service: "x".into() })
        .await
        .unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
}

#[tokio::test]
async fn one_port_is_served_by_several_threads() {
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let threads = std::sync::Arc::new(std::sync::Mutex::new(std::collections::HashSet::new()));
    let made = std::sync::Arc::clone(&threads);
    let servers = serve_on_cores(
        "127.0.0.1:0".parse().unwrap(),
        3,
        ServeOptions::default(),
        &stopping,
        move || {
            made.lock().unwrap().insert(std::thread::current().id());
            routes(Upstream::default())
        },
    )
    .unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for index in 0..30 {
        let address = servers.address();
        calls.spawn(async move {
            let channel = tonic::transport::Channel::from_shared(format!("http://{address}")).unwrap();
            let mut client = SnapshotServiceClient::new(channel.connect().await.unwrap());
            let community = format!("communities/{index}");
            let request = pb::GetSnapshotRequest {
                community: community.clone(),
                at_least: None,
                ..Default::default()
            };
            assert_eq!(
                client.get_snapshot(request).await.unwrap().into_inner().community,
                community
            );
        });
    }
    calls.join_all().await;
    assert_eq!(threads.lock().unwrap().len(), 3);
    stop.send_replace(true);
    servers.stopped().await.unwrap();
}
