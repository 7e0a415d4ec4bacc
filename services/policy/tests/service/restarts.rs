use std::path::Path;

use yihe_proto::policy::v1::GetSnapshotRequest;

use crate::directory::Directory;
use crate::people::*;
use crate::running::Running;

const ROW: &str = "*/*,440399,meeting.motion.submit,deny,,,\n";

async fn policy_sequence(folder: &Path, grants: &str) -> u64 {
    let directory = Directory::new();
    directory.put_untold(authority(1));
    let running = Running::start_in(folder, grants, directory).await.unwrap();
    let request = GetSnapshotRequest {
        community: COMMUNITY.to_owned(),
        at_least: None,
        ..Default::default()
    };
    let answer = running
        .snapshots()
        .get_snapshot(running.call(&service("gateway"), request))
        .await
        .unwrap();
    answer.into_inner().revision.unwrap().policy_sequence
}

#[tokio::test]
async fn other_rules_after_a_restart_are_a_new_revision() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(policy_sequence(folder.path(), "").await, 1);
    assert_eq!(policy_sequence(folder.path(), "").await, 1);
    assert_eq!(policy_sequence(folder.path(), ROW).await, 2);
    assert_eq!(policy_sequence(folder.path(), ROW).await, 2);
    let commented = format!("# the same row\n\n{ROW}");
    assert_eq!(policy_sequence(folder.path(), &commented).await, 2);
    assert_eq!(policy_sequence(folder.path(), "").await, 3);
}

#[tokio::test]
async fn a_bad_row_stops_the_start_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(policy_sequence(folder.path(), ROW).await, 1);
    let bad = format!("{ROW}*/*,440399,meeting.motion.sumbit,deny,,,\n");
    let refused = Running::start_in(folder.path(), &bad, Directory::new())
        .await
        .err()
        .unwrap();
    assert_eq!(refused.reason().code, "RULES_FILE_INVALID");
    let text = refused.to_string();
    assert!(
        text.contains("grants.csv, line 3: `meeting.motion.sumbit` is not a permission"),
        "{text}"
    );
    assert_eq!(policy_sequence(folder.path(), ROW).await, 1);
}
