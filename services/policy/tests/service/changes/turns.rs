//! Steps that meet, on SQLite and on PostgreSQL.

use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::time::timeout;
use yihe_proto::policy::v1::{PolicyChangeState as State, WatchRevisionsRequest};

use super::*;
use crate::running::reason;

const WANTED: &str = "meeting.body.create";

fn reasons<T>(answers: &[Result<T, Status>]) -> Vec<String> {
    answers
        .iter()
        .filter_map(|answer| answer.as_ref().err())
        .map(reason)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_changes_that_meet_one_comes_into_force() {
    for committee in Committee::start_both().await {
        let mut names = Vec::new();
        for role in ["RESIDENT_UNIT/*", "PARTY_BRANCH/*", "WORKSTATION/*", "SERVICE_CENTER/*"] {
            let proposed = committee
                .propose(&secretary(), vec![allow(role, WANTED)])
                .await
                .unwrap();
            committee.approve(&secretary(), &proposed.name).await.unwrap();
            names.push(proposed.name);
        }
        let by = secretary();
        let answers = join_all(names.iter().map(|name| committee.activate(&by, name))).await;
        assert_eq!(reasons(&answers), ["POLICY_MOVED"; 3]);
        let mut states = Vec::new();
        for name in &names {
            states.push(committee.get(name).await.state());
        }
        states.sort_unstable();
        assert_eq!(
            states,
            [State::Active, State::Conflicted, State::Conflicted, State::Conflicted]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_is_closed_once_however_many_try() {
    for committee in Committee::start_both().await {
        let proposed = committee.propose(&deputy(), vec![allow("*/*", WANTED)]).await.unwrap();
        let (by, proposer) = (secretary(), deputy());
        let (approved, withdrawn, rejected) = tokio::join!(
            committee.approve(&by, &proposed.name),
            committee.withdraw(&proposer, &proposed.name),
            committee.reject(&by, &proposed.name, "no"),
        );
        let closed = usize::from(withdrawn.is_ok()) + usize::from(rejected.is_ok());
        assert_eq!(closed, 1, "{approved:?} {withdrawn:?} {rejected:?}");
        let state = committee.get(&proposed.name).await.state();
        assert_eq!(state == State::Withdrawn, withdrawn.is_ok());
        assert_eq!(
            reason(&committee.activate(&by, &proposed.name).await.unwrap_err()),
            "CHANGE_STATE"
        );
        let one = committee.propose(&deputy(), vec![allow("*/*", WANTED)]).await.unwrap();
        let answers = join_all((0..4).map(|_| committee.approve(&by, &one.name))).await;
        assert_eq!(reasons(&answers), ["CHANGE_STATE"; 3]);
        let answers = join_all((0..4).map(|_| committee.activate(&by, &one.name))).await;
        assert_eq!(reasons(&answers), ["CHANGE_STATE"; 3]);
    }
}

#[tokio::test]
async fn whoever_watches_hears_at_once_of_the_community_alone() {
    let committee = Committee::start().await;
    let mut other = authority(3);
    other.community = OTHER_COMMUNITY.to_owned();
    committee.running.directory.put(other);
    let request = committee.running.call(&service("gateway"), WatchRevisionsRequest {});
    let mut watch = committee
        .running
        .snapshots()
        .watch_revisions(request)
        .await
        .unwrap()
        .into_inner();
    let proposed = committee
        .propose(&secretary(), vec![allow("*/*", WANTED)])
        .await
        .unwrap();
    committee.approve(&secretary(), &proposed.name).await.unwrap();
    let begun = Instant::now();
    committee.activate(&secretary(), &proposed.name).await.unwrap();
    let change = timeout(Duration::from_secs(5), async {
        loop {
            let change = watch.message().await.unwrap().unwrap();
            let policy = change.revision.unwrap().policy_sequence;
            assert!(policy == 1 || change.community == COMMUNITY, "{change:?}");
            if policy == 2 {
                return change;
            }
        }
    });
    assert_eq!(change.await.unwrap().community, COMMUNITY);
    // a poll would take longer than this most of the time; on a machine of any load a push does not
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}
