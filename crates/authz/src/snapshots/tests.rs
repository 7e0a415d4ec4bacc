use std::sync::atomic::Ordering;

use futures::future::join_all;
use tokio::time::{Instant, advance, sleep};
use yihe_kernel::SystemClock;

use super::*;
use crate::fake_source::FakeSource;
use crate::sample::{COMMUNITY, community, grant, wire};

pub(super) fn start() -> (Arc<FakeSource>, Arc<Snapshots>) {
    let source = Arc::new(FakeSource::new(wire(
        vec![grant("a", "*/*", "meeting.motion.get")],
        Vec::new(),
    )));
    let snapshots = Snapshots::new(Arc::clone(&source) as _, Arc::new(SystemClock));
    (source, snapshots)
}

/// Lets the follower do what it can without time passing by much.
pub(super) async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

pub(super) fn directory(snapshot: &Snapshot) -> u64 {
    snapshot.revision().directory
}

pub(super) const fn revision(directory: u64) -> Revision {
    Revision { directory, policy: 1 }
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_share_one_fetch() {
    let (source, snapshots) = start();
    settle().await;
    source.slow(Duration::from_millis(300));
    let community = community();
    let waiting = (0..50).map(|_| snapshots.community(&community, None));
    let got: Vec<_> = join_all(waiting).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(source.fetched(), 1);
    assert!(got.iter().all(|snapshot| Arc::ptr_eq(snapshot, &got[0])));
    snapshots.community(&community, Some(revision(1))).await.unwrap();
    assert_eq!(source.fetched(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_was_heard_is_fetched_and_others_are_left_alone() {
    let (source, snapshots) = start();
    settle().await;
    let mut changes = snapshots.changes();
    assert_eq!(directory(&snapshots.community(&community(), None).await.unwrap()), 1);
    changes.mark_unchanged();
    source.put_revision(COMMUNITY, 2);
    assert_eq!(directory(&snapshots.community(&community(), None).await.unwrap()), 1);
    source.tell("", 0);
    source.tell("communities/440309002022", 9);
    source.tell(COMMUNITY, 2);
    settle().await;
    assert!(changes.has_changed().unwrap());
    assert_eq!(directory(&snapshots.community(&community(), None).await.unwrap()), 2);
    assert_eq!(source.fetched(), 2);
    source.tell(COMMUNITY, 1);
    settle().await;
    snapshots.community(&community(), None).await.unwrap();
    assert_eq!(source.fetched(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_when_the_change_came_is_not_served() {
    let (source, snapshots) = start();
    settle().await;
    source.slow(Duration::from_millis(500));
    let waiting = tokio::spawn({
        let snapshots = Arc::clone(&snapshots);
        async move { snapshots.community(&community(), None).await }
    });
    sleep(Duration::from_millis(100)).await;
    source.put_revision(COMMUNITY, 2);
    source.tell(COMMUNITY, 2);
    assert_eq!(directory(&waiting.await.unwrap().unwrap()), 2);
    assert_eq!(source.fetched(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_revision_is_waited_for_but_not_for_ever() {
    let (source, snapshots) = start();
    settle().await;
    let began = Instant::now();
    let late = snapshots.community(&community(), Some(revision(2))).await.unwrap_err();
    assert_eq!(late.kind(), Kind::Unavailable);
    let waited = began.elapsed();
    assert!(
        waited >= WAIT && waited < WAIT + Duration::from_millis(100),
        "{waited:?}"
    );

    tokio::spawn({
        let source = Arc::clone(&source);
        async move {
            sleep(Duration::from_secs(1)).await;
            source.put_revision(COMMUNITY, 2);
        }
    });
    assert_eq!(
        directory(&snapshots.community(&community(), Some(revision(2))).await.unwrap()),
        2
    );
    // and one component does not make up for the other
    let policy = Revision {
        directory: 1,
        policy: 2,
    };
    assert!(snapshots.community(&community(), Some(policy)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn changes_missed_while_the_watch_was_broken_are_made_up_for() {
    let (source, snapshots) = start();
    settle().await;
    snapshots.community(&community(), None).await.unwrap();
    let mut changes = snapshots.changes();
    changes.mark_unchanged();
    source.down(true);
    source.put_revision(COMMUNITY, 2);
    sleep(Duration::from_secs(1)).await;
    // still served: nothing is known to be wrong
    assert_eq!(directory(&snapshots.community(&community(), None).await.unwrap()), 1);
    source.down(false);
    sleep(Duration::from_secs(6)).await;
    assert!(changes.has_changed().unwrap(), "open streams must decide anew");
    assert_eq!(directory(&snapshots.community(&community(), None).await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn a_watch_without_keep_alives_is_begun_anew() {
    let (source, _snapshots) = start();
    settle().await;
    assert_eq!(source.watches.load(Ordering::SeqCst), 1);
    sleep(SILENCE + Duration::from_secs(1)).await;
    assert_eq!(source.watches.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn silence_first_stops_what_matters_most_and_then_everything() {
    let (source, snapshots) = start();
    settle().await;
    let critical = [
        "policy.grant.list",
        "directory.application.admit",
        "meeting.ballot.cast",
        "ledger.transfer.create",
    ];
    let all_pass = |permissions: &[&str]| {
        permissions
            .iter()
            .all(|permission| snapshots.check_age(permission).is_ok())
    };
    source.down(true);
    advance(STALE - Duration::from_millis(100)).await;
    assert!(all_pass(&critical) && snapshots.ready());
    advance(Duration::from_secs(1)).await;
    for permission in critical {
        let refusal = snapshots.check_age(permission).unwrap_err();
        assert!(refusal.is(&crate::reasons::SNAPSHOT_STALE) && refusal.kind() == Kind::Unavailable);
        assert_eq!(
            (
                refusal.metadata()["permission"].as_str(),
                refusal.metadata()["seconds"].as_str()
            ),
            (permission, "60")
        );
    }
    assert!(all_pass(&["meeting.motion.get", "directory.appointment.create"]));
    advance(LOST).await;
    assert!(!snapshots.ready() && !all_pass(&["meeting.motion.get"]));

    source.down(false);
    sleep(Duration::from_secs(6)).await;
    assert!(all_pass(&critical) && snapshots.ready());
    for _ in 0..20 {
        sleep(Duration::from_secs(10)).await;
        source.tell("", 0);
    }
    assert!(all_pass(&critical));
}

#[tokio::test(start_paused = true)]
async fn without_the_root_layer_nothing_is_ready() {
    let source = Arc::new(FakeSource::new(wire(Vec::new(), Vec::new())));
    source.down(true);
    let snapshots = Snapshots::new(Arc::clone(&source) as _, Arc::new(SystemClock));
    settle().await;
    assert!(!snapshots.ready());
    assert_eq!(snapshots.root().await.unwrap_err().kind(), Kind::Unavailable);
    assert_eq!(
        snapshots.community(&community(), None).await.unwrap_err().kind(),
        Kind::Unavailable
    );
    source.down(false);
    sleep(Duration::from_secs(6)).await;
    assert!(snapshots.ready());
    assert_eq!(snapshots.root().await.unwrap().community(), None);
    source.put_revision("", 4);
    source.tell("", 4);
    settle().await;
    assert_eq!(directory(&snapshots.root().await.unwrap()), 4);
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_community_the_root_layer_decides() {
    let (_source, snapshots) = start();
    let nowhere = Scope::Community("440309002999".parse().unwrap());
    let error = snapshots
        .community(&"440309002999".parse().unwrap(), None)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert_eq!(
        snapshots.at(&nowhere, Some(revision(3))).await.unwrap().community(),
        None
    );
    assert_eq!(
        snapshots
            .at(&Scope::Region("4403".parse().unwrap()), None)
            .await
            .unwrap()
            .community(),
        None
    );
    let here = snapshots.at(&Scope::Community(community()), None).await.unwrap();
    assert_eq!(here.community(), Some(&community()));
    let decide = |scope: Scope| {
        let snapshots = Arc::clone(&snapshots);
        async move {
            snapshots
                .decide(&Principal::Operator, &Capacity::Own, "meeting.motion.get", &scope, None)
                .await
                .unwrap()
                .0
        }
    };
    assert!(matches!(decide(nowhere).await, Decision::Allow { .. }));
    assert_eq!(
        decide(Scope::Community(community())).await,
        Decision::Deny { grant: None }
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_has_a_snapshot_of_its_own() {
    let (source, snapshots) = start();
    settle().await;
    let street = |directory| pb::Snapshot {
        region: "regions/440309002".to_owned(),
        regions: vec!["regions/440309002".to_owned(), "regions/4403".to_owned()],
        revision: Some(revision(directory).to_proto()),
        ..pb::Snapshot::default()
    };
    source.put(street(1));
    let scope = Scope::Region("440309002".parse().unwrap());
    let at = async || snapshots.at(&scope, None).await.unwrap();
    let seen = async || directory(&*at().await);
    assert_eq!((at().await.scope(), seen().await), (Some(scope.clone()), 1));
    let fetched = source.fetched();
    source.put(street(2));
    source.tell("regions/440309003", 9);
    // of the same code as a region, and yet another place
    source.tell("communities/440309002021", 9);
    settle().await;
    assert_eq!((seen().await, source.fetched()), (1, fetched));
    source.tell("regions/440309002", 2);
    settle().await;
    assert_eq!(seen().await, 2);
    assert_eq!(directory(&snapshots.of(&scope, Some(revision(2))).await.unwrap()), 2);
    assert!(snapshots.of(&scope, Some(revision(3))).await.is_err());
    source.put_as("regions/440309003", street(1));
    let other = Scope::Region("440309003".parse().unwrap());
    assert_eq!(snapshots.of(&other, None).await.unwrap_err().kind(), Kind::Internal);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_trusted_is_refused_and_not_kept() {
    let (source, snapshots) = start();
    settle().await;
    snapshots.community(&community(), None).await.unwrap();
    let sound = wire(Vec::new(), Vec::new());
    let mut malformed = sound.clone();
    malformed.grants.push(grant("row/9", "BOSS", "*"));
    malformed.revision = Some(revision(2).to_proto());
    source.put(malformed);
    source.tell(COMMUNITY, 2);
    settle().await;
    let refusal = snapshots.community(&community(), None).await.unwrap_err();
    assert!(refusal.to_string().contains("row/9"), "{refusal}");

    source.put(pb::Snapshot {
        revision: Some(revision(2).to_proto()),
        ..sound
    });
    assert_eq!(directory(&snapshots.community(&community(), None).await.unwrap()), 2);
    source.put_as("communities/440309002022", wire(Vec::new(), Vec::new()));
    let other: CommunityId = "440309002022".parse().unwrap();
    let refusal = snapshots.community(&other, None).await.unwrap_err();
    assert_eq!(
        refusal.kind(),
        Kind::Internal,
        "another community's snapshot must not be used"
    );
}

#[tokio::test(start_paused = true)]
async fn the_follower_ends_with_its_owner() {
    let (source, snapshots) = start();
    settle().await;
    assert!(source.watched());
    drop(snapshots);
    settle().await;
    assert!(!source.watched());
}
