//! Two processes with all services, on one database and one bus, behind a gateway in a third: one of them is killed, starts again, then
//! the other, and callers do not notice.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use yihe_proto::directory::v1::{ActivateCommunityRequest, WhoAmIRequest};
use yihe_testkit::{Actor, Nats, Postgres};

const SERVICES: [&str; 7] = ["directory", "policy", "meeting", "file", "ledger", "resource", "record"];
/// How long nobody may be answered when a replica dies.
const UNNOTICED: Duration = Duration::from_secs(2);

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn yihe(folder: &Path, config: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    command.arg("--config").arg(folder.join(config));
    command
}

fn serve(folder: &Path, config: &str, services: &[&str]) -> Result<Process> {
    let mut command = yihe(folder, config);
    command.args(["serve", "--log", "error"]);
    for service in services {
        command.args(["--service", service]);
    }
    Ok(Process(command.stdout(Stdio::null()).spawn()?))
}

/// A configuration for each of both replicas and for the gateway. Returns the gateway's port.
fn configure(folder: &Path, database: &str, bus: &str) -> Result<u16> {
    let mut held = Vec::new();
    let mut port = || -> Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        held.push(listener);
        Ok(port)
    };
    let gateway = port()?;
    let data = folder.join("data");
    let head = format!(
        "data_dir = {data:?}\nlisten = \"127.0.0.1:{gateway}\"\n[database]\nurl = \"{database}\"\nconnections = 3\n[bus]\nurl = \"{bus}\"\n"
    );
    let (mut one, mut two, mut front) = (head.clone(), head.clone(), head);
    for service in SERVICES {
        let ports = [port()?, port()?];
        let place = format!(
            "[services.{service}]\naddress = \"http://127.0.0.1:{}, http://127.0.0.1:{}\"\n",
            ports[0], ports[1]
        );
        one += &format!("{place}listen = \"127.0.0.1:{}\"\n", ports[0]);
        two += &format!("{place}listen = \"127.0.0.1:{}\"\n", ports[1]);
        front += &place;
    }
    for (name, text) in [("one.toml", one), ("two.toml", two), ("gateway.toml", front)] {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(gateway)
}

/// What callers met.
#[derive(Debug, Default)]
struct Met {
    reads: usize,
    activated: usize,
    slowest: Duration,
}

/// Activates one community after another, and reads in between, until it is told to stop.
async fn work(actor: Actor, stop: Arc<AtomicBool>) -> Result<Met> {
    let mut met = Met::default();
    for number in 1..=u32::MAX {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let community = format!("4403090020{:02}", number % 20 + 2);
        let activate = ActivateCommunityRequest {
            region: format!("regions/{community}"),
            request_id: format!("00000000-0000-4000-8000-{:012}", number % 20),
            ..Default::default()
        };
        let begun = Instant::now();
        actor.call(activate).await.context("activating")?;
        met.slowest = met.slowest.max(begun.elapsed());
        met.activated += 1;
        for _ in 0..5 {
            let begun = Instant::now();
            actor.call(WhoAmIRequest::default()).await.context("reading")?;
            met.slowest = met.slowest.max(begun.elapsed());
            met.reads += 1;
        }
    }
    Ok(met)
}

async fn first_answer(gateway: u16, token: &str) -> Result<Actor> {
    let begun = Instant::now();
    loop {
        let request = ActivateCommunityRequest {
            region: "regions/440309002001".into(),
            request_id: "00000000-0000-4000-8000-000000009999".into(),
            ..Default::default()
        };
        let endpoint = tonic::transport::Channel::from_shared(format!("http://127.0.0.1:{gateway}"))?;
        let failure = match endpoint.connect().await {
            Ok(channel) => {
                let actor = Actor::stranger(channel).with_token(token);
                match actor.call(request).await {
                    Ok(_) => return Ok(actor),
                    Err(status) => format!("{status:?}"),
                }
            }
            Err(error) => error.to_string(),
        };
        ensure!(begun.elapsed() < Duration::from_secs(60), "still not ready: {failure}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn until_listening(port: u16) -> Result<()> {
    for _ in 0..600 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("nobody listens on {port}")
}

fn last_port(folder: &Path, config: &str) -> Result<u16> {
    let text = std::fs::read_to_string(folder.join(config))?;
    let listen = text.trim_end().trim_end_matches('"').rsplit(':').next();
    Ok(listen.context("no address")?.parse()?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_killed_is_not_missed() -> Result<()> {
    let (postgres, nats) = (Postgres::start()?, Nats::start()?);
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let gateway = configure(folder, &postgres.url(), &nats.url())?;
    let imported = yihe(folder, "one.toml")
        .args(["import", "divisions", "shenzhen"])
        .output()?;
    ensure!(
        imported.status.success(),
        "{}",
        String::from_utf8_lossy(&imported.stderr)
    );
    let mut one = serve(folder, "one.toml", &SERVICES)?;
    let two = serve(folder, "two.toml", &SERVICES)?;
    let _gateway = serve(folder, "gateway.toml", &["gateway"])?;
    let token = yihe(folder, "one.toml").args(["token", "mint"]).output()?;
    let actor = first_answer(gateway, String::from_utf8(token.stdout)?.trim()).await?;
    for config in ["one.toml", "two.toml"] {
        until_listening(last_port(folder, config)?).await?;
    }
    // both are known to be ready, not only to listen
    tokio::time::sleep(Duration::from_secs(1)).await;

    let stop = Arc::new(AtomicBool::new(false));
    let working = tokio::spawn(work(actor, Arc::clone(&stop)));
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(one);
    tokio::time::sleep(Duration::from_secs(2)).await;
    one = serve(folder, "one.toml", &SERVICES)?;
    until_listening(last_port(folder, "one.toml")?).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(two);
    tokio::time::sleep(Duration::from_secs(2)).await;
    stop.store(true, Ordering::Relaxed);
    let met = working.await??;
    drop(one);
    ensure!(met.slowest < UNNOTICED && met.activated > 10, "{met:?}");
    println!("{met:?}");
    Ok(())
}
