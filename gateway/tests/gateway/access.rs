//! Who gets in, and what those learn who do not.

use tonic::{Code, Request};
use tonic_types::StatusExt;
use yihe_authz::{Capacity, Keys, Principal};
use yihe_kernel::Clock;
use yihe_proto::directory::v1 as directory;
use yihe_proto::directory::v1::community_service_client::CommunityServiceClient;
use yihe_proto::meeting::v1 as pb;
use yihe_proto::policy::v1::snapshot_service_client::SnapshotServiceClient;
use yihe_proto::policy::v1::{Effect, GetSnapshotRequest, Grant};

use crate::node::{COMMUNITY, MEETING, Node, OTHER, client, get_meeting, metadata, organization, reason, user, with};
use crate::policies::{cut_off, grant};

#[tokio::test]
async fn a_call_needs_one_good_token() {
    let node = Node::start().await;
    let foreign = yihe_authz::AccessTokens::new(&Keys::ephemeral().unwrap(), node.clock.clone());
    let good = format!("Bearer {}", node.token(&user(1)));
    let forged = format!("Bearer {}", foreign.issue(&user(1), None, 900).unwrap().0);
    let (head, tail) = good.rsplit_once('.').unwrap();
    let unsigned = format!("{head}.");
    let cases: Vec<Vec<&str>> = vec![
        vec![],
        vec![""],
        vec!["Bearer"],
        vec!["Bearer "],
        vec!["Bearer x"],
        vec!["Basic dTpw"],
        vec![&forged],
        vec![&unsigned],
        vec![tail],
        vec![&good, &good],
    ];
    for case in cases {
        let headers: Vec<_> = case.iter().map(|value| ("authorization", *value)).collect();
        let request = with(Request::new(get_meeting(MEETING)), &headers);
        let status = node.meetings().await.get_meeting(request).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::Unauthenticated, "UNAUTHENTICATED"),
            "{case:?}"
        );
        assert!(status.get_error_details().localized_message().is_some(), "{case:?}");
    }
    assert!(node.upstream.take().is_empty());
    assert_eq!(node.get(&user(1), &[]).await.unwrap().name, MEETING);
    let lower = with(
        Request::new(get_meeting(MEETING)),
        &[("authorization", &good.replace("Bearer", "bearer"))],
    );
    assert!(node.meetings().await.get_meeting(lower).await.is_ok());
}

#[tokio::test]
async fn a_token_seen_before_still_expires() {
    let node = Node::start().await;
    let token = format!("Bearer {}", node.token(&user(1)));
    let ask = || with(Request::new(get_meeting(MEETING)), &[("authorization", token.as_str())]);
    let mut meetings = node.meetings().await;
    assert!(meetings.get_meeting(ask()).await.is_ok());
    node.clock.advance_seconds(901);
    assert_eq!(
        meetings.get_meeting(ask()).await.unwrap_err().code(),
        Code::Unauthenticated
    );
}

#[tokio::test]
async fn a_revoked_token_is_refused_and_a_newer_one_is_not() {
    let node = Node::start().await;
    let token = format!("Bearer {}", node.token(&user(1)));
    let ask = || with(Request::new(get_meeting(MEETING)), &[("authorization", token.as_str())]);
    let mut meetings = node.meetings().await;
    assert!(meetings.get_meeting(ask()).await.is_ok());
    node.clock.advance_seconds(1);
    let revision = node.policies.change(COMMUNITY, |snapshot| {
        snapshot.cutoffs.push(cut_off(&user(1), node.clock.now()));
    });
    node.heard(revision).await;
    let status = meetings.get_meeting(ask()).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "CREDENTIALS_REVOKED")
    );
    node.clock.advance_seconds(1);
    assert!(node.get(&user(1), &[]).await.is_ok());
}

#[tokio::test]
async fn a_denial_says_what_is_missing_and_nothing_of_the_object() {
    let node = Node::start().await;
    let status = node.get(&user(9), &[("accept-language", "en")]).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::PermissionDenied, "PERMISSION_DENIED")
    );
    assert_eq!(metadata(&status, "permission"), "meeting.meeting.get");
    assert_eq!(metadata(&status, "missing"), "no role here");
    let (scope, revision) = node.revisions.read(&metadata(&status, "revision")).unwrap();
    assert_eq!(
        (scope.to_string().as_str(), revision.policy),
        ("communities/440309002021", 5)
    );
    let details = status.get_error_details();
    let told = details.localized_message().unwrap();
    assert_eq!(
        (told.locale.as_str(), told.message.as_str()),
        ("en", "you may not meeting.meeting.get here")
    );
    assert!(node.upstream.take().is_empty());
}

#[tokio::test]
async fn a_denial_beats_and_a_rule_made_meanwhile_counts() {
    let node = Node::start().await;
    assert!(node.get(&user(1), &[]).await.is_ok());
    let role = "PARTY_COMMITTEE/SECRETARY";
    let deny = Grant {
        effect: Effect::Deny.into(),
        id: "no".into(),
        ..grant(role, "meeting.meeting.get")
    };
    let revision = node.policies.change(COMMUNITY, |snapshot| snapshot.grants.push(deny));
    // who has heard of the change is never answered from before it
    let token = node
        .revisions
        .mint(&COMMUNITY.split('/').nth(1).unwrap().parse().unwrap(), revision);
    let status = node
        .get(&user(1), &[("yihe-at-least-revision", &token)])
        .await
        .unwrap_err();
    assert_eq!(reason(&status), "PERMISSION_DENIED");
    assert_eq!(metadata(&status, "missing"), "denied here");
    // elsewhere nothing has changed
    let elsewhere = MEETING.replace(COMMUNITY, OTHER);
    let request = node.as_user(&user(1), get_meeting(&elsewhere));
    assert!(node.meetings().await.get_meeting(request).await.is_ok());
}

