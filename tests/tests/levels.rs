//! Levels above a community: a district forbids, and no community below can loosen it; elsewhere nothing changes.

use anyhow::{Context, Result};
use yihe::Wiring;
use yihe_proto::directory::v1::{ListAppointmentsRequest, ListMembershipsRequest};
use yihe_proto::policy::v1::{ExplainRequest, Verdict};
use yihe_testkit::{Beizhan, TestNode, TestNodeOptions, refused};

async fn district_forbids(wiring: Wiring) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let grants = folder.path().join("grants.csv");
    // Longhua district (440309) keeps everybody from the lists of appointments; a grant for Beizhan does not help;
    // a denial of Nanshan district (440305) does not reach it; one that has ended is none
    std::fs::write(
        &grants,
        "role,domain,permission,effect,condition,effective,expire\n\
         */*,440309,directory.appointment.list,deny,,,\n\
         PARTY_COMMITTEE/*,440309002021,directory.appointment.list,allow,,,\n\
         */*,440305,directory.membership.list,deny,,,\n\
         */*,440309,directory.membership.list,deny,,,2026-01-01T00:00:00Z\n",
    )?;
    let options = TestNodeOptions {
        wiring,
        grants_file: Some(grants),
        ..TestNodeOptions::default()
    };
    let node = TestNode::start(options).await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let secretary = &beizhan.committee.person;
    let request = ListAppointmentsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    refused(secretary.call(request).await, "PERMISSION_DENIED")?;
    let request = ListMembershipsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    secretary
        .call(request)
        .await
        .context("another district's denial, and one that has ended, deny nothing here")?;
    let request = ExplainRequest {
        parent: beizhan.community.clone(),
        permission: "directory.appointment.list".into(),
        ..Default::default()
    };
    let explained = secretary.call(request).await?;
    assert_eq!(explained.verdict(), Verdict::Deny);
    assert!(
        explained.grants.first().is_some_and(|grant| grant.domain == "440309"),
        "{:?}",
        explained.grants
    );
    node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_district_forbids_in_process() -> Result<()> {
    district_forbids(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_district_forbids_over_sockets() -> Result<()> {
    district_forbids(Wiring::Tcp).await
}
