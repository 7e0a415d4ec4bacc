use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::authority::Issued;

/// A NATS server of the test's own with JetStream, on a free loopback port, gone when dropped.
#[derive(Debug)]
pub struct Nats {
    program: PathBuf,
    folder: TempDir,
    server: Option<Child>,
    host: Ipv4Addr,
    port: u16,
    streams: bool,
    certificates: Vec<PathBuf>,
}

impl Nats {
    /// Starts a server. The program is looked for in `YIHE_TEST_NATS_BIN`, in `PATH` and where Debian puts it.
    ///
    /// # Errors
    /// Says that it is missing, or what the server printed.
    pub fn start() -> Result<Self> {
        let mut nats = Self::away()?;
        nats.again()?;
        Ok(nats)
    }

    /// Starts a server that keeps no streams.
    ///
    /// # Errors
    /// As [`Nats::start`].
    pub fn start_without_streams() -> Result<Self> {
        let mut nats = Self::away()?;
        nats.streams = false;
        nats.again()?;
        Ok(nats)
    }

    /// Starts a server that speaks TLS alone and, where `clients` names who signs theirs, demands certificates of callers.
    ///
    /// # Errors
    /// As [`Nats::start`].
    pub fn start_secured(own: &Issued, clients: Option<&Path>) -> Result<Self> {
        let mut nats = Self::away()?;
        nats.certificates = vec![own.certificate.clone(), own.key.clone()];
        nats.certificates.extend(clients.map(Path::to_owned));
        // certificates name it
        nats.host = Ipv4Addr::LOCALHOST;
        nats.port = free_port(nats.host)?;
        nats.again()?;
        Ok(nats)
    }

    /// A server that does not run yet.
    ///
    /// # Errors
    /// Says that the program is missing.
    pub fn away() -> Result<Self> {
        let host = own_host();
        Ok(Self {
            program: program()?,
            folder: tempfile::Builder::new().prefix("yihe-nats-").tempdir()?,
            server: None,
            host,
            port: free_port(host)?,
            streams: true,
            certificates: Vec::new(),
        })
    }

    /// Where to connect, `nats://…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://{}:{}", self.host, self.port)
    }

    /// Starts it again where it was, with the streams it had.
    ///
    /// # Errors
    /// Says what the server printed.
    pub fn again(&mut self) -> Result<()> {
        ensure!(self.server.is_none(), "the server runs already");
        let log = std::fs::File::create(self.folder.path().join("log"))?;
        let mut command = Command::new(&self.program);
        command
            .args(["-a", &self.host.to_string(), "-p", &self.port.to_string()])
            .current_dir(self.folder.path());
        if let [certificate, key, clients @ ..] = self.certificates.as_slice() {
            command
                .arg("--tls")
                .arg("--tlscert")
                .arg(certificate)
                .arg("--tlskey")
                .arg(key);
            if let [clients, ..] = clients {
                command.arg("--tlsverify").arg("--tlscacert").arg(clients);
            }
        }
        if self.streams {
            command.arg("-js").arg("-sd").arg(self.folder.path().join("streams"));
        }
        let server = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("nats-server does not start")?;
        self.server = Some(server);
        self.wait_until_ready()
    }

    /// Stops it as a crash would.
    ///
    /// # Errors
    /// It does not run.
    pub fn kill(&mut self) -> Result<()> {
        let mut server = self.server.take().context("the server does not run")?;
        server.kill()?;
        server.wait()?;
        Ok(())
    }

    /// Loses everything it keeps; it must not run.
    ///
    /// # Errors
    /// The files cannot be removed.
    pub fn lose_streams(&mut self) -> Result<()> {
        ensure!(self.server.is_none(), "the server still runs");
        Ok(std::fs::remove_dir_all(self.folder.path().join("streams"))?)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            let server = self.server.as_mut().context("the server does not run")?;
            if let Some(status) = server.try_wait()? {
                bail!("nats-server ended with {status}: {}", self.log());
            }
            // it greets whoever connects
            if let Ok(stream) = TcpStream::connect((self.host, self.port)) {
                stream.set_read_timeout(Some(Duration::from_secs(1)))?;
                let mut greeting = String::new();
                let read = BufReader::new(stream).read_line(&mut greeting);
                if read.is_ok() && greeting.starts_with("INFO ") {
                    return Ok(());
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("nats-server was not ready within 20 s: {}", self.log())
    }

    fn log(&self) -> String {
        let mut text = String::new();
        if let Ok(mut file) = std::fs::File::open(self.folder.path().join("log")) {
            let _ = file.read_to_string(&mut text);
        }
        text
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// A loopback address of this process's own: the port of a server that was killed is free until it starts again, and a client that
/// goes on asking there must not find the server of another test.
fn own_host() -> Ipv4Addr {
    if cfg!(target_os = "linux") {
        let [_, high, middle, low] = std::process::id().to_be_bytes();
        Ipv4Addr::new(127, 64 | (high & 63), middle, low)
    } else {
        Ipv4Addr::LOCALHOST
    }
}

fn free_port(host: Ipv4Addr) -> Result<u16> {
    Ok(TcpListener::bind((host, 0))?.local_addr()?.port())
}

fn program() -> Result<PathBuf> {
    let mut places: Vec<PathBuf> = std::env::var_os("YIHE_TEST_NATS_BIN")
        .map(PathBuf::from)
        .into_iter()
        .collect();
    places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    places.push("/usr/sbin".into());
    places
        .into_iter()
        .map(|place| place.join("nats-server"))
        .find(|program| program.is_file())
        .context("no NATS server found: install it (Debian: `apt-get install nats-server`) or set YIHE_TEST_NATS_BIN")
}
