use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep};
use tonic::Code;
use yihe_proto::directory::v1::{Cutoff, OrganizationKind as Kind, Post};
use yihe_proto::policy::v1::{GetSnapshotRequest, Revision, RoleTerm, Snapshot};

use crate::people::*;
use crate::running::{PACE, Running, reason, told};

async fn get(running: &Running, community: &str, at_least: Option<(u64, u64)>) -> Result<Snapshot, tonic::Status> {
    let at_least = at_least.map(|(directory_sequence, policy_sequence)| Revision {
        directory_sequence,
        policy_sequence,
    });
    let request = GetSnapshotRequest {
        community: community.to_owned(),
        at_least,
        ..Default::default()
    };
    let answer = running
        .snapshots()
        .get_snapshot(running.call(&service("gateway"), request))
        .await;
    answer.map(tonic::Response::into_inner)
}

async fn layered(running: &Running, have_layers: Vec<Vec<u8>>) -> Snapshot {
    let request = GetSnapshotRequest {
        community: COMMUNITY.to_owned(),
        have_layers,
        layered: true,
        ..Default::default()
    };
    let request = running.call(&service("gateway"), request);
    running.snapshots().get_snapshot(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn rules_come_by_layers_and_those_that_are_held_do_not_come_again() {
    let running = Running::start().await;
    let flat = get(&running, COMMUNITY, None).await.unwrap();
    let first = layered(&running, Vec::new()).await;
    assert!(flat.layers.is_empty() && first.grants.is_empty());
    let rules: Vec<_> = first.layers.iter().flat_map(|layer| layer.grants.clone()).collect();
    assert_eq!(rules, flat.grants);
    assert_eq!(first.layers[0].domain, "*");
    let held: Vec<_> = first.layers.iter().map(|layer| layer.digest.clone()).collect();
    let again = layered(&running, held.clone()).await;
    assert!(again.layers.iter().all(|layer| layer.grants.is_empty()));
    assert_eq!(
        again
            .layers
            .iter()
            .map(|layer| layer.digest.clone())
            .collect::<Vec<_>>(),
        held
    );
    assert_eq!((again.roles, again.revision), (flat.roles, flat.revision));
}

fn sequences(snapshot: &Snapshot) -> (u64, u64) {
    let revision = snapshot.revision.unwrap();
    (revision.directory_sequence, revision.policy_sequence)
}

#[tokio::test]
async fn a_snapshot_holds_who_has_which_role_in_which_capacity() {
    let running = Running::start().await;
    let cutoff = prost_types::Timestamp { seconds: 7, nanos: 0 };
    let cutoffs = vec![Cutoff {
        principal: STRANGER.to_owned(),
        cutoff_time: Some(cutoff),
    }];
    running.directory.put_untold(yihe_proto::directory::v1::Authority {
        cutoffs,
        ..authority(1)
    });
    let snapshot = get(&running, COMMUNITY, None).await.unwrap();
    assert_eq!((snapshot.community.as_str(), sequences(&snapshot)), (COMMUNITY, (1, 1)));
    assert_eq!(snapshot.regions, authority(1).regions);
    let roles: Vec<_> = snapshot
        .roles
        .iter()
        .map(|held| (held.principal.as_str(), held.capacity.as_str(), held.role.as_str()))
        .collect();
    let expected = [
        (SECRETARY, COMMITTEE, "PARTY_COMMITTEE/SECRETARY"),
        (MANAGER, STATION, "RESIDENT_UNIT/MANAGER"),
        (MANAGER, COMMITTEE, "PARTY_COMMITTEE/CLERK"),
        (CARETAKER, PROPERTY, "PROPERTY_COMPANY/MANAGER"),
        (OWNER, "self", "COMPOUND/OWNER"),
        (OWNER, OWNERS, "OWNERS_COMMITTEE/DIRECTOR"),
        (CLIENT, PROPERTY, "PROPERTY_COMPANY/CLIENT"),
    ];
    assert_eq!(roles, expected);
    let term = |role: &RoleTerm| {
        (
            role.start_time.map(|start| start.seconds),
            role.end_time.map(|end| end.seconds),
        )
    };
    assert_eq!(term(&snapshot.roles[5]), (Some(DIRECTOR_FROM), Some(DIRECTOR_UNTIL)));
    assert_eq!(term(&snapshot.roles[0]), (None, None));
    assert_eq!(
        (snapshot.cutoffs[0].principal.as_str(), snapshot.cutoffs[0].cutoff_time),
        (STRANGER, Some(cutoff))
    );
}

#[tokio::test]
async fn only_rules_above_the_community_in_the_recorded_tree_are_in_it() {
    let rows = "*/*,440399,meeting.motion.submit,deny,,,\n*/*,440309,meeting.vote.open,deny,,,\n\
                */*,440309002021,meeting.ballot.cast,deny,,,\n*/*,440309002022,meeting.ballot.list,deny,,,\n";
    let running = Running::start_with(rows).await;
    let fixture = |snapshot: &Snapshot| {
        let grants = snapshot.grants.iter().filter(|grant| grant.source == "fixture");
        grants.map(|grant| grant.domain.clone()).collect::<Vec<_>>()
    };
    let snapshot = get(&running, COMMUNITY, None).await.unwrap();
    assert_eq!(fixture(&snapshot), ["440399", "440309002021"]);
    let root = get(&running, "", None).await.unwrap();
    assert!(fixture(&root).is_empty() && !root.grants.is_empty());
}

#[tokio::test]
async fn the_root_layer_needs_no_directory() {
    let running = Running::start().await;
    running.directory.silent.store(true, Ordering::SeqCst);
    let root = get(&running, "", None).await.unwrap();
    assert_eq!(sequences(&root), (0, 1));
    assert!(root.roles.is_empty() && root.regions.is_empty());
    assert_eq!(sequences(&get(&running, "", Some((9, 1))).await.unwrap()), (0, 1));
    let refused = get(&running, COMMUNITY, None).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unavailable, "UNAVAILABLE")
    );
}

