use yihe_proto::policy::v1::{RunPolicyTestsRequest, RunPolicyTestsResponse, Verdict};

use crate::changes::{Committee, deny};
use crate::people::*;
use crate::running::{Running, reason, told};

const EXAMPLE: &str = include_str!("../../../../docs/examples/policy-tests.yaml");

async fn run(running: &Running, tests: &str) -> Result<RunPolicyTestsResponse, tonic::Status> {
    run_after(running, tests, "").await
}

async fn run_after(running: &Running, tests: &str, change: &str) -> Result<RunPolicyTestsResponse, tonic::Status> {
    let request = RunPolicyTestsRequest {
        parent: COMMUNITY.to_owned(),
        tests: tests.to_owned(),
        change: change.to_owned(),
    };
    let answer = running
        .lookup()
        .run_policy_tests(running.call(&secretary(), request))
        .await;
    answer.map(tonic::Response::into_inner)
}

fn of(principal: &str, acting_as: &str, at: &str, expect: &str) -> String {
    format!(
        "tests:\n  - zh: 主任任期\n    en: the director's term\n    principal: {principal}\n    acting_as: {acting_as}\n    \
         permission: meeting.vote.open\n    facts: [convener]\n    at: {at}\n    expect: {expect}\n"
    )
}

#[tokio::test]
async fn tests_are_run_against_the_rules_in_force_here() {
    let running = Running::start().await;
    let report = run(&running, EXAMPLE).await.unwrap();
    assert_eq!(report.failed, 0, "{report:#?}");
    assert!(report.passed >= 8 && !report.revision.is_empty());
    // the community forbids it to its property companies
    let running = Running::start_with("PROPERTY_COMPANY/*,440309002021,meeting.ballot.cast,deny,,,\n").await;
    let report = run(&running, EXAMPLE).await.unwrap();
    let failed: Vec<_> = report.results.iter().filter(|result| !result.passed).collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(failed[0].description_zh, "物业公司是成员的，可以投票");
    assert_eq!(failed[0].verdict(), Verdict::Deny);
    assert_eq!(
        failed[0].grant,
        "fixture/440309002021/meeting.ballot.cast/PROPERTY_COMPANY/*/deny"
    );
}

#[tokio::test]
async fn somebodys_appointment_counts_to_the_instant() {
    let running = Running::start().await;
    // the director's term is that of the directory
    for (at, expect) in [
        ("2026-09-21T14:13:19Z", "deny"),
        ("2026-09-21T14:13:20Z", "allow"),
        ("2026-09-22T14:13:19.999999Z", "allow"),
        ("2026-09-22T14:13:20Z", "deny"),
    ] {
        let report = run(&running, &of(OWNER, OWNERS, at, expect)).await.unwrap();
        assert_eq!(report.failed, 0, "{at}: {report:#?}");
    }
    let report = run(&running, &of(OWNER, "self", "2026-09-21T14:13:20Z", "deny"))
        .await
        .unwrap();
    assert_eq!(report.failed, 0, "the office counts for the committee alone");
}

#[tokio::test]
async fn a_broken_file_is_refused_by_line() {
    let running = Running::start().await;
    let broken = EXAMPLE.replacen("meeting.ballot.cast", "meeting.ballot.cats", 1);
    let refused = run(&running, &broken).await.unwrap_err();
    assert_eq!(reason(&refused), "POLICY_TESTS_INVALID");
    let line: usize = told(&refused, "line").parse().unwrap();
    assert!(broken.lines().nth(line - 1).unwrap().contains("cats"));
    assert!(told(&refused, "detail").contains("meeting.ballot.cast"));
}

#[tokio::test]
async fn tests_are_run_by_the_core_alone() {
    let running = Running::start().await;
    let request = RunPolicyTestsRequest {
        parent: COMMUNITY.to_owned(),
        tests: EXAMPLE.to_owned(),
        ..Default::default()
    };
    let refused = running
        .lookup()
        .run_policy_tests(running.call(&caretaker(), request))
        .await
        .unwrap_err();
    assert_eq!(told(&refused, "permission"), "policy.test.run");
}

#[tokio::test]
async fn tests_are_run_against_a_change_before_it_is_in_force() {
    let committee = Committee::start().await;
    let running = &committee.running;
    let edits = vec![deny("PROPERTY_COMPANY/*", "meeting.ballot.cast")];
    let change = committee.propose(&secretary(), edits).await.unwrap();
    assert_eq!(
        run(running, EXAMPLE).await.unwrap().failed,
        0,
        "nothing is in force yet"
    );
    let report = run_after(running, EXAMPLE, &change.name).await.unwrap();
    assert_eq!(report.failed, 1, "{report:#?}");
    // somebody's appointments count there too
    let of_director = of(OWNER, OWNERS, "2026-09-21T14:13:20Z", "allow");
    assert_eq!(run_after(running, &of_director, &change.name).await.unwrap().failed, 0);
    let nobodys = format!("{COMMUNITY}/policyChanges/00000000-0000-7000-8000-00000000ffff");
    let refused = run_after(running, EXAMPLE, &nobodys).await.unwrap_err();
    assert_eq!(reason(&refused), "RESOURCE_NOT_FOUND");
    let refused = run_after(running, EXAMPLE, "policyChanges/x").await.unwrap_err();
    assert_eq!(reason(&refused), "MALFORMED_NAME");
}
