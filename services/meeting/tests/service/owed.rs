//! Builders for commitments.

use tonic::Status;
use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, Party};
use crate::room::{Room, cast};

/// In time for most tests, which begin on the 9th of March 2026.
pub const DUE: &str = "2026-03-20";

/// A conference of so many units that has adopted a resolution.
pub async fn resolved(units: usize) -> (Room, String) {
    let (room, vote) = Room::voting(units).await;
    let resolution = adopt(&room, &vote.name).await;
    (room, resolution)
}

/// Everybody is in favour.
pub async fn adopt(room: &Room, vote: &str) -> String {
    for unit in &room.units {
        cast(unit, vote, Choice::Yes).await.unwrap();
    }
    room.close_vote(vote).await.unwrap().resolution
}

pub fn line(organization: &str, text: &str) -> CommitmentLine {
    CommitmentLine {
        organization: organization.to_owned(),
        part: CommitmentPart::Lead.into(),
        text: text.to_owned(),
        due_date: DUE.to_owned(),
        ..Default::default()
    }
}

pub async fn commit(by: &Party, parent: &str, lines: Vec<CommitmentLine>) -> Result<Vec<Commitment>, Status> {
    let request = CreateCommitmentsRequest {
        parent: parent.to_owned(),
        lines,
        ..Default::default()
    };
    Ok(by
        .commitments()
        .create_commitments(request)
        .await?
        .into_inner()
        .commitments)
}

/// A conference of three units, the second of which is asked for something.
pub async fn asked() -> (Room, String) {
    let (room, resolution) = resolved(3).await;
    let lines = vec![line(&room.units[1].name(), "桥洞挂灯")];
    let made = commit(&room.secretary, &resolution, lines).await.unwrap();
    (room, made[0].name.clone())
}

/// The same, accepted.
pub async fn promised() -> (Room, String) {
    let (room, name) = asked().await;
    accept(&room.units[1], &name).await.unwrap();
    (room, name)
}

macro_rules! changes {
    ($($name:ident($request:ident) = $method:ident $({ $($field:ident: $kind:ty),* })?;)+) => {$(
        pub async fn $name(by: &Party, name: &str $($(, $field: $kind)*)?) -> Result<Commitment, Status> {
            let request = $request {
                name: name.to_owned(),
                $($($field: $field.to_owned(),)*)?
                ..Default::default()
            };
            Ok(by.commitments().$method(request).await?.into_inner())
        }
    )+};
}

changes! {
    accept(AcceptCommitmentRequest) = accept_commitment;
    decline(DeclineCommitmentRequest) = decline_commitment { reason: &str, suggested_holder: &str };
    reassign(ReassignCommitmentRequest) = reassign_commitment { organization: &str, reason: &str };
    progress(ReportProgressRequest) = report_progress { note: &str };
    complete(CompleteCommitmentRequest) = complete_commitment { note: &str };
    confirm(ConfirmCommitmentRequest) = confirm_commitment;
    reopen(ReopenCommitmentRequest) = reopen_commitment { reason: &str };
    cancel(CancelCommitmentRequest) = cancel_commitment { resolution: &str };
}

pub async fn get(by: &Party, name: &str) -> Result<Commitment, Status> {
    let request = GetCommitmentRequest { name: name.to_owned() };
    Ok(by.commitments().get_commitment(request).await?.into_inner())
}

pub async fn list(by: &Party, wanted: ListCommitmentsRequest) -> Vec<String> {
    let request = ListCommitmentsRequest {
        parent: PARENT.to_owned(),
        ..wanted
    };
    let listed = by.commitments().list_commitments(request).await.unwrap().into_inner();
    listed.commitments.into_iter().map(|one| one.name).collect()
}

pub async fn history(by: &Party, name: &str) -> Vec<CommitmentStep> {
    let request = ListCommitmentHistoryRequest {
        parent: name.to_owned(),
        page_size: 1000,
        ..Default::default()
    };
    by.commitments()
        .list_commitment_history(request)
        .await
        .unwrap()
        .into_inner()
        .steps
}

pub async fn ledger(by: &Party) -> Vec<LedgerEntry> {
    let request = ListLedgerEntriesRequest {
        parent: PARENT.to_owned(),
        page_size: 1000,
        ..Default::default()
    };
    by.ledger()
        .list_ledger_entries(request)
        .await
        .unwrap()
        .into_inner()
        .entries
}

pub async fn report_problem(by: &Party, title: &str) -> Result<Problem, Status> {
    let problem = Problem {
        title: title.to_owned(),
        ..Default::default()
    };
    let request = ReportProblemRequest {
        parent: PARENT.to_owned(),
        problem: Some(problem),
        ..Default::default()
    };
    Ok(by.ledger().report_problem(request).await?.into_inner())
}

pub async fn month_report(by: &Party, year: i32, month: i32) -> Result<MonthReport, Status> {
    let request = GetMonthReportRequest {
        parent: PARENT.to_owned(),
        year,
        month,
    };
    Ok(by.ledger().get_month_report(request).await?.into_inner())
}
