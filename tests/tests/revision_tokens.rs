//! Tokens of revisions that nobody was given: of the future, forged, of another place or node. Each is refused, in both wirings, and
//! nothing is written.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tonic::Code;
use yihe::Wiring;
use yihe_authz::{Keys, Revision, RevisionTokens};
use yihe_kernel::CommunityId;
use yihe_proto::directory::v1::{
    CreateMembershipRequest, EndMembershipRequest, ListMembershipsRequest, Organization, OrganizationKind,
};
use yihe_testkit::{Beizhan, TestNode, TestNodeOptions, refused};

/// What the gateway lets a caller wait for a revision, and what a busy machine may add.
const PATIENCE: Duration = Duration::from_secs(5);

fn unit(community: &str, display_name: &str) -> CreateMembershipRequest {
    CreateMembershipRequest {
        parent: community.to_owned(),
        organization: Some(Organization {
            kind: OrganizationKind::ResidentUnit.into(),
            display_name: display_name.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

async fn tokens_that_nobody_was_given(wiring: Wiring) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let node = TestNode::start(TestNodeOptions {
        wiring,
        data_dir: Some(folder.path().to_owned()),
        ..TestNodeOptions::default()
    })
    .await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let (secretary, community) = (&beizhan.committee.person, beizhan.community.as_str());
    let list = || ListMembershipsRequest {
        parent: community.to_owned(),
        page_size: 1000,
        ..Default::default()
    };
    // the one that a write gave is honoured; whoever sends another is refused before anything is decided
    let made = secretary.call(unit(community, "北站书店")).await?;
    let given = made.revision;
    secretary.saw(community, &given);
    let members = secretary.call(list()).await?.memberships.len();

    let tokens = RevisionTokens::new(&Keys::load_or_create(folder.path())?);
    let (scope, now) = tokens.read(&given)?;
    let ahead = |directory: u64, policy: u64| {
        let revision = Revision {
            directory: now.directory.saturating_add(directory),
            policy: now.policy.saturating_add(policy),
        };
        tokens.mint_at(&scope, revision)
    };
    for future in [ahead(1_000, 0), ahead(0, 1_000_000), ahead(u64::MAX, u64::MAX)] {
        secretary.saw(community, &future);
        let began = Instant::now();
        for answer in [
            secretary.call(list()).await.map(|_| ()),
            secretary.call(unit(community, "来自将来")).await.map(|_| ()),
        ] {
            let refusal = answer.err().context("a revision of the future was answered")?;
            ensure!(refusal.code() == Code::Unavailable, "{refusal:?}");
        }
        ensure!(began.elapsed() < 2 * PATIENCE, "waited {:?}", began.elapsed());
    }

    let bytes = given.as_bytes();
    let tampered = |place: usize| {
        let mut forged = bytes.to_vec();
        forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
        String::from_utf8_lossy(&forged).into_owned()
    };
    let elsewhere: CommunityId = "440305006013".parse()?;
    let of_another_node = RevisionTokens::new(&Keys::ephemeral()?).mint_at(&scope, now);
    let cut = given[..given.len() - 4].to_owned();
    for forged in [
        tampered(0),
        tampered(bytes.len() / 2),
        tampered(bytes.len() - 4),
        cut,
        format!("{given}AAAA"),
        "x".to_owned(),
        tokens.mint(&elsewhere, now),
        of_another_node,
    ] {
        secretary.saw(community, &forged);
        let refusal = refused(secretary.call(list()).await, "REVISION_INVALID").context(forged)?;
        ensure!(refusal.code == Code::InvalidArgument, "{refusal:?}");
        refused(secretary.call(unit(community, "伪造")).await, "REVISION_INVALID")?;
        let end = EndMembershipRequest {
            name: made.name.clone(),
            ..Default::default()
        };
        refused(secretary.call(end).await, "REVISION_INVALID")?;
    }

    secretary.saw(community, &given);
    let left = secretary.call(list()).await?.memberships.len();
    ensure!(left == members, "{left} memberships instead of {members}");
    node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revisions_that_nobody_was_given_are_refused_in_process() -> Result<()> {
    tokens_that_nobody_was_given(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revisions_that_nobody_was_given_are_refused_over_sockets() -> Result<()> {
    tokens_that_nobody_was_given(Wiring::Tcp).await
}
