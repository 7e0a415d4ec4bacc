use yihe_authz::{Decision, Principal, RoleName, Snapshot};
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1::{PolicyTestResult, RunPolicyTestsResponse, Verdict};

use super::{Actor, PolicyTest};
use crate::domain::facts::Facts;
use crate::domain::permission::is_for_persons;

/// What the rules of a snapshot say to each test.
pub(crate) fn run(tests: &[PolicyTest], snapshot: &Snapshot, now: Timestamp) -> RunPolicyTestsResponse {
    let results: Vec<_> = tests.iter().map(|test| result(test, snapshot, now)).collect();
    let count = |passed: bool| {
        let of = results.iter().filter(|result| result.passed == passed);
        i32::try_from(of.count()).unwrap_or(i32::MAX)
    };
    RunPolicyTestsResponse {
        passed: count(true),
        failed: count(false),
        results,
        revision: String::new(),
    }
}

fn result(test: &PolicyTest, snapshot: &Snapshot, now: Timestamp) -> PolicyTestResult {
    let decision = decide(test, snapshot, test.at.unwrap_or(now));
    let verdict = decision.verdict();
    PolicyTestResult {
        line: i32::try_from(test.line).unwrap_or(i32::MAX),
        description_zh: test.zh.clone(),
        description_en: test.en.clone(),
        passed: verdict == test.expected,
        expected: test.expected.into(),
        verdict: verdict.into(),
        grant: decision.grant().map(ToString::to_string).unwrap_or_default(),
    }
}

fn decide(test: &PolicyTest, snapshot: &Snapshot, at: Timestamp) -> Decision {
    let (decision, is_client) = match &test.actor {
        Actor::Role(role) => (
            snapshot.decide_role(*role, &test.permission, at),
            matches!(role, RoleName::Client(_)),
        ),
        Actor::Somebody(principal, capacity) => (
            snapshot.decide(principal, capacity, &test.permission, at),
            matches!(principal, Principal::Client(_)),
        ),
    };
    // whatever is granted, an API client does not do what persons do
    if is_client && is_for_persons(&test.permission) && decision.verdict() != Verdict::Deny {
        return Decision::Deny { grant: None };
    }
    match test.facts {
        Some(held) => Facts::of(held).settle(decision),
        None => decision,
    }
}
