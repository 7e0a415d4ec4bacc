//! A client in another language, from outside: the core of the story in Python.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use yihe_kernel::Clock;
use yihe_testkit::{TestNode, TestNodeOptions};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_python_client_holds_a_meeting() -> Result<()> {
    let python = std::env::var("YIHE_TEST_PYTHON")
        .context("YIHE_TEST_PYTHON is not set: run `cargo xtask test`, which makes a Python with grpcio")?;
    let node = TestNode::start(TestNodeOptions::default()).await?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/joint_meeting.py");
    let mut client = Command::new(python)
        .arg(&script)
        .env("YIHE_ADDRESS", node.address().to_string())
        .env("YIHE_OPERATOR_TOKEN", node.node().operator_token()?)
        .env("YIHE_NOW", node.clock.now().to_string())
        // a proxy of the environment must not come between
        .env("no_proxy", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let clock = std::sync::Arc::clone(&node.clock);
    let told = tokio::task::spawn_blocking(move || -> Result<(Vec<String>, bool)> {
        let mut input = client.stdin.take().context("stdin")?;
        let mut lines = Vec::new();
        for line in BufReader::new(client.stdout.take().context("stdout")?).lines() {
            let line = line?;
            if let Some(instant) = line.strip_prefix("CLOCK ") {
                clock.set(instant.parse()?);
                input.write_all(b"\n")?;
            }
            lines.push(line);
        }
        Ok((lines, client.wait()?.success()))
    });
    let (lines, succeeded) = told.await??;
    ensure!(succeeded, "the client failed after:\n{}", lines.join("\n"));
    assert!(
        lines.iter().any(|line| line.starts_with("RESOLUTION 2026-1 ")),
        "{}",
        lines.join("\n")
    );
    for reason in ["PERMISSION_DENIED", "MEETING_NOT_QUORATE", "ALREADY_VOTED"] {
        assert!(
            lines.iter().any(|line| line.contains(&format!("refused: {reason}"))),
            "{reason} was not shown"
        );
    }
    node.stop().await?;
    Ok(())
}
