use tonic::{Code, Request, Status};
use yihe_authz::INTERNAL_TOKEN;
use yihe_proto::policy::v1::{
    CheckRequest, ExplainRequest, ExportMatrixRequest, ExportPoliciesRequest, GetMatrixRequest, GetSnapshotRequest,
    ListGrantsRequest, ListPermissionsRequest, RunPolicyTestsRequest, WatchRevisionsRequest, WhatCanRequest,
    WhoCanRequest,
};

use crate::people::*;
use crate::running::{Running, reason, told};

fn check_of(parent: &str, permission: &str) -> CheckRequest {
    CheckRequest {
        parent: parent.to_owned(),
        permission: permission.to_owned(),
    }
}

fn explain_of(principal: &str, acting_as: &str) -> ExplainRequest {
    ExplainRequest {
        parent: COMMUNITY.to_owned(),
        permission: "meeting.vote.open".to_owned(),
        principal: principal.to_owned(),
        acting_as: acting_as.to_owned(),
    }
}

fn grants_of(parent: &str) -> ListGrantsRequest {
    ListGrantsRequest {
        parent: parent.to_owned(),
        ..ListGrantsRequest::default()
    }
}

fn matrix_of(parent: &str) -> GetMatrixRequest {
    GetMatrixRequest {
        parent: parent.to_owned(),
    }
}

/// The refusals of all RPCs that anybody may call, for a caller and a parent.
async fn all_refusals(running: &Running, who: &Who, parent: &str) -> Vec<(&'static str, Result<(), Status>)> {
    let (mut policy, mut lookup) = (running.policy(), running.lookup());
    let parent_of = || parent.to_owned();
    let who_can = WhoCanRequest {
        parent: parent_of(),
        permission: "meeting.vote.open".to_owned(),
        ..WhoCanRequest::default()
    };
    let what_can = WhatCanRequest {
        parent: parent_of(),
        ..WhatCanRequest::default()
    };
    let policies = ExportPoliciesRequest {
        parent: parent_of(),
        ..ExportPoliciesRequest::default()
    };
    let tests = RunPolicyTestsRequest {
        parent: parent_of(),
        ..RunPolicyTestsRequest::default()
    };
    let export = ExportMatrixRequest { parent: parent_of() };
    let explain = ExplainRequest {
        parent: parent.to_owned(),
        ..explain_of("", "")
    };
    vec![
        (
            "Check",
            policy
                .check(running.call(who, check_of(parent, "meeting.vote.open")))
                .await
                .map(drop),
        ),
        ("Explain", policy.explain(running.call(who, explain)).await.map(drop)),
        (
            "ListGrants",
            policy.list_grants(running.call(who, grants_of(parent))).await.map(drop),
        ),
        (
            "GetMatrix",
            policy.get_matrix(running.call(who, matrix_of(parent))).await.map(drop),
        ),
        ("WhoCan", lookup.who_can(running.call(who, who_can)).await.map(drop)),
        ("WhatCan", lookup.what_can(running.call(who, what_can)).await.map(drop)),
        (
            "ExportMatrix",
            lookup.export_matrix(running.call(who, export)).await.map(drop),
        ),
        (
            "RunPolicyTests",
            lookup.run_policy_tests(running.call(who, tests)).await.map(drop),
        ),
        (
            "ExportPolicies",
            lookup.export_policies(running.call(who, policies)).await.map(drop),
        ),
    ]
}

#[tokio::test]
async fn a_stranger_is_refused_everything() {
    let running = Running::start().await;
    let strangers = [
        who(STRANGER, "self"),
        who(STRANGER, COMMITTEE),
        who(SECRETARY, STATION),
        who("operators/local", "self"),
        service("meeting"),
    ];
    for stranger in strangers {
        for (rpc, result) in all_refusals(&running, &stranger, COMMUNITY).await {
            let refused = result.expect_err(rpc);
            assert_eq!(
                (refused.code(), reason(&refused).as_str()),
                (Code::PermissionDenied, "PERMISSION_DENIED"),
                "{stranger:?} {rpc}"
            );
        }
    }
}

#[tokio::test]
async fn a_community_that_is_not_there_looks_like_one_where_nothing_is_held() {
    let running = Running::start().await;
    for (rpc, result) in all_refusals(&running, &secretary(), OTHER_COMMUNITY).await {
        assert_eq!(reason(&result.expect_err(rpc)), "PERMISSION_DENIED", "{rpc}");
    }
}

#[tokio::test]
async fn the_wrong_role_is_refused() {
    let running = Running::start().await;
    let refused = running
        .policy()
        .list_grants(running.call(&caretaker(), grants_of(COMMUNITY)))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert_eq!(told(&refused, "permission"), "policy.grant.list");
}

#[tokio::test]
async fn nobody_known_is_unauthenticated() {
    let running = Running::start().await;
    let nobody = who("anonymous", "self");
    for (rpc, result) in all_refusals(&running, &nobody, COMMUNITY).await {
        assert_eq!(result.expect_err(rpc).code(), Code::Unauthenticated, "{rpc}");
    }
    let request = running.call(&nobody, ListPermissionsRequest::default());
    assert_eq!(
        running.policy().list_permissions(request).await.unwrap_err().code(),
        Code::Unauthenticated
    );
}

