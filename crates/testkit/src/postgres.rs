use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::authority::Issued;

/// A PostgreSQL server of the test's own, on a free loopback port, gone when dropped.
///
/// `initdb` refuses root: as root everything runs as the system user `postgres` (or `nobody`) by `runuser`.
#[derive(Debug)]
pub struct Postgres {
    folder: TempDir,
    bin: PathBuf,
    user: Option<String>,
    server: Child,
    port: u16,
    settings: &'static [&'static str],
}

/// Every statement goes to the log, without its parameters.
const TELLING: &[&str] = &["log_statement=all", "log_line_prefix=", "log_parameter_max_length=0"];

/// Of files beside the data folder.
const SECURED: &[&str] = &["ssl=on", "ssl_cert_file=../server.crt", "ssl_key_file=../server.key"];

/// What was acknowledged stays in memory until somebody else writes it.
const FORGETTING: &[&str] = &[
    "synchronous_commit=off",
    "wal_writer_delay=10000ms",
    "wal_writer_flush_after=1GB",
];

impl Postgres {
    /// Starts a server. The binaries are looked for in `YIHE_TEST_POSTGRES_BIN`, in `PATH` and where Debian puts them.
    ///
    /// # Errors
    /// Says which binary is missing or what the server printed.
    pub fn start() -> Result<Self> {
        Self::start_with(&[], None)
    }

    /// Starts a server whose [`Postgres::log`] holds every statement, without its parameters.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn start_telling_statements() -> Result<Self> {
        Self::start_with(TELLING, None)
    }

    /// Starts a server that several nodes and their peers may connect to at once.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn start_for_many() -> Result<Self> {
        Self::start_with(&["max_connections=600"], None)
    }

    /// Starts a server that offers TLS with this certificate.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn start_secured(own: &Issued) -> Result<Self> {
        Self::start_with(SECURED, Some(own))
    }

    /// Starts a server that acknowledges what it has not written: a crash loses the last of it.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn start_forgetting() -> Result<Self> {
        Self::start_with(FORGETTING, None)
    }

    fn start_with(settings: &'static [&'static str], own: Option<&Issued>) -> Result<Self> {
        let bin = binaries()?;
        let folder = tempfile::Builder::new().prefix("yihe-postgres-").tempdir()?;
        let user = other_user();
        if let Some(user) = &user {
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
            let data = folder.path().join("home");
            std::fs::create_dir(&data)?;
            run(Command::new("chown").arg(user).arg(&data))?;
        } else {
            std::fs::create_dir(folder.path().join("home"))?;
        }
        if let Some(own) = own {
            // it refuses a key that belongs to somebody else or can be read by others
            for (from, to) in [(&own.certificate, "home/server.crt"), (&own.key, "home/server.key")] {
                let to = folder.path().join(to);
                std::fs::copy(from, &to)?;
                std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600))?;
                if let Some(user) = &user {
                    run(Command::new("chown").arg(user).arg(&to))?;
                }
            }
        }
        let data = folder.path().join("home/data");
        run(as_user(&user, &bin.join("initdb"))
            .args([
                "--username=yihe",
                "--auth=trust",
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
                "-D",
            ])
            .arg(&data))?;
        let port = free_port()?;
        let server = spawn(folder.path(), &bin, &user, port, settings)?;
        let mut started = Self {
            folder,
            bin,
            user,
            server,
            port,
            settings,
        };
        started.wait_until_ready()?;
        Ok(started)
    }

    /// Ends the server as a crash would, without a checkpoint, and starts it again over what it left: it finds its way by its log.
    ///
    /// # Errors
    /// It does not start again.
    pub fn crash(&mut self) -> Result<()> {
        self.quit();
        self.again()
    }

    /// Ends the server as a crash would.
    pub fn stop(&mut self) {
        self.quit();
    }

    /// Starts a server again that was stopped, over what it left.
    ///
    /// # Errors
    /// It does not start again.
    pub fn again(&mut self) -> Result<()> {
        self.server = spawn(self.folder.path(), &self.bin, &self.user, self.port, self.settings)?;
        self.wait_until_ready()
    }

    /// Where to connect, `postgres://…`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Where to connect to another database of the server.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://yihe@127.0.0.1:{}/{database}", self.port)
    }

    /// A program of the server's own version, such as `pgbench`, to be run by whoever runs the test.
    ///
    /// # Errors
    /// It is not there.
    pub fn program(&self, name: &str) -> Result<PathBuf> {
        let program = self.bin.join(name);
        ensure!(
            program.is_file(),
            "{} is missing: install the whole of PostgreSQL",
            program.display()
        );
        Ok(program)
    }

    fn quit(&mut self) {
        // the first line of the pid file is the server's own process, also when `runuser` stands between
        let pid_file = self.folder.path().join("home/data/postmaster.pid");
        let pid = std::fs::read_to_string(pid_file)
            .ok()
            .and_then(|text| text.lines().next().map(str::to_owned));
        if let Some(pid) = pid {
            let _ = Command::new("kill").args(["-QUIT", &pid]).status();
        }
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) && matches!(self.server.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.server.try_wait()? {
                bail!("postgres ended with {status}: {}", self.log());
            }
            let ready = Command::new(self.bin.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status()
                .context("pg_isready")?;
            if ready.success() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("postgres was not ready within 30 s: {}", self.log())
    }

    /// What the server has printed.
    #[must_use]
    pub fn log(&self) -> String {
        let mut text = String::new();
        if let Ok(mut file) = std::fs::File::open(self.folder.path().join("log")) {
            let _ = file.read_to_string(&mut text);
        }
        text
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.quit();
    }
}

fn spawn(folder: &Path, bin: &Path, user: &Option<String>, port: u16, settings: &[&str]) -> Result<Child> {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))?;
    as_user(user, &bin.join("postgres"))
        .args([
            "-h",
            "127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=200",
            "-p",
        ])
        .arg(port.to_string())
        .arg("-D")
        .arg(folder.join("home/data"))
        .args(settings.iter().flat_map(|setting| ["-c", *setting]))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("postgres does not start")
}

fn binaries() -> Result<PathBuf> {
    let mut places: Vec<PathBuf> = std::env::var_os("YIHE_TEST_POSTGRES_BIN")
        .map(PathBuf::from)
        .into_iter()
        .collect();
    // distributions put `initdb` outside of PATH; a wrapper in PATH lacks its companions
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.flatten().map(|entry| entry.path().join("bin")).collect();
        versions.sort();
        versions.reverse();
        places.append(&mut versions);
    }
    places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let complete = |place: &PathBuf| {
        ["initdb", "postgres", "pg_isready"]
            .iter()
            .all(|name| place.join(name).is_file())
    };
    places.into_iter().find(complete).context(
        "no PostgreSQL server found: install it (Debian: `apt-get install postgresql`) or set YIHE_TEST_POSTGRES_BIN",
    )
}

fn other_user() -> Option<String> {
    let output = Command::new("id").arg("-u").output().ok()?;
    if String::from_utf8_lossy(&output.stdout).trim() != "0" {
        return None;
    }
    let known = |user: &str| {
        Command::new("id")
            .arg(user)
            .output()
            .is_ok_and(|output| output.status.success())
    };
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| known(user))
        .map(str::to_owned)
}

fn as_user(user: &Option<String>, program: &Path) -> Command {
    let mut command = match user {
        Some(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", user, "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.current_dir("/");
    command
}

fn run(command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
