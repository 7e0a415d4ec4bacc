//! Calls between services of a node: the internal token, and what comes without a good one.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use yihe_authz::{
    Capacity, INTERNAL_TOKEN, InternalClaims, InternalTokens, Keys, Principal, Revision, Scope, SnapshotSource,
};
use yihe_kernel::{AdjustableClock, Clock, SharedClock, SystemClock, reasons};
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::snapshot_service_client::SnapshotServiceClient;
use yihe_server::{Link, PolicySource, ServeOptions, ServiceLink, combine, current_deadline, protect, with_deadline};

use crate::fixture::{Served, Upstream, order, routes};

const METHOD: &str = "/yihe.policy.v1.SnapshotService/GetSnapshot";

struct Node {
    tokens: InternalTokens,
    clock: Arc<AdjustableClock>,
    links: Vec<(&'static str, Link)>,
    _served: Served,
}

impl Node {
    async fn start() -> Self {
        let clock = Arc::new(AdjustableClock::starting_at(SystemClock.now()));
        let shared: SharedClock = clock.clone();
        let tokens = InternalTokens::new(&Keys::ephemeral().unwrap(), Arc::clone(&shared));
        let routes = protect(routes(Upstream::default()), "policy", tokens.clone(), shared);
        let served = Served::start(combine([("policy", routes.clone())]), ServeOptions::default()).await;
        let links = vec![
            ("local", Link::Local(routes)),
            ("remote", Link::Remote(served.channel().await)),
        ];
        Self {
            tokens,
            clock,
            links,
            _served: served,
        }
    }

    fn claims(&self) -> InternalClaims {
        InternalClaims {
            principal: Principal::Service("gateway".into()),
            capacity: Capacity::Own,
            method: METHOD.into(),
            audience: "policy".into(),
            revision: Revision::default(),
            decided_at: self.clock.now(),
            address: None,
            token_issued_at: None,
        }
    }

