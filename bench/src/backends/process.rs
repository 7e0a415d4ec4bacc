//! Release nodes as an operator runs them, each a process on a database of its own of one PostgreSQL server.

use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use yihe_testkit::{Actor, Postgres};

use crate::figures::node_binary;
use crate::start::until_ready;

/// What sets a node apart from the others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// Its database; made.
    pub database: &'a str,
    /// A file with divisions; absent takes those of Shenzhen.
    pub divisions: Option<&'a Path>,
    /// Where its events go; absent lets them stay within the process, which then has no record service.
    pub bus: Option<&'a str>,
    /// A collector for what it tells of itself, and the part of calls that is traced.
    pub telemetry: Option<(&'a str, f64)>,
    /// Connections of each of its services.
    pub connections: u32,
}

/// A running node, ended when dropped.
pub struct Process {
    child: Child,
    folder: TempDir,
    address: SocketAddr,
}

impl Process {
    pub async fn start(server: &Postgres, given: Given<'_>) -> Result<Self> {
        let name = given.database;
        sql(server, "postgres", &format!("CREATE DATABASE {name}"))?;
        let folder = tempfile::tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let config = folder.path().join("yihe.toml");
        std::fs::write(
            &config,
            configuration(folder.path(), address, &server.url_of(name), given)?,
        )?;
        let divisions = given.divisions.unwrap_or(Path::new("shenzhen"));
        let status = yihe(&config)?
            .args(["import", "divisions"])
            .arg(divisions)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        ensure!(status.success(), "the divisions were not imported");
        let begun = Instant::now();
        let mut child = yihe(&config)?
            .arg("serve")
            .stdout(Stdio::null())
            .spawn()
            .context("the node does not start")?;
        let ready = until_ready(&mut child, address, begun).await;
        let process = Self { child, folder, address };
        ready?;
        Ok(process)
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Somebody without credentials, on a connection of its own.
    pub async fn stranger(&self) -> Result<Actor> {
        Ok(Actor::stranger(yihe_testkit::channel(self.address).await?))
    }

    /// Whoever holds the data folder, for a quarter of an hour.
    pub fn operator(&self, stranger: &Actor) -> Result<Actor> {
        let output = yihe(&self.folder.path().join("yihe.toml"))?
            .args(["token", "mint"])
            .output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(stranger.with_token(String::from_utf8(output.stdout)?.trim()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn yihe(config: &Path) -> Result<Command> {
    let mut command = Command::new(node_binary()?);
    command.arg("--config").arg(config);
    Ok(command)
}

/// Quotas are out of the way: what is measured is how fast it goes, not how it is slowed.
fn configuration(folder: &Path, address: SocketAddr, database: &str, given: Given<'_>) -> Result<String> {
    let mut text = format!(
        "data_dir = \"{}\"\nlisten = \"{address}\"\nlog = \"warn\"\n",
        folder.display()
    );
    if given.bus.is_none() {
        let services = r#"["gateway", "directory", "policy", "meeting", "file", "ledger", "resource"]"#;
        writeln!(
            text,
            "service = {services}\n[services.record]\naddress = \"http://127.0.0.1:9\""
        )?;
    }
    let connections = given.connections;
    writeln!(text, "[database]\nurl = \"{database}\"\nconnections = {connections}")?;
    writeln!(
        text,
        "[gateway]\nrequests_per_second = 1000000\ncommunity_requests_per_second = 1000000\n\
         [directory]\nattempts_per_address_per_minute = 1000000"
    )?;
    if let Some(bus) = given.bus {
        writeln!(text, "[bus]\nurl = \"{bus}\"")?;
    }
    if let Some((endpoint, sampling)) = given.telemetry {
        writeln!(
            text,
            "[telemetry]\nendpoint = \"{endpoint}\"\nsampling_ratio = {sampling}"
        )?;
    }
    Ok(text)
}

/// Has the server do something in one of its databases. Returns what it answers, bare.
pub fn sql(server: &Postgres, database: &str, statement: &str) -> Result<String> {
    let output = Command::new(server.program("psql")?)
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement])
        .arg(server.url_of(database))
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_node_is_given_stands_in_its_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let address: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let bare = Given {
            database: "bare",
            connections: 3,
            ..Given::default()
        };
        let whole = Given {
            bus: Some("nats://127.0.0.1:4222"),
            telemetry: Some(("http://127.0.0.1:4317", 0.1)),
            ..bare
        };
        for (given, record) in [(bare, false), (whole, true)] {
            let text = configuration(folder.path(), address, "postgres://a@127.0.0.1/b", given).unwrap();
            let file = folder.path().join("yihe.toml");
            std::fs::write(&file, &text).unwrap();
            let config = yihe::Config::load(Some(&file), &yihe::config::Flags::default()).unwrap();
            assert_eq!(config.runs(yihe::ServiceName::Record), record, "{text}");
            assert_eq!(config.bus.url.is_some(), record);
            assert_eq!(config.telemetry.endpoint.is_some(), record);
            assert_eq!(config.database.connections.get(), 3);
        }
    }
}
