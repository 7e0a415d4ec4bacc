use tonic::Code;
use yihe_proto::policy::v1::{
    GetChangeRequest, GetMatrixRequest, GetSnapshotRequest, ListChangesRequest, Matrix, RejectChangeRequest, Verdict,
    WhoCanRequest,
};

use super::*;
use crate::changes::allow;
use crate::running::{reason, told};

const WANTED: &str = "meeting.vote.open";

fn denied(status: &Status, permission: &str) {
    assert_eq!(
        (
            status.code(),
            reason(status).as_str(),
            told(status, "permission").as_str()
        ),
        (Code::PermissionDenied, "PERMISSION_DENIED", permission)
    );
}

#[tokio::test]
async fn a_level_that_is_a_member_of_a_community_changes_nothing_there() {
    let levels = Levels::start().await;
    let edits = || vec![allow("RESIDENT_UNIT/*", WANTED)];
    let refused = levels.propose(&leader(), COMMUNITY, edits()).await.unwrap_err();
    denied(&refused, "policy.change.propose");
    let change = levels.propose(&secretary(), COMMUNITY, edits()).await.unwrap();
    denied(
        &levels.approve(&leader(), &change.name).await.unwrap_err(),
        "policy.change.approve",
    );
    let request = RejectChangeRequest {
        name: change.name.clone(),
        comment: "不妥".to_owned(),
        ..Default::default()
    };
    let refused = levels
        .running
        .changes()
        .reject_change(levels.running.call(&leader(), request))
        .await;
    denied(&refused.unwrap_err(), "policy.change.reject");
    let request = GetChangeRequest {
        name: change.name.clone(),
    };
    let refused = levels
        .running
        .changes()
        .get_change(levels.running.call(&leader(), request))
        .await;
    denied(&refused.unwrap_err(), "policy.change.get");
    let request = ListChangesRequest {
        parent: COMMUNITY.to_owned(),
        ..Default::default()
    };
    let refused = levels
        .running
        .changes()
        .list_changes(levels.running.call(&leader(), request))
        .await;
    denied(&refused.unwrap_err(), "policy.change.list");
    levels.approve(&secretary(), &change.name).await.unwrap();
    for deputy in [leader(), district_deputy()] {
        denied(
            &levels.activate(&deputy, &change.name).await.unwrap_err(),
            "policy.change.activate",
        );
    }
    levels.activate(&secretary(), &change.name).await.unwrap();

    // what members do, it does; and its own rules it changes as before
    assert_eq!(
        levels.verdict(&leader(), COMMUNITY, "meeting.ballot.cast").await,
        Verdict::Conditional
    );
    let active = levels.change(&leader(), DISTRICT, edits()).await;
    assert!(active.name.starts_with(DISTRICT) && active.revision > 0);
}

async fn matrix(levels: &Levels, by: &Who, parent: &str) -> Matrix {
    let request = GetMatrixRequest {
        parent: parent.to_owned(),
    };
    let answer = levels
        .running
        .policy()
        .get_matrix(levels.running.call(by, request))
        .await;
    answer.unwrap().into_inner()
}

fn may(matrix: &Matrix, role: &str, permission: &str) -> bool {
    let row = matrix.rows.iter().find(|row| row.role == role).unwrap();
    row.cells.iter().any(|cell| cell.permission == permission)
}

#[tokio::test]
async fn what_counts_in_regions_alone_is_seen_in_no_community() {
    let levels = Levels::start().await;
    let snapshot = async |community: &str, region: &str| {
        let request = GetSnapshotRequest {
            community: community.to_owned(),
            region: region.to_owned(),
            ..Default::default()
        };
        let request = levels.running.call(&service("gateway"), request);
        let found = levels.running.snapshots().get_snapshot(request).await.unwrap();
        let rows = found
            .into_inner()
            .grants
            .into_iter()
            .filter(|grant| grant.domain == "regions");
        rows.map(|grant| grant.id).collect::<Vec<_>>()
    };
    assert!(snapshot(COMMUNITY, "").await.is_empty() && snapshot("", "").await.is_empty());
    let rows = snapshot("", DISTRICT).await;
    assert!(rows.contains(&"template/regions/policy.change.propose/DISTRICT_PARTY_COMMITTEE/SECRETARY".to_owned()));

    let role = "DISTRICT_PARTY_COMMITTEE/SECRETARY";
    let (here, there) = (
        matrix(&levels, &secretary(), COMMUNITY).await,
        matrix(&levels, &staff(), DISTRICT).await,
    );
    for permission in [
        "policy.change.propose",
        "directory.secretary.appoint",
        "policy.grant.export",
    ] {
        assert!(
            !may(&here, role, permission) && may(&there, role, permission),
            "{permission}"
        );
    }
    let (_, exported) = crate::exports::export(&levels.running, false, false, false).await;
    assert!(!exported.contains(", regions, "));
    let request = WhoCanRequest {
        parent: COMMUNITY.to_owned(),
        permission: "policy.change.propose".to_owned(),
        ..Default::default()
    };
    let found = levels
        .running
        .lookup()
        .who_can(levels.running.call(&secretary(), request))
        .await;
    let found = found.unwrap().into_inner();
    assert!(found.roles.iter().all(|role| role.role.starts_with("PARTY_COMMITTEE/")));
    assert!(
        found
            .holders
            .iter()
            .all(|holder| holder.principal != DISTRICT_SECRETARY)
    );
}
