//! Decisions are counted where they are made, told to the policy service, and name nobody.

use anyhow::{Context, Result, ensure};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use yihe::Wiring;
use yihe_proto::directory::v1::{EndAppointmentRequest, EndMembershipRequest, ListAppointmentsRequest};
use yihe_proto::policy::v1 as pb;
use yihe_testkit::{Beizhan, TestNode, TestNodeOptions, refused};

async fn decisions_are_counted(wiring: Wiring) -> Result<()> {
    let options = TestNodeOptions {
        wiring,
        ..TestNodeOptions::default()
    };
    let node = TestNode::start(options).await?;
    let beizhan = Beizhan::set_up(&node).await?;
    node.node().report_usage().await?;
    let (secretary, manager) = (&beizhan.committee.person, &beizhan.property_company.person);
    for _ in 0..3 {
        let request = ListAppointmentsRequest {
            parent: beizhan.community.clone(),
            ..Default::default()
        };
        secretary.call(request).await?;
    }
    let request = EndMembershipRequest {
        name: format!("{}/memberships/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f", beizhan.community),
        ..Default::default()
    };
    refused(manager.call(request).await, "PERMISSION_DENIED")?;
    // it may end posts of its own organization; whose a post is, only the directory knows
    let others = EndAppointmentRequest {
        name: beizhan.committee.appointment.clone(),
        ..Default::default()
    };
    refused(manager.call(others).await, "PERMISSION_DENIED")?;
    let folder = node.stop().await?.context("the node kept its data")?;
    let rows = counted(&folder.path().join("policy.db")).await?;
    let count = |role: &str, permission: &str, outcome: pb::Outcome| {
        let like = rows.iter().filter(|row| {
            row.permission == permission
                && row.outcome == i32::from(outcome)
                && row.roles.split(' ').any(|one| one == role)
        });
        like.map(|row| row.count).sum::<i64>()
    };
    let lists = count(
        "PARTY_COMMITTEE/SECRETARY",
        "directory.appointment.list",
        pb::Outcome::Allowed,
    );
    ensure!(lists == 3, "{lists} of 3 lists were counted");
    // by the gateway, which lets it go no further
    let denied = count(
        "PROPERTY_COMPANY/MANAGER",
        "directory.membership.end",
        pb::Outcome::Denied,
    );
    ensure!(denied == 1, "{denied} of 1 denial was counted");
    let settled = count(
        "PROPERTY_COMPANY/MANAGER",
        "directory.appointment.end",
        pb::Outcome::Denied,
    );
    ensure!(settled == 1, "{settled} of 1 settled by the facts was counted");
    for row in &rows {
        ensure!(
            !row.roles.contains("users/") && !row.permission.contains('-'),
            "{row:?} names somebody"
        );
    }
    Ok(())
}

#[derive(Debug)]
struct Row {
    permission: String,
    roles: String,
    outcome: i32,
    count: i64,
}

async fn counted(file: &std::path::Path) -> Result<Vec<Row>> {
    let db = Database::connect(format!("sqlite://{}?mode=ro", file.display())).await?;
    let select = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT permission, roles, outcome, count FROM usage_count WHERE domain = '440309002021'",
    );
    let rows = db.query_all_raw(select).await?;
    let row = |row: sea_orm::QueryResult| {
        anyhow::Ok(Row {
            permission: row.try_get_by_index(0)?,
            roles: row.try_get_by_index(1)?,
            outcome: row.try_get_by_index(2)?,
            count: row.try_get_by_index(3)?,
        })
    };
    rows.into_iter().map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decisions_are_counted_in_process() -> Result<()> {
    decisions_are_counted(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decisions_are_counted_over_sockets() -> Result<()> {
    decisions_are_counted(Wiring::Tcp).await
}
