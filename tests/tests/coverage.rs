//! Walks the descriptors: every RPC has its option (or the build fails), its comment, and refuses a stranger and a wrong role.

use anyhow::{Context, Result};
use bytes::Bytes;
use tonic::{Code, Request, Status};
use yihe_authz::Rule;
use yihe_proto::policy::v1::{CheckRequest, Verdict};
use yihe_testkit::{Actor, Beizhan, Refused, TestNode, TestNodeOptions};
use yihe_tests::{Rpc, call_raw, rpcs};

const BEIZHAN: &str = "440309002021";
const HUAGUOSHAN: &str = "440305006013";

async fn call(actor: &Actor, node: &TestNode, rpc: &Rpc) -> Result<Result<Bytes, Status>> {
    let channel = tonic::transport::Channel::from_shared(format!("http://{}", node.address()))?
        .connect()
        .await?;
    let message = rpc.request_in(BEIZHAN, HUAGUOSHAN)?;
    let request: Request<Bytes> = actor.request(message)?;
    Ok(call_raw(&channel, &rpc.path, request, rpc.streaming).await)
}

fn refusal(answer: Result<Bytes, Status>, rpc: &Rpc) -> Refused {
    match answer {
        Ok(_) => panic!("{} was answered", rpc.path),
        Err(status) => {
            let refused = Refused::from(&status);
            assert!(!refused.reason.is_empty(), "{}: no ErrorInfo in {status:?}", rpc.path);
            assert!(
                !refused.localized.is_empty(),
                "{}: no LocalizedMessage in {status:?}",
                rpc.path
            );
            refused
        }
    }
}

#[test]
fn every_rpc_is_explained() {
    let all = rpcs().unwrap();
    assert!(all.len() > 60, "only {} RPCs were found", all.len());
    for rpc in all {
        assert!(rpc.comment().len() > 12, "{} has no comment worth the name", rpc.path);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rpc_refuses_strangers_and_wrong_roles() -> Result<()> {
    let node = TestNode::start(TestNodeOptions::default()).await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let weak = &beizhan.property_company.person;
    let core = &beizhan.committee.person;
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    for rpc in rpcs()? {
        let path = rpc.path.clone();
        match &rpc.rule {
            Rule::Internal(_) => {
                // nobody outside learns that it exists, the secretary included
                for actor in [node.stranger(), core] {
                    let refused = refusal(call(actor, &node, &rpc).await?, &rpc);
                    assert_eq!(
                        (refused.code, refused.reason.as_str()),
                        (Code::Unimplemented, "METHOD_UNKNOWN"),
                        "{path}"
                    );
                }
                *seen.entry("internal").or_default() += 1;
            }
            Rule::Public => {
                if let Err(status) = call(node.stranger(), &node, &rpc).await? {
                    let refused = Refused::from(&status);
                    assert!(!refused.reason.is_empty(), "{path}: no ErrorInfo in {status:?}");
                    assert_ne!(refused.reason, "INTERNAL", "{path}: {status:?}");
                }
                *seen.entry("public").or_default() += 1;
            }
            Rule::Authenticated => {
                let refused = refusal(call(node.stranger(), &node, &rpc).await?, &rpc);
                assert_eq!(refused.code, Code::Unauthenticated, "{path}: {refused:?}");
                *seen.entry("authenticated").or_default() += 1;
            }
            Rule::Require => {
                let refused = refusal(call(node.stranger(), &node, &rpc).await?, &rpc);
                assert_eq!(refused.code, Code::Unauthenticated, "{path}: {refused:?}");
                wrong_role(&node, &beizhan, weak, &rpc)
                    .await
                    .with_context(|| path.clone())?;
                missing_target(&node, core, weak, &rpc).await.with_context(|| path)?;
                *seen.entry("require").or_default() += 1;
            }
        }
    }
    assert!(seen["require"] > 45, "{seen:?}");
    node.stop().await?;
    Ok(())
}

/// Somebody whose role does not have the permission is refused, whatever the target.
async fn wrong_role(node: &TestNode, beizhan: &Beizhan, weak: &Actor, rpc: &Rpc) -> Result<()> {
    let with_operator = ["directory.region_committee.establish", "directory.secretary.appoint"];
    let operator_only = rpc.permissions.iter().all(|permission| {
        (permission.starts_with("directory.community.") && !permission.ends_with(".get"))
            || with_operator.contains(&permission.as_str())
    });
    if operator_only {
        let refused = refusal(call(&beizhan.committee.person, node, rpc).await?, rpc);
        assert_eq!(refused.code, Code::PermissionDenied, "{}: {refused:?}", rpc.path);
        return Ok(());
    }
    // the operator holds two permissions and no other
    let refused = refusal(call(&node.operator()?, node, rpc).await?, rpc);
    assert_eq!(
        refused.code,
        Code::PermissionDenied,
        "{} by the operator: {refused:?}",
        rpc.path
    );
    let verdict = verdict(beizhan, weak, rpc).await?;
    // a list under a condition is answered with what the condition lets through
    let reads = ["/List", "/WhatCan"].iter().any(|method| rpc.path.contains(method));
    let lists = reads && verdict == Verdict::Conditional;
    if verdict != Verdict::Allow && !lists {
        let refused = refusal(call(weak, node, rpc).await?, rpc);
        // names are read before anything is decided, and the request leaves others than the annotated ones out
        let unread = refused.reason == "MALFORMED_NAME" && verdict == Verdict::Conditional;
        // one may always ask about oneself
        let of_oneself = ["/Explain", "/WhoCan"].iter().any(|method| rpc.path.ends_with(method));
        let unread = unread || (refused.reason == "PERMISSION_UNKNOWN" && of_oneself);
        assert!(
            refused.code == Code::PermissionDenied || unread,
            "{} ({verdict:?}): {refused:?}",
            rpc.path
        );
    }
    Ok(())
}

async fn verdict(beizhan: &Beizhan, actor: &Actor, rpc: &Rpc) -> Result<Verdict> {
    let request = CheckRequest {
        parent: beizhan.community.clone(),
        permission: rpc.permissions[0].clone(),
    };
    Ok(actor.call(request).await?.verdict())
}

/// AIP-211, apart from what is computed for a community and so is always there: that something does not exist is told only to those who may see it without condition.
async fn missing_target(node: &TestNode, core: &Actor, weak: &Actor, rpc: &Rpc) -> Result<()> {
    let is_get = rpc
        .path
        .rsplit('/')
        .next()
        .is_some_and(|method| method.starts_with("Get"));
    let computed = [
        "GetMatrix",
        "GetCommunity",
        "GetMonthPlan",
        "GetMonthReport",
        "GetSettings",
        "GetHistory",
    ];
    // a community's people hold nothing in a region
    let in_region = rpc.path.contains("RegionAuthorityService");
    if !is_get || in_region || computed.iter().any(|method| rpc.path.ends_with(method)) {
        return Ok(());
    }
    let refused = refusal(call(core, node, rpc).await?, rpc);
    assert_eq!(refused.code, Code::NotFound, "{}: {refused:?}", rpc.path);
    let answer = call(weak, node, rpc).await?;
    let code = answer.err().map(|status| status.code());
    assert!(
        matches!(code, Some(Code::PermissionDenied | Code::NotFound)),
        "{}: {code:?}",
        rpc.path
    );
    Ok(())
}
