//! A node spread over processes, each service in its own, started in the least helpful order.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use yihe_proto::directory::v1::{ActivateCommunityRequest, Community};
use yihe_testkit::Actor;

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(config: &Path, service: &str) -> Result<Process> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    command
        .arg("--config")
        .arg(config)
        .args(["serve", "--log", "error", "--service", service]);
    Ok(Process(command.stdout(Stdio::null()).spawn()?))
}

#[tokio::test]
async fn services_come_up_in_any_order() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let listeners = [(); 8].map(|()| TcpListener::bind("127.0.0.1:0"));
    let mut ports = Vec::new();
    for listener in listeners {
        ports.push(listener?.local_addr()?.port());
    }
    let mut text = format!("data_dir = {data:?}\nlisten = \"127.0.0.1:{}\"\n", ports[0]);
    for (service, port) in ["directory", "policy", "meeting", "file", "ledger", "resource", "record"]
        .into_iter()
        .zip(&ports[1..])
    {
        text +=
            &format!("[services.{service}]\nlisten = \"127.0.0.1:{port}\"\naddress = \"http://127.0.0.1:{port}\"\n");
    }
    let config = folder.path().join("yihe.toml");
    std::fs::write(&config, text)?;
    let imported = Command::new(env!("CARGO_BIN_EXE_yihe"))
        .args(["import", "divisions", "shenzhen", "--data-dir"])
        .arg(&data)
        .output()?;
    ensure!(
        imported.status.success(),
        "{}",
        String::from_utf8_lossy(&imported.stderr)
    );

    let mut running = Vec::new();
    for service in [
        "gateway",
        "record",
        "resource",
        "ledger",
        "file",
        "meeting",
        "policy",
        "directory",
    ] {
        running.push(start(&config, service)?);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let token = Command::new(env!("CARGO_BIN_EXE_yihe"))
        .args(["token", "mint", "--data-dir"])
        .arg(&data)
        .output()?;
    let token = String::from_utf8(token.stdout)?;
    let community = activate(&format!("http://127.0.0.1:{}", ports[0]), token.trim()).await?;
    assert_eq!(community.name, "communities/440309002021");
    for process in &mut running {
        ensure!(process.0.try_wait()?.is_none(), "a service has ended");
    }
    Ok(())
}

/// Asks until the services have found one another.
async fn activate(gateway: &str, token: &str) -> Result<Community> {
    let begun = Instant::now();
    loop {
        let request = ActivateCommunityRequest {
            region: "regions/440309002021".into(),
            ..Default::default()
        };
        let endpoint = tonic::transport::Channel::from_shared(gateway.to_owned())?;
        let answer = match endpoint.connect().await {
            Ok(channel) => Actor::stranger(channel)
                .with_token(token)
                .call(request)
                .await
                .context("activating"),
            Err(error) => Err(error.into()),
        };
        match answer {
            Ok(community) => return Ok(community),
            Err(error) if begun.elapsed() > Duration::from_secs(40) => bail!("still not ready: {error:#}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}
