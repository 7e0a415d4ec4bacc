//! A node whose bus is not there, as its operator meets it.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use yihe_testkit::Nats;

/// What a node says within eight seconds, and then it is told to stop.
fn said_with_bus_at(url: &str) -> Result<String> {
    let data = tempfile::tempdir()?;
    let mut node = Command::new(env!("CARGO_BIN_EXE_yihe"))
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "error", "--data-dir"])
        .arg(data.path())
        .env("YIHE_BUS__URL", url)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    std::thread::sleep(Duration::from_secs(8));
    let alive = node.try_wait()?.is_none();
    Command::new("kill").args(["-TERM", &node.id().to_string()]).status()?;
    let status = node.wait()?;
    let mut said = String::new();
    node.stdout.take().context("stdout")?.read_to_string(&mut said)?;
    node.stderr.take().context("stderr")?.read_to_string(&mut said)?;
    ensure!(alive && status.success(), "{status}: {said}");
    Ok(said)
}

#[test]
fn a_bus_that_is_away_is_told_of_in_one_line_and_the_node_serves() -> Result<()> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let said = said_with_bus_at(&format!("nats://yihe:sesame@127.0.0.1:{port}"))?;
    assert!(said.contains("gateway on 127.0.0.1:"), "{said}");
    let told: Vec<&str> = said.lines().filter(|line| line.contains("the bus")).collect();
    assert_eq!(told.len(), 1, "{said}");
    let wanted = format!("the bus at nats://127.0.0.1:{port} cannot be reached");
    assert!(
        told[0].contains(&wanted) && told[0].contains("start nats-server there or correct bus.url"),
        "{said}"
    );
    assert!(!said.contains("sesame"), "{said}");
    Ok(())
}

#[test]
fn a_bus_without_jetstream_is_told_of_in_one_line_and_the_node_serves() -> Result<()> {
    let nats = Nats::start_without_streams()?;
    let said = said_with_bus_at(&nats.url())?;
    assert!(said.contains("gateway on 127.0.0.1:"), "{said}");
    let told: Vec<&str> = said.lines().filter(|line| line.contains("the bus")).collect();
    assert_eq!(told.len(), 1, "{said}");
    assert!(
        told[0].contains("has no JetStream: start nats-server with -js"),
        "{said}"
    );
    Ok(())
}
