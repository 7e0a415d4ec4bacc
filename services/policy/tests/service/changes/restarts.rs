use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectionTrait, Database};
use yihe_proto::policy::v1::{PolicyChangeState as State, Verdict};

use super::*;
use crate::running::{reason, told};

const WANTED: &str = "meeting.body.create";

pub async fn execute(folder: &Path, sql: &str) {
    let url = format!("sqlite://{}", folder.join("policy.db").display());
    let connection = Database::connect(url).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn rules_outlive_the_process_and_the_sequence_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let committee = Committee::start_in(folder.path()).await.unwrap();
    committee.change(vec![allow("RESIDENT_UNIT/*", WANTED)]).await;
    let waiting = committee
        .propose(&secretary(), vec![allow("*/*", WANTED)])
        .await
        .unwrap();
    drop(committee);
    let committee = Committee::start_in(folder.path()).await.unwrap();
    assert_eq!(committee.verdict(&manager(), WANTED).await, Verdict::Allow);
    committee.approve(&secretary(), &waiting.name).await.unwrap();
    let active = committee.activate(&secretary(), &waiting.name).await.unwrap();
    assert_eq!(active.revision, 3);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_stops_the_start_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let committee = Committee::start_in(folder.path()).await.unwrap();
    committee.change(vec![allow("RESIDENT_UNIT/*", WANTED)]).await;
    drop(committee);
    execute(folder.path(), "UPDATE rule SET said = x'ffff'").await;
    let refused = Committee::start_in(folder.path()).await.err().unwrap();
    assert_eq!(refused.reason().code, "STORED_RULE_BROKEN");
    assert!(
        refused.to_string().contains("rule 440309002021/2.1 of 440309002021"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_row_that_breaks_while_the_node_runs_leaves_the_old_rules_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let committee = Committee::start_in(folder.path()).await.unwrap();
    committee.change(vec![allow("RESIDENT_UNIT/*", WANTED)]).await;
    let next = committee
        .propose(&secretary(), vec![deny("*/*", WANTED)])
        .await
        .unwrap();
    committee.approve(&secretary(), &next.name).await.unwrap();
    execute(folder.path(), "UPDATE rule SET said = x'ffff'").await;
    let refused = committee.activate(&secretary(), &next.name).await.unwrap_err();
    assert_eq!(
        (reason(&refused).as_str(), told(&refused, "rule").as_str()),
        ("STORED_RULE_BROKEN", "440309002021/2.1")
    );
    // as if another node had put the broken rules into force
    execute(folder.path(), "UPDATE revision SET sequence = 9 WHERE domain <> '*'").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        committee.verdict(&manager(), WANTED).await,
        Verdict::Allow,
        "the rules before it stay"
    );
    execute(folder.path(), "UPDATE revision SET sequence = 2 WHERE domain <> '*'").await;
    assert_eq!(
        committee.get(&next.name).await.state(),
        State::Approved,
        "nothing was half applied"
    );
    let events = committee.running.feed().after(0, 100).await.unwrap();
    let activated = events.iter().filter(|event| event.kind.ends_with("ChangeActivated"));
    assert_eq!(activated.count(), 1);
}

#[tokio::test]
async fn what_another_node_puts_into_force_on_the_same_database_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let one = Committee::start_in(folder.path()).await.unwrap();
    let other = Committee::start_in(folder.path()).await.unwrap();
    one.change(vec![allow("RESIDENT_UNIT/*", WANTED)]).await;
    for _ in 0..200 {
        if other.verdict(&manager(), WANTED).await == Verdict::Allow {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the other node never saw it");
}
