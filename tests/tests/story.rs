//! The Beizhan story, in both wirings and on both databases.

use anyhow::Result;
use yihe::Wiring;
use yihe_demo::{Narrator, tell};
use yihe_testkit::{Postgres, TestNode, TestNodeOptions};

async fn story(wiring: Wiring, database: Option<String>) -> Result<()> {
    let node = TestNode::start(TestNodeOptions {
        wiring,
        database,
        ..TestNodeOptions::default()
    })
    .await?;
    let mut narrator = Narrator::silent();
    let story = tell(&node, &mut narrator).await?;
    assert_eq!((story.tally.yes, story.tally.no, story.tally.abstain), (16, 2, 2));
    assert_eq!(story.resolution.number, "2026-1");
    // what the issue of this platform's first release demands to be refused
    for reason in [
        "PERMISSION_DENIED",
        "ALREADY_VOTED",
        "MEETING_NOT_QUORATE",
        "NOT_REPRESENTATIVE",
        "NOT_YOUR_CAPACITY",
        "CREDENTIALS_REVOKED",
        "NOTICE_TOO_SHORT",
        "CREDENTIALS_COLLECTED",
        "AMENDMENTS_PENDING",
        "MINUTES_NOT_CURRENT",
        "SIGNATURES_MISSING",
        "OWN_SENSITIVE_CHANGE",
        "OWNERS_MATTER_RESERVED",
        "CORE_KEEPS_POLICY",
        "DENIED_ABOVE",
        "RESOLUTION_UNKNOWN",
        "CLAIM_ABOVE_OPEN",
        "BOOKING_FULL",
        "SERVICE_DECIDED",
        "BALANCE_TOO_LOW",
        "RESOLUTION_REQUIRED",
        "FUND_TOO_LOW",
    ] {
        assert!(
            narrator.refusals().iter().any(|refused| refused == reason),
            "{reason} was not shown"
        );
    }
    node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_process() -> Result<()> {
    story(Wiring::Direct, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_service_behind_its_own_socket() -> Result<()> {
    story(Wiring::Tcp, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql() -> Result<()> {
    let server = Postgres::start()?;
    story(Wiring::Tcp, Some(server.url())).await
}
