//! A gateway on a socket, with two services behind it: one in process, one over TCP.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_types::StatusExt;
use yihe_authz::{AccessTokens, Capacity, InternalTokens, Keys, Principal, Revision, RevisionTokens, Snapshots};
use yihe_gateway::{Gateway, GatewayConfig};
use yihe_kernel::{AdjustableClock, Clock, SharedClock, SystemClock};
use yihe_proto::directory::v1::community_service_server::CommunityServiceServer;
use yihe_proto::directory::v1::sign_in_service_client::SignInServiceClient;
use yihe_proto::directory::v1::sign_in_service_server::SignInServiceServer;
use yihe_proto::meeting::v1 as pb;
use yihe_proto::meeting::v1::meeting_service_client::MeetingServiceClient;
use yihe_proto::meeting::v1::meeting_service_server::MeetingServiceServer;
use yihe_proto::policy::v1::Snapshot;
use yihe_server::{Link, Peer, ServeOptions, protect, serve};

use crate::policies::{Policies, grant, holds};
use crate::upstream::Upstream;

pub const COMMUNITY: &str = "communities/440309002021";
pub const OTHER: &str = "communities/440309002022";
pub const MEETING: &str = "communities/440309002021/meetings/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

pub struct Node {
    pub address: SocketAddr,
    pub clock: Arc<AdjustableClock>,
    pub policies: Arc<Policies>,
    pub access: AccessTokens,
    pub revisions: RevisionTokens,
    pub upstream: Upstream,
    pub gateway: Gateway,
    pub meeting_at: SocketAddr,
    snapshots: Arc<Snapshots>,
    servers: Vec<AbortHandle>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.servers.iter().for_each(AbortHandle::abort);
    }
}

pub fn id(digit: u32) -> String {
    format!("{digit:08x}-0000-7000-8000-000000000000")
}

pub fn user(digit: u32) -> Principal {
    format!("users/{}", id(digit)).parse().unwrap()
}

pub fn client(digit: u32) -> Principal {
    format!("clients/{}", id(digit)).parse().unwrap()
}

pub fn organization(digit: u32) -> Capacity {
    format!("organizations/{}", id(digit)).parse().unwrap()
}

/// User 1 is the secretary of organization 1, user 2 has posts in 1 and 2, client 1 is of organization 2, user 9 has none.
fn community(name: &str) -> Snapshot {
    let (one, two) = (organization(1).to_string(), organization(2).to_string());
    let permissions = [
        "meeting.meeting.get",
        "meeting.meeting.update",
        "meeting.meeting.watch",
        "meeting.meeting.list",
    ];
    let mut grants: Vec<_> = permissions
        .iter()
        .map(|permission| grant("PARTY_COMMITTEE/SECRETARY", permission))
        .collect();
    grants.push(grant("PROPERTY_COMPANY/MANAGER", "meeting.meeting.get"));
    grants.push(grant("PROPERTY_COMPANY/CLIENT", "meeting.meeting.get"));
    grants.push(grant("PROPERTY_COMPANY/CLIENT", "meeting.presence.check_in"));
    Snapshot {
        community: name.to_owned(),
        revision: Some(yihe_proto::policy::v1::Revision {
            directory_sequence: 5,
            policy_sequence: 5,
        }),
        grants,
        roles: vec![
            holds(&user(1), &one, "PARTY_COMMITTEE/SECRETARY"),
            holds(&user(2), &one, "PARTY_COMMITTEE/SECRETARY"),
            holds(&user(2), &two, "PROPERTY_COMPANY/MANAGER"),
            holds(&client(1), &two, "PROPERTY_COMPANY/CLIENT"),
        ],
        ..Snapshot::default()
    }
}

async fn listen<S>(service: S) -> (SocketAddr, AbortHandle)
where
    S: tower::Service<
            http::Request<tonic::body::Body>,
            Response = http::Response<tonic::body::Body>,
            Error = std::convert::Infallible,
        > + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(serve(
        listener,
        service,
        ServeOptions::default(),
        std::future::pending(),
    ));
    (address, task.abort_handle())
}

impl Node {
    pub async fn start() -> Self {
        Self::with(GatewayConfig {
            recheck_ms: 50,
            ..GatewayConfig::default()
        })
        .await
    }