#[tokio::test]
async fn around_the_gateway_nothing_is_reached() {
    let running = Running::start().await;
    let (mut policy, mut snapshots) = (running.policy(), running.snapshots());
    let refused = [
        policy.check(check_of(COMMUNITY, "meeting.vote.open")).await.map(drop),
        policy.explain(explain_of("", "")).await.map(drop),
        policy
            .list_permissions(ListPermissionsRequest::default())
            .await
            .map(drop),
        policy.list_grants(grants_of(COMMUNITY)).await.map(drop),
        policy.get_matrix(matrix_of(COMMUNITY)).await.map(drop),
        snapshots.get_snapshot(GetSnapshotRequest::default()).await.map(drop),
        snapshots.watch_revisions(WatchRevisionsRequest {}).await.map(drop),
    ];
    for result in refused {
        assert_eq!(result.unwrap_err().code(), Code::Unauthenticated);
    }
    // a token for one RPC opens no other
    let token = running
        .call(&secretary(), matrix_of(COMMUNITY))
        .metadata()
        .get(INTERNAL_TOKEN)
        .cloned()
        .unwrap();
    let mut request = Request::new(grants_of(COMMUNITY));
    request.metadata_mut().insert(INTERNAL_TOKEN, token);
    assert_eq!(
        policy.list_grants(request).await.unwrap_err().code(),
        Code::Unauthenticated
    );
}

#[tokio::test]
async fn snapshots_are_for_services_named_in_the_contract() {
    let running = Running::start().await;
    for caller in [secretary(), who("operators/local", "self"), service("stranger")] {
        let request = running.call(&caller, GetSnapshotRequest::default());
        let refused = running.snapshots().get_snapshot(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{caller:?}");
        let request = running.call(&caller, WatchRevisionsRequest {});
        let refused = running.snapshots().watch_revisions(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{caller:?}");
    }
    for caller in [
        "gateway",
        "directory",
        "policy",
        "meeting",
        "file",
        "ledger",
        "resource",
        "record",
    ] {
        let request = running.call(&service(caller), GetSnapshotRequest::default());
        running.snapshots().get_snapshot(request).await.unwrap();
    }
}

#[tokio::test]
async fn malformed_names_are_refused_before_anything_else() {
    let running = Running::start().await;
    for parent in [
        "communities/x",
        "communities/-",
        "community/440309002021",
        "organizations/440309002021",
        COMMITTEE,
    ] {
        for (rpc, result) in all_refusals(&running, &who(STRANGER, "self"), parent).await {
            let refused = result.expect_err(rpc);
            assert_eq!(
                (refused.code(), reason(&refused).as_str()),
                (Code::InvalidArgument, "MALFORMED_NAME"),
                "{rpc} {parent}"
            );
        }
    }
    for (rpc, result) in all_refusals(&running, &secretary(), "").await {
        assert_eq!(result.expect_err(rpc).code(), Code::InvalidArgument, "{rpc}");
    }
    let request = GetSnapshotRequest {
        community: "communities/x".to_owned(),
        at_least: None,
        ..Default::default()
    };
    let refused = running
        .snapshots()
        .get_snapshot(running.call(&service("gateway"), request))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "MALFORMED_NAME");
}

#[tokio::test]
async fn an_unknown_permission_is_refused_with_close_ones() {
    let running = Running::start().await;
    let mut policy = running.policy();
    let refused = policy
        .check(running.call(&caretaker(), check_of(COMMUNITY, "meeting.vote.opne")))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::InvalidArgument, "PERMISSION_UNKNOWN")
    );
    assert!(told(&refused, "closest").starts_with("meeting.vote.open"));
    let unknown = ExplainRequest {
        permission: "meeting.*".to_owned(),
        ..explain_of("", "")
    };
    assert_eq!(
        reason(&policy.explain(running.call(&secretary(), unknown)).await.unwrap_err()),
        "PERMISSION_UNKNOWN"
    );
    let unknown = ListGrantsRequest {
        permission: "*".to_owned(),
        ..grants_of(COMMUNITY)
    };
    assert_eq!(
        reason(
            &policy
                .list_grants(running.call(&secretary(), unknown))
                .await
                .unwrap_err()
        ),
        "PERMISSION_UNKNOWN"
    );
    let empty = running.call(&secretary(), check_of(COMMUNITY, ""));
    assert_eq!(reason(&policy.check(empty).await.unwrap_err()), "PERMISSION_UNKNOWN");
}

#[tokio::test]
async fn only_those_who_may_have_anybodys_case_explained() {
    let running = Running::start().await;
    let mut policy = running.policy();
    let refused = policy
        .explain(running.call(&caretaker(), explain_of(SECRETARY, "")))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::PermissionDenied, "PERMISSION_DENIED")
    );
    // a person that does not exist is refused in the same words
    let nobody = policy
        .explain(running.call(&caretaker(), explain_of(STRANGER, "")))
        .await
        .unwrap_err();
    assert_eq!(nobody.message(), refused.message());
    policy
        .explain(running.call(&caretaker(), explain_of(CARETAKER, "")))
        .await
        .unwrap();
    policy
        .explain(running.call(&caretaker(), explain_of("", "self")))
        .await
        .unwrap();
}

#[tokio::test]
async fn malformed_principals_and_capacities_are_named() {
    let running = Running::start().await;
    let mut policy = running.policy();
    for (principal, acting_as, field) in [
        ("users/x", "", "principal"),
        ("operators/local", "", "principal"),
        ("services/meeting", "", "principal"),
        ("anonymous", "", "principal"),
        ("", "organizations/x", "acting_as"),
        (CARETAKER, COMMUNITY, "acting_as"),
    ] {
        let refused = policy
            .explain(running.call(&secretary(), explain_of(principal, acting_as)))
            .await
            .unwrap_err();
        assert_eq!(
            (reason(&refused).as_str(), told(&refused, "field").as_str()),
            ("MALFORMED_NAME", field)
        );
    }
}