#[tokio::test]
async fn revision_tokens_are_checked() {
    let node = Node::start().await;
    let here = COMMUNITY.split('/').nth(1).unwrap().parse().unwrap();
    let there = OTHER.split('/').nth(1).unwrap().parse().unwrap();
    let revision = |policy| yihe_authz::Revision { directory: 5, policy };
    for (token, expected) in [
        (node.revisions.mint(&there, revision(5)), "REVISION_INVALID"),
        ("forged".to_owned(), "REVISION_INVALID"),
        (node.revisions.mint(&here, revision(99)), "UNAVAILABLE"),
    ] {
        let begun = std::time::Instant::now();
        let status = node
            .get(&user(1), &[("yihe-at-least-revision", &token)])
            .await
            .unwrap_err();
        assert_eq!(reason(&status), expected, "{token}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(3));
    }
    let good = node.revisions.mint(&here, revision(5));
    assert!(node.get(&user(1), &[("yihe-at-least-revision", &good)]).await.is_ok());
    let twice = [
        ("yihe-at-least-revision", good.as_str()),
        ("yihe-at-least-revision", good.as_str()),
    ];
    assert_eq!(reason(&node.get(&user(1), &twice).await.unwrap_err()), "HEADER_INVALID");
}

#[tokio::test]
async fn a_community_that_does_not_exist_is_like_one_where_the_caller_holds_nothing() {
    let node = Node::start().await;
    let mut told = Vec::new();
    for community in [COMMUNITY, "communities/999999999999"] {
        let request = node.as_user(&user(9), get_meeting(&MEETING.replace(COMMUNITY, community)));
        let status = node.meetings().await.get_meeting(request).await.unwrap_err();
        told.push((status.code(), status.message().to_owned(), metadata(&status, "missing")));
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn an_internal_method_is_as_unknown_as_any() {
    let node = Node::start().await;
    let mut internal = SnapshotServiceClient::new(node.channel().await);
    for token in [None, Some(node.token(&user(1)))] {
        let mut request = Request::new(GetSnapshotRequest::default());
        if let Some(token) = &token {
            request = with(request, &[("authorization", &format!("Bearer {token}"))]);
        }
        let status = internal.get_snapshot(request).await.unwrap_err();
        let unknown = crate::raw::call(node.address, "/yihe.meeting.v1.MeetingService/Abolish", &[], b"").await;
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::Unimplemented, "METHOD_UNKNOWN")
        );
        assert_eq!(
            (unknown.status.code(), reason(&unknown.status)),
            (status.code(), reason(&status))
        );
        assert_eq!(unknown.status.message(), status.message());
        assert_eq!(unknown.status.details(), status.details());
    }
}

#[tokio::test]
async fn public_methods_take_anybody_and_authenticated_ones_anybody_known() {
    let node = Node::start().await;
    let mut sign_in = node.sign_in().await;
    let stale = with(
        Request::new(directory::RefreshTokenRequest::default()),
        &[("authorization", "Bearer stale")],
    );
    sign_in.refresh_token(stale).await.unwrap();
    let seen = node.upstream.last();
    assert_eq!(seen.claims.principal, Principal::Anonymous);
    assert_eq!(seen.claims.address.as_deref(), Some(crate::node::loopback().as_str()));

    let status = sign_in.who_am_i(directory::WhoAmIRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    sign_in
        .who_am_i(node.as_user(&user(9), directory::WhoAmIRequest {}))
        .await
        .unwrap();
    let seen = node.upstream.last();
    assert_eq!(seen.claims.principal, user(9));
    assert!(seen.claims.token_issued_at.is_some());
}

#[tokio::test]
async fn a_client_acts_in_its_community_for_its_organization_and_never_as_a_person() {
    let node = Node::start().await;
    assert!(node.get(&client(1), &[]).await.is_ok());
    let seen = node.upstream.last();
    assert_eq!(
        (seen.claims.principal, seen.claims.capacity),
        (client(1), organization(2))
    );

    let request = node.as_user(&client(1), get_meeting(&MEETING.replace(COMMUNITY, OTHER)));
    let status = node.meetings().await.get_meeting(request).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::PermissionDenied, "PERMISSION_DENIED")
    );

    let request = node.as_user(&client(1), pb::CheckInRequest::default());
    let status = node.meetings().await.check_in(request).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::PermissionDenied, "PERSONS_ONLY")
    );

    let status = node.get(&client(9), &[]).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::PermissionDenied, "PERMISSION_DENIED")
    );
    assert!(node.upstream.take().is_empty());
}

#[tokio::test]
async fn the_operator_acts_for_itself_and_a_region_is_decided_by_the_root_layer() {
    let node = Node::start().await;
    let mut communities = CommunityServiceClient::new(node.channel().await);
    let request = || directory::ActivateCommunityRequest {
        region: "regions/440309002021".into(),
        ..Default::default()
    };
    communities
        .activate_community(node.as_user(&Principal::Operator, request()))
        .await
        .unwrap();
    let claims = node.upstream.last().claims;
    assert_eq!(
        (claims.principal, claims.capacity),
        (Principal::Operator, Capacity::Own)
    );

    for who in [user(1), user(9), client(1)] {
        let status = communities
            .activate_community(node.as_user(&who, request()))
            .await
            .unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::PermissionDenied, "PERMISSION_DENIED"),
            "{who}"
        );
    }
    let status = node.get(&Principal::Operator, &[]).await.unwrap_err();
    assert_eq!(reason(&status), "PERMISSION_DENIED");
    assert!(node.upstream.take().is_empty());
}