    fn service(&self, link: &Link, service: &'static str) -> ServiceLink {
        ServiceLink::new(link.clone(), self.tokens.clone(), service, self.clock.clone())
    }
}

async fn call(link: &Link, token: Option<&str>) -> Result<String, Status> {
    let mut request = order(pb::GetSnapshotRequest::default(), "claims");
    if let Some(token) = token {
        request.metadata_mut().insert(INTERNAL_TOKEN, token.parse().unwrap());
    }
    SnapshotServiceClient::new(link.clone())
        .get_snapshot(request)
        .await
        .map(|answer| answer.into_inner().community)
}

#[tokio::test]
async fn only_a_token_for_this_service_and_method_opens() {
    let node = Node::start().await;
    let other_keys = InternalTokens::new(&Keys::ephemeral().unwrap(), node.clock.clone());
    for (kind, link) in &node.links {
        let good = node.tokens.issue(&node.claims()).unwrap();
        assert_eq!(call(link, Some(&good)).await.unwrap(), "services/gateway", "{kind}");
        let bad = [
            None,
            Some("x".to_owned()),
            Some(other_keys.issue(&node.claims()).unwrap()),
            Some(
                node.tokens
                    .issue(&InternalClaims {
                        audience: "meeting".into(),
                        ..node.claims()
                    })
                    .unwrap(),
            ),
            Some(
                node.tokens
                    .issue(&InternalClaims {
                        method: "/x/Y".into(),
                        ..node.claims()
                    })
                    .unwrap(),
            ),
        ];
        for token in bad {
            let status = call(link, token.as_deref()).await.unwrap_err();
            assert_eq!(status.code(), Code::Unauthenticated, "{kind} {token:?}");
            let details = status.get_error_details();
            assert_eq!(details.error_info().unwrap().reason, "UNAUTHENTICATED", "{kind}");
            assert_eq!(details.localized_message().unwrap().locale, "en", "{kind}");
        }
    }
}

#[tokio::test]
async fn a_token_seen_before_still_expires() {
    let node = Node::start().await;
    for (kind, link) in &node.links {
        let good = node.tokens.issue(&node.claims()).unwrap();
        assert!(call(link, Some(&good)).await.is_ok(), "{kind}");
        assert!(call(link, Some(&good)).await.is_ok(), "{kind}");
        node.clock.advance_seconds(61);
        assert_eq!(
            call(link, Some(&good)).await.unwrap_err().code(),
            Code::Unauthenticated,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_service_calls_as_itself_also_after_its_token_has_aged() {
    let node = Node::start().await;
    for (kind, link) in &node.links {
        let mut client = SnapshotServiceClient::new(node.service(link, "meeting"));
        for advance in [0, 15, 30, 3600] {
            node.clock.advance_seconds(advance);
            let answer = client
                .get_snapshot(order(pb::GetSnapshotRequest::default(), "claims"))
                .await
                .unwrap();
            assert_eq!(answer.into_inner().community, "services/meeting", "{kind}");
        }
    }
}

#[tokio::test]
async fn the_deadline_of_the_request_being_answered_travels() {
    let node = Node::start().await;
    for (kind, link) in &node.links {
        let mut client = SnapshotServiceClient::new(node.service(link, "meeting"));
        let deadline = tokio::time::Instant::now() + Duration::from_millis(200);
        let slow = with_deadline(Some(deadline), async {
            assert_eq!(current_deadline(), Some(deadline));
            client
                .get_snapshot(order(pb::GetSnapshotRequest::default(), "slow"))
                .await
        });
        let status = tokio::time::timeout(Duration::from_secs(3), slow)
            .await
            .expect(kind)
            .unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{kind}");
    }
}

#[tokio::test]
async fn a_protected_service_tells_stream_errors_and_panics_alike_over_a_socket() {
    let node = Node::start().await;
    for (kind, link) in &node.links {
        let mut client = SnapshotServiceClient::new(node.service(link, "meeting"));
        for (what, code) in [("fail", Code::Unavailable), ("panic", Code::Internal)] {
            let mut stream = client
                .watch_revisions(order(pb::WatchRevisionsRequest {}, what))
                .await
                .unwrap()
                .into_inner();
            let mut last = stream.message().await;
            while let Ok(Some(_)) = last {
                last = stream.message().await;
            }
            let status = last.unwrap_err();
            assert_eq!(status.code(), code, "{kind} {what}");
            let details = status.get_error_details();
            assert_eq!(details.localized_message().unwrap().locale, "en", "{kind} {what}");
        }
        let status = client
            .get_snapshot(order(pb::GetSnapshotRequest::default(), "panic"))
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::Internal, "{kind}");
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_is_told_by_the_combined_router() {
    let node = Node::start().await;
    let (_, remote) = &node.links[1];
    let mut client = yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient::new(remote.clone());
    let status = client
        .get_authority(Request::new(Default::default()))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    assert_eq!(
        status.get_error_details().error_info().unwrap().reason,
        "METHOD_UNKNOWN"
    );
}

#[tokio::test]
async fn the_policy_source_asks_and_follows() {
    let node = Node::start().await;
    for (kind, link) in &node.links {
        let source = PolicySource::new(node.service(link, "gateway"));
        let community = Scope::Community("440309002021".parse().unwrap());
        let snapshot = source.snapshot(Some(&community), None).await.unwrap();
        assert_eq!(snapshot.community, "communities/440309002021", "{kind}");
        assert_eq!(source.snapshot(None, None).await.unwrap().community, "", "{kind}");
        let changes: Vec<_> = source.watch().await.unwrap().collect().await;
        assert_eq!(changes.len(), 3, "{kind}");
        assert_eq!(changes[2].as_ref().unwrap().community, "communities/2", "{kind}");
    }
    let (late, _end) = Link::late();
    let source = PolicySource::new(node.service(&late, "gateway"));
    assert!(source.snapshot(None, None).await.unwrap_err().is(&reasons::UNAVAILABLE));
    assert!(source.watch().await.err().unwrap().is(&reasons::UNAVAILABLE));
}
