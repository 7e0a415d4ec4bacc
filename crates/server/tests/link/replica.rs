use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request as HttpRequest, Response as HttpResponse};
use http_body_util::{BodyExt, Full};
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Request, Status};
use yihe_proto::ledger::v1::CreateTransfersRequest;
use yihe_proto::ledger::v1::transfer_service_client::TransferServiceClient;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::snapshot_service_client::SnapshotServiceClient;
use yihe_proto::policy::v1::usage_service_client::UsageServiceClient;
use yihe_server::{Health, Link, Replicas, ServeOptions, Tls, Way};

use crate::fixture::Served;

/// A server that counts what it was asked and answers everything with an empty message, some of it late.
pub struct Replica {
    asked: Arc<AtomicUsize>,
    pub health: Health,
    pub served: Served,
}

impl Replica {
    pub async fn start(late: Duration) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), None, late).await
    }

    pub async fn start_at(at: SocketAddr, tls: Option<Tls>, late: Duration) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let answer = move |request: HttpRequest<axum::body::Body>| {
            counted.fetch_add(1, Ordering::SeqCst);
            async move {
                // the head of this answer is there long before its message
                if !request.uri().path().ends_with("GetSnapshot") {
                    tokio::time::sleep(late).await;
                    return empty_message(Duration::ZERO);
                }
                empty_message(late)
            }
        };
        let mut router = axum::Router::new();
        for path in [
            "/yihe.policy.v1.SnapshotService/GetSnapshot",
            "/yihe.policy.v1.UsageService/ReportUsage",
            "/yihe.ledger.v1.TransferService/CreateTransfers",
        ] {
            router = router.route(path, axum::routing::post(answer.clone()));
        }
        let health = Health::not_ready([]);
        let routes = health.beside(Routes::from(router));
        Self {
            asked,
            health,
            served: Served::start_at(at, tls, routes, ServeOptions::default()).await,
        }
    }

    pub async fn ready(late: Duration) -> Self {
        let replica = Self::start(late).await;
        replica.health.set_ready(true).await;
        replica
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.served.address)
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn empty_message(late: Duration) -> HttpResponse<Body> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", "0".parse().unwrap());
    let message = Full::new(Bytes::from_static(&[0; 5])).with_trailers(async move {
        tokio::time::sleep(late).await;
        Some(Ok(trailers))
    });
    let answer = HttpResponse::builder().header("content-type", "application/grpc");
    answer.body(Body::new(message)).unwrap()
}

pub async fn replicas(of: &[&Replica], ready: usize) -> Replicas {
    let replicas = Replicas::connect_lazy(of.iter().map(|replica| replica.address()), &Way::default()).unwrap();
    until_ready(&replicas, ready).await;
    replicas
}

pub async fn until_ready(replicas: &Replicas, ready: usize) {
    let all = async {
        while replicas.ready() != ready {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all)
        .await
        .expect("they never were so many");
}

pub async fn read(replicas: &Replicas) -> Result<(), Status> {
    let mut client = SnapshotServiceClient::new(Link::Replicas(replicas.clone()));
    client.get_snapshot(pb::GetSnapshotRequest::default()).await.map(|_| ())
}

pub async fn report(replicas: &Replicas) -> Result<(), Status> {
    let mut client = UsageServiceClient::new(Link::Replicas(replicas.clone()));
    client.report_usage(pb::ReportUsageRequest::default()).await.map(|_| ())
}

pub async fn transfer(replicas: &Replicas, request_id: &str) -> Result<(), Status> {
    let request = CreateTransfersRequest {
        request_id: request_id.to_owned(),
        ..Default::default()
    };
    let mut client = TransferServiceClient::new(Link::Replicas(replicas.clone()));
    client.create_transfers(Request::new(request)).await.map(|_| ())
}
