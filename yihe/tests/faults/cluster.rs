//! A cluster on this machine: two gateways and two processes that hold every other service, on one PostgreSQL and one NATS, over loopback.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use yihe_testkit::{Nats, Postgres};

use super::link::Link;

pub const SERVICES: [&str; 7] = ["directory", "policy", "meeting", "file", "ledger", "resource", "record"];
/// A program that the cluster begins with, to be replaced by the one that was built: a rolling upgrade.
const BEFORE: &str = "YIHE_FAULTS_BEFORE";
/// Within so long whoever was disturbed must be fit again by itself.
pub const RECOVERY: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    Gateway(usize),
    Replica(usize),
}

impl Member {
    pub const ALL: [Self; 4] = [Self::Gateway(0), Self::Gateway(1), Self::Replica(0), Self::Replica(1)];
}

impl fmt::Display for Member {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gateway(index) => write!(formatter, "gateway-{}", index + 1),
            Self::Replica(index) => write!(formatter, "replica-{}", index + 1),
        }
    }
}

/// Wires that can be broken. Everything else is connected directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Between {
    /// The first gateway and all services of the first replica.
    GatewayAndReplica,
    /// The first replica and PostgreSQL.
    ReplicaAndPostgres,
    /// The first replica and NATS.
    ReplicaAndNats,
}

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a process is started with beside its configuration.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// A library that shows it another clock, and the file that says which.
    pub clock: Option<(PathBuf, PathBuf)>,
}

pub struct Cluster {
    processes: BTreeMap<Member, Process>,
    addresses: BTreeMap<Member, Vec<SocketAddr>>,
    pub links: BTreeMap<Between, Vec<Link>>,
    pub postgres: Postgres,
    pub nats: Nats,
    folder: tempfile::TempDir,
    program: PathBuf,
}

impl Cluster {
    /// Starts everybody over what was prepared: keys in `data`, the rest in PostgreSQL.
    pub async fn start(postgres: Postgres, data: &Path) -> Result<Self> {
        let nats = Nats::start()?;
        let folder = tempfile::Builder::new().prefix("yihe-faults-").tempdir()?;
        let addresses = addresses()?;
        let links = links(&addresses, &postgres, &nats).await?;
        let program = std::env::var_os(BEFORE).map_or_else(built, PathBuf::from);
        let mut cluster = Self {
            processes: BTreeMap::new(),
            addresses,
            links,
            postgres,
            nats,
            folder,
            program,
        };
        for member in Member::ALL {
            cluster.configure(member, data)?;
        }
        for member in Member::ALL.into_iter().rev() {
            cluster.begin(member, &Start::default())?;
        }
        for member in Member::ALL {
            cluster.until(member, true, Duration::from_secs(90)).await?;
        }
        Ok(cluster)
    }

    /// Where both gateways listen.
    pub fn doors(&self) -> [SocketAddr; 2] {
        [0, 1].map(|index| self.addresses[&Member::Gateway(index)][0])
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// From now on the program that was built is started.
    pub fn upgrade(&mut self) {
        self.program = built();
    }

    pub fn begin(&mut self, member: Member, start: &Start) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(self.path(&format!("{member}.toml")));
        command.args(["serve", "--log", "warn"]);
        let services: &[&str] = match member {
            Member::Gateway(_) => &["gateway"],
            Member::Replica(_) => &SERVICES,
        };
        for service in services {
            command.args(["--service", service]);
        }
        // what is said to the tests is no configuration
        for (key, _) in std::env::vars_os() {
            if key.to_string_lossy().starts_with("YIHE_") {
                command.env_remove(&key);
            }
        }
        if let Some((library, file)) = &start.clock {
            command
                .env("LD_PRELOAD", library)
                .env("FAKETIME_TIMESTAMP_FILE", file)
                .env("FAKETIME_CACHE_DURATION", "1")
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path(&format!("{member}.log")))?;
        let child = command.stdout(Stdio::null()).stderr(log).spawn();
        let child = child.with_context(|| format!("{member} does not start"))?;
        self.processes.insert(member, Process(child));
        Ok(())
    }

    /// Ends a process with signal 9.
    pub fn kill(&mut self, member: Member) -> Result<()> {
        let process = self.processes.remove(&member);
        drop(process.with_context(|| format!("{member} does not run"))?);
        Ok(())
    }

