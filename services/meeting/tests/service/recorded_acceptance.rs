use tonic::Code;
use yihe_proto::meeting::v1::*;

use crate::harness::{fields, reason};
use crate::owed::{asked, get, history};
use crate::recorded_ballots::{records, scan};

#[tokio::test]
async fn the_clerk_records_an_acceptance_on_paper() {
    let (room, name) = asked().await;
    let clerk = &room.secretary;
    let request = |evidence: String| RecordAcceptanceRequest {
        name: name.clone(),
        evidence,
        note: "签字回执".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        fields(&clerk.clerk().record_acceptance(request(String::new())).await),
        ["evidence"]
    );
    let elsewhere = scan(&room, &room.meeting);
    assert_eq!(
        reason(clerk.clerk().record_acceptance(request(elsewhere)).await),
        "FILE_ELSEWHERE"
    );
    let paper = scan(&room, &name);
    let refused = room.units[1].clerk().record_acceptance(request(paper.clone())).await;
    assert_eq!(
        refused.unwrap_err().code(),
        Code::PermissionDenied,
        "who owes accepts by itself"
    );
    assert_eq!(get(clerk, &name).await.unwrap().state(), CommitmentState::Proposed);
    assert!(records(clerk, &room.meeting).await.is_empty());

    let accepted = clerk
        .clerk()
        .record_acceptance(request(paper.clone()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (accepted.state(), &accepted.holder),
        (CommitmentState::Accepted, &room.units[1].name())
    );
    let kept = records(clerk, &room.meeting).await;
    assert_eq!(
        (
            kept.len(),
            kept[0].act(),
            &kept[0].member,
            &kept[0].subject,
            &kept[0].evidence
        ),
        (1, RecordedAct::Commitment, &room.units[1].name(), &name, &paper)
    );
    let steps = history(clerk, &name).await;
    assert_eq!(steps.last().unwrap().note, "签字回执");
    assert_eq!(
        reason(clerk.clerk().record_acceptance(request(paper)).await),
        "COMMITMENT_STATE"
    );
}