    pub async fn with(config: GatewayConfig) -> Self {
        config.validate().unwrap();
        let clock = Arc::new(AdjustableClock::starting_at(SystemClock.now()));
        let shared: SharedClock = clock.clone();
        let keys = Keys::ephemeral().unwrap();
        let internal = InternalTokens::new(&keys, Arc::clone(&shared));
        let upstream = Upstream::default();
        let meeting = Routes::new(MeetingServiceServer::new(upstream.clone()));
        let meeting = protect(meeting, "meeting", internal.clone(), Arc::clone(&shared));
        let directory = Routes::new(SignInServiceServer::new(upstream.clone()))
            .add_service(CommunityServiceServer::new(upstream.clone()));
        let directory = protect(directory, "directory", internal.clone(), Arc::clone(&shared));
        let (meeting_at, meeting_server) = listen(meeting).await;
        let remote = Channel::from_shared(format!("http://{meeting_at}"))
            .unwrap()
            .connect()
            .await
            .unwrap();
        let links = HashMap::from([("meeting", Link::Remote(remote)), ("directory", Link::Local(directory))]);

        let root = Snapshot {
            grants: vec![grant("OPERATOR", "directory.community.activate")],
            ..Snapshot::default()
        };
        let policies = Policies::new(vec![root, community(COMMUNITY), community(OTHER)]);
        let snapshots = Snapshots::new(policies.clone(), Arc::clone(&shared));
        let (access, revisions) = (
            AccessTokens::new(&keys, Arc::clone(&shared)),
            RevisionTokens::new(&keys),
        );
        let gateway = Gateway::new(
            config,
            links,
            Arc::clone(&snapshots),
            access.clone(),
            internal,
            revisions.clone(),
            Arc::clone(&shared),
        )
        .unwrap();
        let (address, server) = listen(gateway.clone()).await;
        Self {
            address,
            clock,
            policies,
            access,
            revisions,
            upstream,
            gateway,
            meeting_at,
            snapshots,
            servers: vec![meeting_server, server],
        }
    }

    /// Returns when the gateway decides by this revision of the community.
    pub async fn heard(&self, revision: Revision) {
        let community = COMMUNITY.split('/').nth(1).unwrap().parse().unwrap();
        self.snapshots.community(&community, Some(revision)).await.unwrap();
    }

    pub async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address))
            .unwrap()
            .connect()
            .await
            .unwrap()
    }

    pub async fn meetings(&self) -> MeetingServiceClient<Channel> {
        MeetingServiceClient::new(self.channel().await)
    }

    pub async fn sign_in(&self) -> SignInServiceClient<Channel> {
        SignInServiceClient::new(self.channel().await)
    }

    pub fn token(&self, principal: &Principal) -> String {
        let community =
            matches!(principal, Principal::Client(_)).then(|| COMMUNITY.split('/').nth(1).unwrap().parse().unwrap());
        self.access.issue(principal, community.as_ref(), 900).unwrap().0
    }

    pub fn as_user<T>(&self, principal: &Principal, message: T) -> Request<T> {
        with(
            Request::new(message),
            &[("authorization", &format!("Bearer {}", self.token(principal)))],
        )
    }

    /// Gets the meeting as somebody, with more headers.
    pub async fn get(&self, principal: &Principal, headers: &[(&'static str, &str)]) -> Result<pb::Meeting, Status> {
        let request = with(self.as_user(principal, get_meeting(MEETING)), headers);
        self.meetings()
            .await
            .get_meeting(request)
            .await
            .map(tonic::Response::into_inner)
    }
}

pub fn get_meeting(name: &str) -> pb::GetMeetingRequest {
    pb::GetMeetingRequest { name: name.to_owned() }
}

pub fn with<T>(mut request: Request<T>, headers: &[(&'static str, &str)]) -> Request<T> {
    for (name, value) in headers {
        request.metadata_mut().append(*name, value.parse().unwrap());
    }
    request
}

pub fn reason(status: &Status) -> String {
    status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_default()
}

pub fn metadata(status: &Status, key: &str) -> String {
    let details = status.get_error_details();
    details
        .error_info()
        .and_then(|info| info.metadata.get(key).cloned())
        .unwrap_or_default()
}

pub fn loopback() -> String {
    Peer::new([127, 0, 0, 1].into()).address.to_string()
}
