//! A gateway and its services in two processes, over TLS with certificates on both ends.

use std::fmt::Write;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tonic::service::Routes;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use yihe_proto::directory::v1::ActivateCommunityRequest;
use yihe_server::{ServeOptions, Tls, TlsFiles, serve_secured};
use yihe_testkit::{Actor, Authority, Issued};

const SERVICES: [&str; 7] = ["directory", "policy", "meeting", "file", "ledger", "resource", "record"];
const PATIENCE: Duration = Duration::from_secs(60);

struct Process(Child);

impl Process {
    /// Tells it to stop, and gives what it has said.
    fn said(mut self) -> Result<String> {
        Command::new("kill")
            .args(["-TERM", &self.0.id().to_string()])
            .status()?;
        self.0.wait()?;
        let mut said = String::new();
        self.0.stdout.take().context("stdout")?.read_to_string(&mut said)?;
        self.0.stderr.take().context("stderr")?.read_to_string(&mut said)?;
        Ok(said)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn yihe(config: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    command.arg("--config").arg(config).args(words);
    command
}

fn start(config: &Path) -> Result<Process> {
    let mut serve = yihe(config, &["serve", "--log", "warn"]);
    Ok(Process(serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?))
}

fn run(config: &Path, words: &[&str]) -> Result<Output> {
    Ok(yihe(config, words).output()?)
}

/// Two configurations: `services.toml` demands certificates of callers, `gateway.toml` shows one or does not.
struct Spread {
    gateway: u16,
    health: u16,
}

fn configure(folder: &Path, own: &Issued, ca: &Path, shown: Option<&Issued>) -> Result<Spread> {
    let mut held = Vec::new();
    let mut port = || -> Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        held.push(listener);
        Ok(port)
    };
    let (gateway, health) = (port()?, port()?);
    let pair = |issued: &Issued| format!("certificate = {:?}\nkey = {:?}\n", issued.certificate, issued.key);
    let (mut services, mut front) = (String::new(), String::new());
    writeln!(
        services,
        "data_dir = {:?}\nhealth_listen = \"127.0.0.1:{health}\"",
        folder.join("data")
    )?;
    writeln!(
        services,
        "service = {SERVICES:?}\n[tls]\nmutual = true\nca = {ca:?}\n{}",
        pair(own)
    )?;
    writeln!(
        front,
        "data_dir = {:?}\nlisten = \"127.0.0.1:{gateway}\"",
        folder.join("data")
    )?;
    writeln!(
        front,
        "service = [\"gateway\"]\n[tls]\nca = {ca:?}\n{}",
        shown.map(pair).unwrap_or_default()
    )?;
    for service in SERVICES {
        let port = port()?;
        let address = format!("[services.{service}]\naddress = \"https://localhost:{port}\"\n");
        writeln!(services, "{address}listen = \"127.0.0.1:{port}\"")?;
        front += &address;
    }
    std::fs::write(folder.join("services.toml"), services)?;
    std::fs::write(folder.join("gateway.toml"), front)?;
    let imported = run(&folder.join("services.toml"), &["import", "divisions", "shenzhen"])?;
    ensure!(
        imported.status.success(),
        "{}",
        String::from_utf8_lossy(&imported.stderr)
    );
    Ok(Spread { gateway, health })
}

async fn until_serving(port: u16) -> Result<()> {
    let begun = Instant::now();
    loop {
        let endpoint = tonic::transport::Channel::from_shared(format!("http://127.0.0.1:{port}"))?;
        if let Ok(channel) = endpoint.connect().await {
            let told = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
            if told.is_ok_and(|told| told.get_ref().status() == ServingStatus::Serving) {
                return Ok(());
            }
        }
        ensure!(begun.elapsed() < PATIENCE, "still not ready");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_gateway_reaches_its_services_over_tls_with_certificates_on_both_ends() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let authority = Authority::new()?;
    let ca = authority.write(&folder.join("ca.crt"))?;
    let own = authority.issue(folder, "services", &["localhost"])?;
    let shown = authority.issue(folder, "gateway", &["gateway"])?;
    let spread = configure(folder, &own, &ca, Some(&shown))?;
    let services = start(&folder.join("services.toml"))?;
    let gateway = start(&folder.join("gateway.toml"))?;
    // readiness is told without TLS for those who cannot ask over it
    until_serving(spread.health).await?;
    until_serving(spread.gateway).await?;
    let token = run(&folder.join("services.toml"), &["token", "mint"])?.stdout;
    let endpoint = tonic::transport::Channel::from_shared(format!("http://127.0.0.1:{}", spread.gateway))?;
    let actor = Actor::stranger(endpoint.connect().await?).with_token(String::from_utf8(token)?.trim());
    let activate = ActivateCommunityRequest {
        region: "regions/440309002021".into(),
        request_id: "00000000-0000-4000-8000-000000000001".into(),
        ..Default::default()
    };
    let community = actor.call(activate).await?;
    ensure!(community.name == "communities/440309002021", "{community:?}");
    for said in [services.said()?, gateway.said()?] {
        ensure!(
            !said.contains("was refused") && !said.contains("https://localhost"),
            "{said}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_gateway_without_certificate_is_refused_and_both_say_why() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let authority = Authority::new()?;
    let ca = authority.write(&folder.join("ca.crt"))?;
    let own = authority.issue(folder, "services", &["localhost"])?;
    let spread = configure(folder, &own, &ca, None)?;
    let services = start(&folder.join("services.toml"))?;
    until_serving(spread.health).await?;
    let gateway = start(&folder.join("gateway.toml"))?;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let (by_gateway, by_services) = (gateway.said()?, services.said()?);
    let wanted = "demands a certificate of whoever calls: set tls.certificate and tls.key here";
    let told: Vec<&str> = by_gateway.lines().filter(|line| line.contains(wanted)).collect();
    // one line for each service, however often it is tried
    ensure!(told.len() == SERVICES.len(), "{by_gateway}");
    let refused = "a caller at 127.0.0.1 was refused: it shows no certificate: set tls.certificate and tls.key there";
    ensure!(by_services.contains(refused), "{by_services}");
    Ok(())
}

#[test]
fn a_certificate_that_has_expired_ends_the_start_in_one_line() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let own = Authority::new()?.issue_until(folder, "own", &["localhost"], 2020)?;
    let config = folder.join("yihe.toml");
    let text = format!(
        "data_dir = {:?}\n[tls]\ncertificate = {:?}\nkey = {:?}\n",
        folder.join("data"),
        own.certificate,
        own.key
    );
    std::fs::write(&config, text)?;
    for words in [["config", "check"].as_slice(), &["serve"]] {
        let ended = run(&config, words)?;
        let said = String::from_utf8(ended.stderr)?;
        let told: Vec<&str> = said.lines().filter(|line| line.contains("tls.certificate: ")).collect();
        ensure!(!ended.status.success() && told.len() == 1, "{said}");
        ensure!(
            told[0].contains("own.crt has expired at 2020-01-01T00:00:00Z: put a new one there"),
            "{said}"
        );
    }
    ensure!(!folder.join("data").exists(), "something was begun");
    Ok(())
}

#[tokio::test]
async fn a_program_at_a_terminal_shows_its_token_to_nobody_who_is_not_trusted() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let authority = Authority::new()?;
    let ca = authority.write(&folder.join("ca.crt"))?;
    let own = authority.issue(folder, "door", &["localhost"])?;
    let tls = Tls::load(TlsFiles {
        certificate: Some(own.certificate),
        key: Some(own.key),
        ..TlsFiles::default()
    })?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("https://localhost:{}", listener.local_addr()?.port());
    let serving = serve_secured(
        listener,
        tls,
        Routes::default(),
        ServeOptions::default(),
        std::future::pending(),
    );
    let serving = tokio::spawn(serving);
    let ask = async |ca: Option<&Path>| -> Result<String> {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_yihe"));
        command.args([
            "policy",
            "revisions",
            "--community",
            "440309002021",
            "--address",
            &address,
            "--token",
            "sesame",
        ]);
        if let Some(ca) = ca {
            command.arg("--ca").arg(ca);
        }
        Ok(String::from_utf8(command.output().await?.stderr)?)
    };
    let other = Authority::new()?.write(&folder.join("other.crt"))?;
    let refused = ask(Some(&other)).await?;
    ensure!(
        refused.contains("no gateway answers") && refused.contains("nobody in"),
        "{refused}"
    );
    ensure!(!ask(Some(&ca)).await?.contains("no gateway answers"));
    serving.abort();
    Ok(())
}
