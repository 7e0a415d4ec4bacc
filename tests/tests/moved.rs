//! A community that an import moves under another street, while the node runs: rules of the old street no longer bear on it, those of
//! the new one do.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tonic::Status;
use yihe::config::Config;
use yihe::node::store_config;
use yihe::{ServiceName, Wiring};
use yihe_authz::Keys;
use yihe_directory::import::import_divisions;
use yihe_kernel::SharedClock;
use yihe_proto::directory::v1::{ListApplicationsRequest, ListAppointmentsRequest, ListMembershipsRequest};
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    ActivateChangeRequest, ApproveChangeRequest, Effect, ExplainRequest, Grant, PolicyEdit, ProposeChangeRequest,
};
use yihe_store::Store;
use yihe_testkit::{Actor, Beizhan, TestNode, TestNodeOptions, establish, refused};

const OLD: &str = "regions/440309002";
const NEW: &str = "regions/440309003";
const MOVED: &str = "code,parent,name\n440309002021,440309003,北站社区居委会\n";
/// Another process on the same database is noticed within five seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A street forbids everybody something in all its communities.
async fn forbid(street: &Actor, region: &str, permission: &str) -> Result<()> {
    let grant = Grant {
        role: "*/*".into(),
        permission: permission.into(),
        effect: Effect::Deny.into(),
        ..Default::default()
    };
    let request = ProposeChangeRequest {
        parent: region.into(),
        title: "街道禁止".into(),
        edits: vec![PolicyEdit {
            edit: Some(Edit::Add(grant)),
        }],
        ..Default::default()
    };
    let name = street.call(request).await?.name;
    street
        .call(ApproveChangeRequest {
            name: name.clone(),
            ..Default::default()
        })
        .await?;
    street
        .call(ActivateChangeRequest {
            name,
            ..Default::default()
        })
        .await?;
    Ok(())
}

struct Reading<'a> {
    secretary: &'a Actor,
    community: &'a str,
}

impl Reading<'_> {
    async fn appointments(&self) -> Result<(), Status> {
        let request = ListAppointmentsRequest {
            parent: self.community.to_owned(),
            ..Default::default()
        };
        self.secretary.call(request).await.map(|_| ())
    }

    async fn applications(&self) -> Result<(), Status> {
        let request = ListApplicationsRequest {
            parent: self.community.to_owned(),
            ..Default::default()
        };
        self.secretary.call(request).await.map(|_| ())
    }

    /// Waits until the first is forbidden and the second is not, or the other way round.
    async fn becomes(&self, appointments: bool, applications: bool) -> Result<()> {
        let settled = tokio::time::timeout(PATIENCE, async {
            while (self.appointments().await.is_ok(), self.applications().await.is_ok()) != (appointments, applications)
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        settled
            .await
            .context("the rules of the streets do not bear as they should")
    }

    /// The domain whose rule denies.
    async fn denied_by(&self, permission: &str) -> Result<String> {
        let request = ExplainRequest {
            parent: self.community.to_owned(),
            permission: permission.to_owned(),
            ..Default::default()
        };
        let explained = self.secretary.call(request).await?;
        Ok(explained.grants.first().context("no rule denies")?.domain.clone())
    }
}

async fn a_community_moves(wiring: Wiring) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let node = TestNode::start(TestNodeOptions {
        wiring,
        data_dir: Some(folder.path().to_owned()),
        ..TestNodeOptions::default()
    })
    .await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let operator = node.operator()?;
    let old = establish(&node, &operator, OLD, "old").await?.person;
    let new = establish(&node, &operator, NEW, "new").await?.person;
    forbid(&old, OLD, "directory.appointment.list").await?;
    forbid(&new, NEW, "directory.application.list").await?;
    let reading = Reading {
        secretary: &beizhan.committee.person,
        community: &beizhan.community,
    };
    reading.becomes(false, true).await?;
    ensure!(reading.denied_by("directory.appointment.list").await? == "440309002");

    // the operator imports, as by `yihe import divisions`, on the data of the node that runs
    let config = Config {
        data_dir: folder.path().to_owned(),
        ..Config::default()
    };
    let keys = Keys::load_or_create(&config.data_dir)?;
    let place = store_config(&config, &keys, ServiceName::Directory);
    let clock: SharedClock = Arc::<yihe_kernel::AdjustableClock>::clone(&node.clock);
    let store = Store::open(&place, yihe_directory::migrations, clock).await?;
    let report = import_divisions(&store, MOVED.as_bytes(), &mut |_| {}).await?;
    ensure!((report.changed, report.communities) == (1, 1), "{report}");

    reading.becomes(true, false).await?;
    refused(reading.applications().await, "PERMISSION_DENIED")?;
    ensure!(reading.denied_by("directory.application.list").await? == "440309003");
    let request = ListMembershipsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    reading
        .secretary
        .call(request)
        .await
        .context("what neither street forbids")?;
    node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_community_moves_under_another_street_in_process() -> Result<()> {
    a_community_moves(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_community_moves_under_another_street_over_sockets() -> Result<()> {
    a_community_moves(Wiring::Tcp).await
}
