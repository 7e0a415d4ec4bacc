use yihe_proto::policy::v1::{CheckRequest, CheckResponse, Condition, Verdict};

use crate::people::*;
use crate::running::Running;

async fn check(running: &Running, who: &Who, permission: &str) -> CheckResponse {
    let request = CheckRequest {
        parent: COMMUNITY.to_owned(),
        permission: permission.to_owned(),
    };
    running
        .policy()
        .check(running.call(who, request))
        .await
        .unwrap()
        .into_inner()
}

async fn verdict(running: &Running, who: &Who, permission: &str) -> Verdict {
    check(running, who, permission).await.verdict()
}

#[tokio::test]
async fn a_check_tells_verdict_conditions_grant_and_revision() {
    let running = Running::start().await;
    let allowed = check(&running, &secretary(), "meeting.vote.open").await;
    assert_eq!(allowed.verdict(), Verdict::Allow);
    assert_eq!(allowed.grant, "template/meeting.vote.open/PARTY_COMMITTEE/SECRETARY");
    assert!(!allowed.revision.is_empty());
    let conditional = check(&running, &caretaker(), "meeting.ballot.cast").await;
    assert_eq!(conditional.verdict(), Verdict::Conditional);
    assert_eq!(conditional.allow_if, [i32::from(Condition::Participant)]);
    assert!(conditional.deny_if.is_empty());
    let denied = check(&running, &caretaker(), "policy.grant.list").await;
    assert_eq!((denied.verdict(), denied.grant.as_str()), (Verdict::Deny, ""));
}

#[tokio::test]
async fn only_the_roles_of_the_capacity_count() {
    let running = Running::start().await;
    assert_eq!(
        verdict(&running, &who(MANAGER, COMMITTEE), "meeting.vote.open").await,
        Verdict::Allow
    );
    assert_eq!(
        verdict(&running, &who(MANAGER, STATION), "meeting.vote.open").await,
        Verdict::Deny
    );
    assert_eq!(
        verdict(&running, &who(MANAGER, "self"), "meeting.vote.open").await,
        Verdict::Deny
    );
    assert_eq!(
        verdict(&running, &who(CLIENT, PROPERTY), "meeting.meeting.get").await,
        Verdict::Conditional
    );
    assert_eq!(
        verdict(&running, &who(CLIENT, PROPERTY), "meeting.ballot.cast").await,
        Verdict::Deny
    );
}

#[tokio::test]
async fn a_region_forbids_what_a_community_allows() {
    let rows = "PROPERTY_COMPANY/*,440309002021,meeting.vote.open,allow,,,\nPROPERTY_COMPANY/MANAGER,440399,meeting.vote.open,deny,,,\n\
                RESIDENT_UNIT/*,440309002021,meeting.vote.open,allow,,,\nRESIDENT_UNIT/*,440309,meeting.vote.open,deny,,,\n";
    let running = Running::start_with(rows).await;
    let denied = check(&running, &caretaker(), "meeting.vote.open").await;
    assert_eq!(denied.verdict(), Verdict::Deny);
    assert_eq!(
        denied.grant,
        "fixture/440399/meeting.vote.open/PROPERTY_COMPANY/MANAGER/deny"
    );
    // 440309 lies above by the digits of the code alone
    assert_eq!(
        verdict(&running, &who(MANAGER, STATION), "meeting.vote.open").await,
        Verdict::Allow
    );
}

#[tokio::test]
async fn a_denial_under_a_condition_stays_open() {
    let running = Running::start_with("*/*,4403,meeting.ballot.cast,deny,owner,,\n").await;
    let open = check(&running, &caretaker(), "meeting.ballot.cast").await;
    assert_eq!(open.verdict(), Verdict::Conditional);
    assert_eq!(open.allow_if, [i32::from(Condition::Participant)]);
    assert_eq!(open.deny_if, [i32::from(Condition::Owner)]);
}

#[tokio::test]
async fn grants_hold_for_their_half_open_term() {
    let row =
        "PROPERTY_COMPANY/*,440309002021,meeting.vote.open,allow,,2026-10-01T08:00:00+08:00,2026-10-02T00:00:00Z\n";
    let running = Running::start_with(row).await;
    let start: i64 = 1_790_812_800;
    let end = 1_790_899_200;
    for (seconds, expected) in [
        (start - 1, Verdict::Deny),
        (start, Verdict::Allow),
        (end - 1, Verdict::Allow),
        (end, Verdict::Deny),
    ] {
        running.set_clock(seconds);
        assert_eq!(
            verdict(&running, &caretaker(), "meeting.vote.open").await,
            expected,
            "{seconds}"
        );
    }
}

#[tokio::test]
async fn a_role_lapses_at_its_instant_though_nobody_acts() {
    let running = Running::start().await;
    let director = who(OWNER, OWNERS);
    running.set_clock(DIRECTOR_UNTIL - 1);
    assert_eq!(
        verdict(&running, &director, "meeting.vote.open").await,
        Verdict::Conditional
    );
    running.set_clock(DIRECTOR_UNTIL);
    let request = CheckRequest {
        parent: COMMUNITY.to_owned(),
        permission: "meeting.vote.open".to_owned(),
    };
    let refused = running
        .policy()
        .check(running.call(&director, request))
        .await
        .unwrap_err();
    assert_eq!(
        refused.code(),
        tonic::Code::PermissionDenied,
        "the capacity itself has lapsed"
    );
    assert_eq!(
        verdict(&running, &who(OWNER, "self"), "directory.community.get").await,
        Verdict::Allow
    );
}