    /// Tells a process to stop, and waits until it has.
    pub async fn stop(&mut self, member: Member) -> Result<()> {
        self.signal(member, "TERM")?;
        let begun = Instant::now();
        let process = self.processes.get_mut(&member).context("it does not run")?;
        loop {
            if let Some(status) = process.0.try_wait()? {
                ensure!(status.success(), "{member} stopped with {status}");
                self.processes.remove(&member);
                return Ok(());
            }
            ensure!(begun.elapsed() < RECOVERY, "{member} does not stop");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn signal(&self, member: Member, signal: &str) -> Result<()> {
        let process = self
            .processes
            .get(&member)
            .with_context(|| format!("{member} does not run"))?;
        let status = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(process.0.id().to_string())
            .status()?;
        ensure!(status.success(), "{member} cannot be sent {signal}");
        Ok(())
    }

    /// Whether everything of a member says that it is fit.
    pub async fn is_fit(&self, member: Member) -> bool {
        for address in &self.addresses[&member] {
            let within = Duration::from_secs(2);
            if !tokio::time::timeout(within, is_ready(*address)).await.unwrap_or(false) {
                return false;
            }
        }
        true
    }

    /// Waits until a member is fit, or is not. Returns how long that took.
    pub async fn until(&mut self, member: Member, fit: bool, within: Duration) -> Result<Duration> {
        let begun = Instant::now();
        while self.is_fit(member).await != fit {
            if let Some(process) = self.processes.get_mut(&member)
                && let Some(status) = process.0.try_wait()?
            {
                bail!("{member} ended with {status}: {}", self.said(member));
            }
            let state = if fit { "not fit" } else { "still fit" };
            ensure!(
                begun.elapsed() < within,
                "{member} is {state} after {within:?}: {}",
                self.said(member)
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(begun.elapsed())
    }

    /// The last lines of a member's log.
    pub fn said(&self, member: Member) -> String {
        let text = std::fs::read_to_string(self.path(&format!("{member}.log"))).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn configure(&self, member: Member, data: &Path) -> Result<()> {
        let (mut database, mut bus) = (self.postgres.url(), self.nats.url());
        if member == Member::Replica(0) {
            let through = |between: Between| self.links[&between][0].port();
            database = format!(
                "postgres://yihe@127.0.0.1:{}/postgres",
                through(Between::ReplicaAndPostgres)
            );
            bus = format!("nats://127.0.0.1:{}", through(Between::ReplicaAndNats));
        }
        let mut text = format!("data_dir = {data:?}\n");
        if let Member::Gateway(_) = member {
            text += &format!("listen = \"{}\"\n", self.addresses[&member][0]);
        }
        text += &format!("[database]\nurl = \"{database}\"\nconnections = 2\n[bus]\nurl = \"{bus}\"\n");
        text += "[gateway]\nrequests_per_second = 100000\n[directory]\nattempts_per_address_per_minute = 100000\n";
        for (index, service) in SERVICES.into_iter().enumerate() {
            let [mut one, two] = [0, 1].map(|replica| self.addresses[&Member::Replica(replica)][index].port());
            if member == Member::Gateway(0) {
                one = self.links[&Between::GatewayAndReplica][index].port();
            }
            text += &format!("[services.{service}]\naddress = \"http://127.0.0.1:{one}, http://127.0.0.1:{two}\"\n");
            if let Member::Replica(_) = member {
                text += &format!("listen = \"{}\"\n", self.addresses[&member][index]);
            }
        }
        Ok(std::fs::write(self.path(&format!("{member}.toml")), text)?)
    }
}

/// The program that these tests are of; where they were built elsewhere, whoever runs them says where.
fn built() -> PathBuf {
    const NAME: &str = "CARGO_BIN_EXE_yihe";
    std::env::var_os(NAME).map_or_else(|| env!("CARGO_BIN_EXE_yihe").into(), PathBuf::from)
}

async fn is_ready(address: SocketAddr) -> bool {
    let asked = async {
        let channel = Endpoint::from_shared(format!("http://{address}"))?.connect().await?;
        anyhow::Ok(
            HealthClient::<Channel>::new(channel)
                .check(HealthCheckRequest::default())
                .await?,
        )
    };
    asked
        .await
        .is_ok_and(|answer| answer.into_inner().status() == ServingStatus::Serving)
}

/// One for each gateway and for each service of each replica; all are held until the last one is known.
fn addresses() -> Result<BTreeMap<Member, Vec<SocketAddr>>> {
    let mut held = Vec::new();
    let mut addresses = BTreeMap::new();
    for member in Member::ALL {
        let count = if let Member::Gateway(_) = member {
            1
        } else {
            SERVICES.len()
        };
        for _ in 0..count {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            addresses
                .entry(member)
                .or_insert_with(Vec::new)
                .push(listener.local_addr()?);
            held.push(listener);
        }
    }
    Ok(addresses)
}

async fn links(
    addresses: &BTreeMap<Member, Vec<SocketAddr>>,
    postgres: &Postgres,
    nats: &Nats,
) -> Result<BTreeMap<Between, Vec<Link>>> {
    let mut services = Vec::new();
    for address in &addresses[&Member::Replica(0)] {
        services.push(Link::to(*address).await?);
    }
    Ok([
        (Between::GatewayAndReplica, services),
        (
            Between::ReplicaAndPostgres,
            vec![Link::to(place(&postgres.url())?).await?],
        ),
        (Between::ReplicaAndNats, vec![Link::to(place(&nats.url())?).await?]),
    ]
    .into())
}

/// Host and port of a URL.
fn place(url: &str) -> Result<SocketAddr> {
    let rest = url.split_once("://").context("no scheme")?.1;
    let host = rest.rsplit('@').next().unwrap_or_default();
    Ok(host.split('/').next().unwrap_or_default().parse()?)
}
