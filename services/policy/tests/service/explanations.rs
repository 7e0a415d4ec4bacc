use yihe_proto::policy::v1::{Condition, ExplainRequest, ExplainResponse};

use crate::changes::{Committee, allow};
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

#[tokio::test]
async fn an_appointment_that_lapsed_or_has_not_begun_is_named() {
    let running = Running::start().await;
    running.set_clock(DIRECTOR_UNTIL);
    let lapsed = explain_for(&running, &secretary(), "meeting.vote.open", OWNER, OWNERS).await;
    assert_eq!(lapsed.verdict(), yihe_proto::policy::v1::Verdict::Deny);
    assert!(
        lapsed.text_zh.contains("业主委员会主任的任期已于 2026-09-22 届满。"),
        "{}",
        lapsed.text_zh
    );
    assert!(
        lapsed
            .text_en
            .contains("The term as director of an owners' committee ended on 2026-09-22."),
        "{}",
        lapsed.text_en
    );
    running.set_clock(DIRECTOR_FROM - 1);
    let early = explain_for(&running, &secretary(), "meeting.vote.open", OWNER, OWNERS).await;
    assert!(
        early.text_zh.contains("业主委员会主任的任期自 2026-09-21 起。"),
        "{}",
        early.text_zh
    );
    // a post that would not have allowed it says nothing
    let other = explain_for(&running, &secretary(), "policy.grant.list", OWNER, OWNERS).await;
    assert!(!other.text_zh.contains("任期"), "{}", other.text_zh);
}

#[tokio::test]
async fn a_rule_out_of_its_term_is_named() {
    let rows = "PROPERTY_COMPANY/*,440309002021,policy.grant.list,allow,,2020-01-01T00:00:00Z,2021-01-01T00:00:00Z\n\
                RESIDENT_UNIT/*,440309002021,policy.grant.list,allow,,2030-01-01T00:00:00Z,\n";
    let running = Running::start_with(rows).await;
    let expired = explain(&running, &caretaker(), "policy.grant.list").await;
    assert!(
        expired.text_zh.contains("曾有的授权已于 2021-01-01 到期。"),
        "{}",
        expired.text_zh
    );
    assert!(
        expired
            .text_en
            .contains("A rule that granted it expired on 2021-01-01."),
        "{}",
        expired.text_en
    );
    let coming = explain(&running, &who(MANAGER, STATION), "policy.grant.list").await;
    assert!(
        coming.text_zh.contains("已有授权，自 2030-01-01 起生效。"),
        "{}",
        coming.text_zh
    );
}

#[tokio::test]
async fn a_rule_of_a_change_tells_its_revision_and_its_author_to_those_who_see_changes() {
    let committee = Committee::start().await;
    let change = committee
        .change(vec![allow("RESIDENT_UNIT/*", "meeting.vote.open")])
        .await;
    let running = &committee.running;
    let manager = who(MANAGER, STATION);
    let told = explain(running, &manager, "meeting.vote.open").await;
    let revision = format!("权责变更“{}”（修订 {}）", change.title, change.revision);
    assert!(told.text_zh.contains(&revision), "{}", told.text_zh);
    assert!(!told.text_zh.contains(&change.proposer) && !told.text_en.contains(&change.proposer));
    let told = explain_for(running, &secretary(), "meeting.vote.open", MANAGER, STATION).await;
    assert!(
        told.text_en.contains(&format!("proposed by {}", change.proposer)),
        "{}",
        told.text_en
    );
}

#[tokio::test]
async fn an_open_condition_says_who_could_fulfil_it() {
    let running = Running::start_with("PROPERTY_COMPANY/*,440309002021,meeting.ballot.cast,deny,owner,,\n").await;
    let answer = explain(&running, &caretaker(), "meeting.ballot.cast").await;
    let [participant, owner] = &answer.open_conditions[..] else {
        panic!("{answer:?}")
    };
    assert_eq!(participant.condition(), Condition::Participant);
    assert_eq!(
        (participant.excludes, participant.permission.as_str()),
        (false, "meeting.body_member.add")
    );
    assert!(participant.roles.contains(&"PARTY_COMMITTEE/SECRETARY".to_owned()));
    assert!(participant.text_zh.contains("可以办理的有：") && participant.text_zh.contains("社区党委书记"));
    assert!(answer.text_zh.contains(&participant.text_zh) && answer.text_en.contains(&participant.text_en));
    // what follows from the object itself nobody brings about
    assert_eq!((owner.condition(), owner.excludes), (Condition::Owner, true));
    assert_eq!(
        (owner.permission.as_str(), &owner.roles[..]),
        ("", &["PROPERTY_COMPANY/*".to_owned()][..])
    );
    // it names roles and nobody
    for person in [SECRETARY, MANAGER, OWNER] {
        assert!(!answer.text_zh.contains(person) && !answer.text_en.contains(person));
    }
    let plain = explain(&running, &secretary(), "meeting.vote.open").await;
    assert!(plain.open_conditions.is_empty());
}
