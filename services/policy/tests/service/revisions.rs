use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tonic::{Code, Status, Streaming};
use yihe_proto::directory::v1::Authority;
use yihe_proto::policy::v1::{RevisionChange, WatchRevisionsRequest};

use crate::people::*;
use crate::running::{PACE, Running, reason};

async fn watch(running: &Running) -> Result<Streaming<RevisionChange>, Status> {
    let request = running.call(&service("meeting"), WatchRevisionsRequest {});
    running
        .snapshots()
        .watch_revisions(request)
        .await
        .map(tonic::Response::into_inner)
}

async fn next(stream: &mut Streaming<RevisionChange>) -> RevisionChange {
    timeout(Duration::from_secs(5), stream.message())
        .await
        .expect("nothing came")
        .unwrap()
        .expect("the stream ended")
}

/// The next change of a community: keep-alives are passed over.
async fn next_change(stream: &mut Streaming<RevisionChange>) -> (String, u64) {
    loop {
        let change = next(stream).await;
        if !change.community.is_empty() {
            return (change.community, change.revision.unwrap().directory_sequence);
        }
    }
}

/// How many items come within a span.
async fn count(stream: &mut Streaming<RevisionChange>, span: Duration) -> usize {
    let end = Instant::now() + span;
    let mut count = 0;
    while let Ok(item) = tokio::time::timeout_at(end, stream.message()).await {
        item.unwrap().expect("the stream ended");
        count += 1;
    }
    count
}

fn other(sequence: u64) -> Authority {
    Authority {
        community: OTHER_COMMUNITY.to_owned(),
        ..authority(sequence)
    }
}

#[tokio::test]
async fn all_known_communities_come_first_then_each_change() {
    let running = Running::start().await;
    running.directory.put_untold(other(4));
    running.directory.break_watches();
    let mut stream = watch(&running).await.unwrap();
    let mut first = vec![next_change(&mut stream).await, next_change(&mut stream).await];
    first.sort();
    assert_eq!(first, [(COMMUNITY.to_owned(), 1), (OTHER_COMMUNITY.to_owned(), 4)]);
    running.directory.put(other(5));
    assert_eq!(next_change(&mut stream).await, (OTHER_COMMUNITY.to_owned(), 5));
    running.directory.put(authority(2));
    assert_eq!(next_change(&mut stream).await, (COMMUNITY.to_owned(), 2));
}

#[tokio::test]
async fn keep_alives_carry_the_root_layers_revision() {
    let running = Running::start().await;
    let mut stream = watch(&running).await.unwrap();
    let first = next(&mut stream).await;
    assert!(first.community.is_empty());
    assert_eq!(
        first
            .revision
            .map(|revision| (revision.directory_sequence, revision.policy_sequence)),
        Some((0, 1))
    );
    assert_eq!(next_change(&mut stream).await, (COMMUNITY.to_owned(), 1));
    assert!(count(&mut stream, PACE.keep_alive * 10).await >= 3);
}

#[tokio::test]
async fn while_the_directory_is_silent_so_are_the_revisions() {
    let running = Running::start().await;
    let mut stream = watch(&running).await.unwrap();
    next_change(&mut stream).await;
    running.directory.silent.store(true, Ordering::SeqCst);
    sleep(PACE.fresh + PACE.keep_alive * 2).await;
    // what was sent before has arrived; now nothing more comes
    count(&mut stream, Duration::from_millis(20)).await;
    assert_eq!(count(&mut stream, PACE.keep_alive * 5).await, 0);
    let began = Instant::now();
    let refused = watch(&running).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unavailable, "UNAVAILABLE")
    );
    assert!(began.elapsed() >= PACE.wait, "it waited for the directory's word");
    running.directory.silent.store(false, Ordering::SeqCst);
    running.directory.put(authority(2));
    assert_eq!(next_change(&mut stream).await, (COMMUNITY.to_owned(), 2));
    assert!(count(&mut stream, PACE.keep_alive * 10).await >= 3);
}

#[tokio::test]
async fn a_watch_that_breaks_is_begun_anew_and_misses_nothing() {
    let running = Running::start().await;
    let mut stream = watch(&running).await.unwrap();
    assert_eq!(next_change(&mut stream).await, (COMMUNITY.to_owned(), 1));
    running.directory.put_untold(authority(2));
    running.directory.break_watches();
    assert_eq!(next_change(&mut stream).await, (COMMUNITY.to_owned(), 2));
    assert!(running.directory.watches.load(Ordering::SeqCst) >= 2);
}

#[tokio::test]
async fn a_silent_watch_is_given_up() {
    let running = Running::start().await;
    let mut stream = watch(&running).await.unwrap();
    next_change(&mut stream).await;
    running.directory.silent.store(true, Ordering::SeqCst);
    sleep(PACE.silence + PACE.greatest_pause * 2).await;
    running.directory.put_untold(authority(2));
    running.directory.silent.store(false, Ordering::SeqCst);
    assert_eq!(next_change(&mut stream).await, (COMMUNITY.to_owned(), 2));
    assert!(running.directory.watches.load(Ordering::SeqCst) >= 2);
}

#[tokio::test]
async fn what_a_snapshot_shows_is_told_to_watchers() {
    let running = Running::start().await;
    let mut stream = watch(&running).await.unwrap();
    assert_eq!(next_change(&mut stream).await, (COMMUNITY.to_owned(), 1));
    running.directory.put_untold(other(1));
    let request = yihe_proto::policy::v1::GetSnapshotRequest {
        community: OTHER_COMMUNITY.to_owned(),
        at_least: None,
        ..Default::default()
    };
    running
        .snapshots()
        .get_snapshot(running.call(&service("gateway"), request))
        .await
        .unwrap();
    assert_eq!(next_change(&mut stream).await, (OTHER_COMMUNITY.to_owned(), 1));
}