#[tokio::test]
async fn an_unknown_community_is_not_found() {
    let running = Running::start().await;
    let refused = get(&running, OTHER_COMMUNITY, None).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::NotFound, "COMMUNITY_NOT_FOUND")
    );
    assert_eq!(told(&refused, "name"), OTHER_COMMUNITY);
    // it is asked for again, not remembered as unknown
    running.directory.put_untold(yihe_proto::directory::v1::Authority {
        community: OTHER_COMMUNITY.to_owned(),
        ..authority(3)
    });
    assert_eq!(sequences(&get(&running, OTHER_COMMUNITY, None).await.unwrap()), (3, 1));
}

#[tokio::test]
async fn one_fetch_serves_all_who_ask_until_something_changes() {
    let running = Running::start().await;
    let many = || join_all((0..20).map(|_| get(&running, COMMUNITY, None)));
    assert!(
        many()
            .await
            .iter()
            .all(|answer| answer.as_ref().is_ok_and(|snapshot| sequences(snapshot) == (1, 1)))
    );
    assert_eq!(running.directory.fetched(), 1);
    running.directory.put(authority(2));
    get(&running, COMMUNITY, Some((2, 1))).await.unwrap();
    assert!(
        many()
            .await
            .iter()
            .all(|answer| answer.as_ref().is_ok_and(|snapshot| sequences(snapshot) == (2, 1)))
    );
    assert_eq!(running.directory.fetched(), 2);
}

#[tokio::test]
async fn a_revision_that_comes_to_be_is_waited_for() {
    let running = Running::start().await;
    get(&running, COMMUNITY, None).await.unwrap();
    let (snapshot, ()) = tokio::join!(get(&running, COMMUNITY, Some((2, 1))), async {
        sleep(Duration::from_millis(150)).await;
        running.directory.put(authority(2));
    });
    assert_eq!(sequences(&snapshot.unwrap()), (2, 1));
}

#[tokio::test]
async fn a_revision_the_directory_has_but_has_not_told_of_is_fetched() {
    let running = Running::start().await;
    get(&running, COMMUNITY, None).await.unwrap();
    running.directory.put_untold(authority(2));
    assert_eq!(
        sequences(&get(&running, COMMUNITY, Some((2, 0))).await.unwrap()),
        (2, 1)
    );
}

#[tokio::test]
async fn a_revision_from_the_future_is_refused_in_time() {
    let running = Running::start().await;
    for asked in [(2, 1), (1, 2)] {
        let began = Instant::now();
        let refused = get(&running, COMMUNITY, Some(asked)).await.unwrap_err();
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::Unavailable, "REVISION_UNKNOWN")
        );
        assert_eq!(told(&refused, "newest"), "1.1");
        assert!(
            began.elapsed() >= PACE.wait && began.elapsed() < PACE.wait * 8,
            "{:?}",
            began.elapsed()
        );
    }
    assert!(
        running.directory.fetched() <= 2,
        "the directory is not asked over and over"
    );
}

#[tokio::test]
async fn a_word_that_cannot_be_understood_is_refused_whole() {
    let running = Running::start().await;
    let mut odd = authority(1);
    odd.holdings
        .push(holding(STRANGER, STATION, Kind::ResidentUnit, Post::Unspecified));
    running.directory.put_untold(odd);
    assert_eq!(get(&running, COMMUNITY, None).await.unwrap_err().code(), Code::Internal);
    let mut odd = authority(2);
    odd.clients[0].kind = 99;
    running.directory.put_untold(odd);
    assert_eq!(get(&running, COMMUNITY, None).await.unwrap_err().code(), Code::Internal);
    running.directory.put_untold(authority(3));
    assert_eq!(sequences(&get(&running, COMMUNITY, None).await.unwrap()), (3, 1));
}
