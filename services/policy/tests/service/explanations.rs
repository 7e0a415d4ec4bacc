use yihe_proto::policy::v1::{ExplainRequest, ExplainResponse};

use crate::people::*;
use crate::running::Running;

async fn explain(running: &Running, who: &Who, permission: &str) -> ExplainResponse {
    explain_for(running, who, permission, "", "").await
}

async fn explain_for(
    running: &Running,
    who: &Who,
    permission: &str,
    principal: &str,
    acting_as: &str,
) -> ExplainResponse {
    let request = ExplainRequest {
        parent: COMMUNITY.to_owned(),
        permission: permission.to_owned(),
        principal: principal.to_owned(),
        acting_as: acting_as.to_owned(),
    };
    let answer = running
        .policy()
        .explain(running.call(who, request))
        .await
        .unwrap()
        .into_inner();
    assert!(!answer.revision.is_empty());
    answer
}

/// All of an explanation that does not change with the node's keys.
fn shown(answer: &ExplainResponse) -> String {
    let grants: Vec<_> = answer.grants.iter().map(|grant| grant.id.as_str()).collect();
    let list = |items: &[String]| items.join(", ");
    format!(
        "{}\nroles: {}\ngrants: {}\nroles_that_may: {}\nroles_that_may_grant: {}\n\n{}\n\n{}\n",
        answer.verdict().as_str_name(),
        list(&answer.roles),
        grants.join(", "),
        list(&answer.roles_that_may),
        list(&answer.roles_that_may_grant),
        answer.text_zh,
        answer.text_en,
    )
}

#[tokio::test]
async fn allowed_by_the_template() {
    let running = Running::start().await;
    insta::assert_snapshot!(shown(&explain(&running, &secretary(), "meeting.vote.open").await));
}

#[tokio::test]
async fn allowed_where_a_condition_holds() {
    let running = Running::start_with("PROPERTY_COMPANY/*,440309002021,meeting.ballot.cast,deny,owner,,\n").await;
    insta::assert_snapshot!(shown(&explain(&running, &caretaker(), "meeting.ballot.cast").await));
}

#[tokio::test]
async fn nothing_grants_it() {
    let running = Running::start().await;
    insta::assert_snapshot!(shown(&explain(&running, &caretaker(), "policy.grant.list").await));
}

#[tokio::test]
async fn another_capacity_would_do() {
    let running = Running::start().await;
    insta::assert_snapshot!(shown(
        &explain(&running, &who(MANAGER, STATION), "meeting.vote.open").await
    ));
}

#[tokio::test]
async fn nobody_has_it() {
    let running = Running::start_with("PARTY_COMMITTEE/*,440309002021,directory.client.revoke,deny,,,\n").await;
    insta::assert_snapshot!(shown(&explain(&running, &caretaker(), "directory.client.revoke").await));
}

#[tokio::test]
async fn forbidden_in_the_community() {
    let running = Running::start_with("PROPERTY_COMPANY/*,440309002021,meeting.ballot.cast,deny,,,\n").await;
    insta::assert_snapshot!(shown(&explain(&running, &caretaker(), "meeting.ballot.cast").await));
}

#[tokio::test]
async fn forbidden_by_a_level_above() {
    let running = Running::start_with("*/*,440399,meeting.motion.submit,deny,,,\n").await;
    insta::assert_snapshot!(shown(&explain(&running, &secretary(), "meeting.motion.submit").await));
}

#[tokio::test]
async fn only_the_operator_may() {
    let running = Running::start().await;
    insta::assert_snapshot!(shown(
        &explain(&running, &secretary(), "directory.community.activate").await
    ));
}

#[tokio::test]
async fn somebody_else_in_a_capacity() {
    let running = Running::start().await;
    let answer = explain_for(&running, &secretary(), "directory.client.rotate", CARETAKER, PROPERTY).await;
    insta::assert_snapshot!(shown(&answer));
}

#[tokio::test]
async fn somebody_without_a_post() {
    let running = Running::start().await;
    insta::assert_snapshot!(shown(
        &explain_for(&running, &secretary(), "meeting.ballot.cast", STRANGER, "").await
    ));
}

#[tokio::test]
async fn a_client_has_its_own_case_explained() {
    let running = Running::start().await;
    insta::assert_snapshot!(shown(
        &explain(&running, &who(CLIENT, PROPERTY), "meeting.ballot.cast").await
    ));
}

#[tokio::test]
async fn some_may_always_and_others_under_conditions() {
    let running = Running::start().await;
    insta::assert_snapshot!(shown(
        &explain_for(&running, &secretary(), "meeting.agenda_item.get", STRANGER, "").await
    ));
}
