//! Readers while others fetch and swap.

use futures::FutureExt;
use tokio::time::sleep;
use yihe_kernel::{Clock, SystemClock};

use super::tests::{directory, revision, settle, start};
use super::*;
use crate::sample::{COMMUNITY, community, wire};

/// Deciding, made to answer without ever waiting.
fn at_once(snapshots: &Snapshots, scope: &Scope, at_least: Option<Revision>) -> Option<u64> {
    let deciding = snapshots.decide(
        &Principal::Operator,
        &Capacity::Own,
        "meeting.motion.get",
        scope,
        at_least,
    );
    let (_, snapshot) = deciding.now_or_never()?.unwrap();
    Some(directory(&snapshot))
}

#[tokio::test(start_paused = true)]
async fn readers_do_not_wait_while_others_fetch_and_swap() {
    let (source, snapshots) = start();
    settle().await;
    let neighbour = "communities/440309002022";
    source.put_as(
        neighbour,
        pb::Snapshot {
            community: neighbour.to_owned(),
            ..wire(Vec::new(), Vec::new())
        },
    );
    let (here, there) = (
        Scope::Community(community()),
        Scope::Community("440309002022".parse().unwrap()),
    );
    for scope in [&here, &there] {
        snapshots.of(scope, None).await.unwrap();
        assert_eq!(at_once(&snapshots, scope, None), Some(1));
    }
    let held = snapshots.of(&here, None).await.unwrap();

    // somebody waits for a revision that is being fetched; everybody else goes on with what is held
    source.slow(Duration::from_secs(1));
    source.put_revision(COMMUNITY, 2);
    let fetching = tokio::spawn({
        let (snapshots, here) = (Arc::clone(&snapshots), here.clone());
        async move { snapshots.of(&here, Some(revision(2))).await }
    });
    settle().await;
    assert_eq!(source.fetched(), 3, "the fetch is under way");
    for _ in 0..1_000 {
        assert_eq!(at_once(&snapshots, &here, None), Some(1));
        assert_eq!(at_once(&snapshots, &there, None), Some(1));
    }
    assert_eq!(
        at_once(&snapshots, &here, Some(revision(2))),
        None,
        "who asks for it waits"
    );

    // once it was heard of nobody is served what is old, and what is held still decides
    source.tell(COMMUNITY, 2);
    settle().await;
    assert_eq!(at_once(&snapshots, &here, None), None);
    assert_eq!(
        at_once(&snapshots, &there, None),
        Some(1),
        "another place is not touched"
    );
    let now = SystemClock.now();
    let decided = held.decide(&Principal::Operator, &Capacity::Own, "meeting.motion.get", now);
    assert_eq!(decided, Decision::Deny { grant: None });
    assert_eq!(directory(&fetching.await.unwrap().unwrap()), 2);
    assert_eq!(at_once(&snapshots, &here, None), Some(2), "swapped");

    // a root layer that is being fetched leaves the one that is held in its place
    source.put_revision("", 9);
    source.tell("", 9);
    settle().await;
    let root = snapshots.root().now_or_never().unwrap().unwrap();
    assert_eq!(directory(&root), 0);
    assert_eq!(at_once(&snapshots, &there, None), Some(1));
    sleep(Duration::from_secs(2)).await;
    assert_eq!(directory(&snapshots.root().now_or_never().unwrap().unwrap()), 9);
}
