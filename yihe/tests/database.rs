//! What a start, `yihe doctor` and `yihe migrate` say of databases that cannot be used.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Result, ensure};
use sea_orm::{ConnectionTrait, Database};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use yihe_kernel::{Clock, SystemClock};
use yihe_testkit::{Nats, Postgres, TestNode, TestNodeOptions};

fn yihe(arguments: &[&str], data_dir: &Path, url: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    command.args(arguments).arg("--data-dir").arg(data_dir);
    if let Some(url) = url {
        command.env("YIHE_DATABASE__URL", url);
    }
    command.output().unwrap()
}

/// What a start that fails says, in one line.
fn refusal(data_dir: &Path, url: Option<&str>) -> String {
    let output = yihe(&["serve", "--listen", "127.0.0.1:0", "--log", "error"], data_dir, url);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

fn doctor(arguments: &[&str], data_dir: &Path, url: Option<&str>) -> (bool, String) {
    let listen: &[&str] = match arguments.contains(&"--listen") {
        true => &[],
        false => &["--listen", "127.0.0.1:0"],
    };
    let output = yihe(&[&["doctor"], listen, arguments].concat(), data_dir, url);
    assert!(output.stderr.is_empty(), "{output:?}");
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

/// Passes everything on to a server, which then says that its version is 14.
fn older(server: &Postgres) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = server.url();
    let there: u16 = url
        .rsplit(':')
        .next()
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let client = stream.unwrap();
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, there)).unwrap();
            let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || pass(from, to, |_| {}));
            std::thread::spawn(move || pass(server, client, age));
        }
    });
    url.replace(&there.to_string(), &port.to_string())
}

fn pass(mut from: TcpStream, mut to: TcpStream, change: fn(&mut [u8])) {
    let mut buffer = [0; 8192];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        change(&mut buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// `1500xx` and `15.x` become `1400xx` and `14.x`.
fn age(bytes: &mut [u8]) {
    for major in 15..30 {
        for (new, old) in [(format!("{major}00"), "1400"), (format!("{major}."), "14.")] {
            while let Some(place) = bytes.windows(new.len()).position(|window| window == new.as_bytes()) {
                bytes[place..place + old.len()].copy_from_slice(old.as_bytes());
            }
        }
    }
}

#[test]
fn a_server_that_is_too_old_is_refused_with_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let server = Postgres::start().unwrap();
    let url = older(&server);
    let said = refusal(data.path(), Some(&url));
    assert!(
        said.contains("PostgreSQL schema yihe_directory is kept by PostgreSQL 14.")
            && said.contains("upgrade the server to 15"),
        "{said}"
    );
    let (well, said) = doctor(&[], data.path(), Some(&url));
    assert!(
        !well && said.contains("bad      database ledger") && said.contains("upgrade the server"),
        "{said}"
    );
    let (well, said) = doctor(&[], data.path(), Some(&server.url()));
    assert!(well && said.contains("good     clock ledger"), "{said}");
}

#[tokio::test]
async fn tables_that_are_newer_than_the_program_are_refused_on_both_databases() -> Result<()> {
    let server = Postgres::start()?;
    let data = tempfile::tempdir()?;
    let file = format!("sqlite://{}?mode=rw", data.path().join("meeting.db").display());
    for (url, place, table) in [
        (None, file, "seaql_migrations"),
        (Some(server.url()), server.url(), "yihe_meeting.seaql_migrations"),
    ] {
        let url = url.as_deref();
        let made = yihe(&["migrate"], data.path(), url);
        ensure!(made.status.success(), "{made:?}");
        let database = Database::connect(place).await?;
        let insert = format!("INSERT INTO {table} (version, applied_at) VALUES ('m9999_later', 0)");
        database.execute_unprepared(&insert).await?;
        database.close().await?;
        let said = refusal(data.path(), url);
        assert!(
            said.contains("m9999_later") && said.contains("run the version that made it"),
            "{said}"
        );
        let (well, said) = doctor(&[], data.path(), url);
        assert!(!well && said.contains("bad      database meeting"), "{said}");
        assert!(said.contains("good     database ledger"), "{said}");
    }
    Ok(())
}

#[test]
fn tables_that_somebody_else_is_to_bring_up_to_date_are_left_alone() {
    let data = tempfile::tempdir().unwrap();
    let server = Postgres::start().unwrap();
    let url = server.url();
    let config = data.path().join("yihe.toml");
    std::fs::write(&config, "[database]\nmigrate = false\n").unwrap();
    let config = ["--config", config.to_str().unwrap()];
    let serve = yihe(
        &[&config[..], &["serve", "--listen", "127.0.0.1:0"]].concat(),
        data.path(),
        Some(&url),
    );
    let said = String::from_utf8_lossy(&serve.stderr).into_owned();
    assert!(
        said.contains("database.migrate is off: run `yihe migrate` as its owner first"),
        "{said}"
    );
    let found = yihe(
        &[&config[..], &["doctor", "--listen", "127.0.0.1:0"]].concat(),
        data.path(),
        Some(&url),
    );
    assert!(!found.status.success());
    let migrated = yihe(&[&config[..], &["migrate"]].concat(), data.path(), Some(&url));
    assert!(migrated.status.success(), "{migrated:?}");
    let found = yihe(
        &[&config[..], &["doctor", "--listen", "127.0.0.1:0"]].concat(),
        data.path(),
        Some(&url),
    );
    assert!(found.status.success(), "{found:?}");
    let no_role = yihe(&["migrate", "--grant"], data.path(), Some(&url));
    let said = String::from_utf8_lossy(&no_role.stderr).into_owned();
    assert!(said.contains("yihe_directory"), "{said}");
}

#[test]
fn the_doctor_names_what_does_not_answer_and_tells_no_password() {
    let data = tempfile::tempdir().unwrap();
    let (well, said) = doctor(&["--listen", "127.0.0.1:0"], data.path(), None);
    assert!(well && said.contains("warning  keys"), "{said}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (well, said) = doctor(&["--listen", &address], data.path(), None);
    assert!(
        !well && said.contains(&format!("bad      port: {address} is taken")),
        "{said}"
    );
    let (well, _) = doctor(&["--listen", &address, "--running"], data.path(), None);
    assert!(well);
    let away = Some("postgres://yihe:sesame@127.0.0.1:9/yihe");
    let (well, said) = doctor(&["--json", "--listen", "127.0.0.1:0"], data.path(), away);
    assert!(!well && !said.contains("sesame"), "{said}");
    let findings: Vec<serde_json::Value> = serde_json::from_str(&said).unwrap();
    let bad = findings.iter().filter(|finding| finding["state"] == "bad");
    assert!(bad.clone().count() >= 6, "{said}");
    assert!(
        bad.into_iter()
            .all(|finding| finding["said"].as_str().unwrap().contains("correct database.url")),
        "{said}"
    );
}

#[test]
fn the_doctor_asks_the_bus_for_jetstream() {
    let data = tempfile::tempdir().unwrap();
    let (nats, without, away) = (
        Nats::start().unwrap(),
        Nats::start_without_streams().unwrap(),
        Nats::away().unwrap(),
    );
    for (url, wanted) in [
        (nats.url(), "good     bus"),
        (without.url(), "has no JetStream: start nats-server with -js"),
        (away.url(), "cannot be reached"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_yihe"))
            .args(["doctor", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data.path())
            .env("YIHE_BUS__URL", &url)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.success(), wanted.starts_with("good"), "{said}");
        assert!(said.contains(wanted), "{said}");
    }
}

async fn is_ready(address: std::net::SocketAddr) -> Result<bool> {
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{address}"))?
        .connect()
        .await?;
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await?;
    Ok(answer.into_inner().status() == ServingStatus::Serving)
}

async fn becomes(address: std::net::SocketAddr, ready: bool) -> Result<()> {
    for _ in 0..300 {
        if is_ready(address).await? == ready {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("{address} never became {}", if ready { "ready" } else { "not ready" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_clock_is_far_off_or_whose_database_is_away_is_not_ready() -> Result<()> {
    let mut server = Postgres::start()?;
    let node = TestNode::start(TestNodeOptions {
        database: Some(server.url()),
        wiring: yihe::Wiring::Tcp,
        starting_at: Some(SystemClock.now()),
        watch_clock: true,
        ..TestNodeOptions::default()
    })
    .await?;
    let meeting = node.node().service_addresses()[&yihe::ServiceName::Meeting];
    let doors = [node.address(), meeting];
    for door in doors {
        becomes(door, true).await?;
    }
    for seconds in [300, -300] {
        node.clock.set(SystemClock.now().plus_seconds(seconds));
        for door in doors {
            becomes(door, false).await?;
        }
        node.clock.set(SystemClock.now());
        for door in doors {
            becomes(door, true).await?;
        }
    }
    server.stop();
    for door in doors {
        becomes(door, false).await?;
    }
    server.again()?;
    for door in doors {
        becomes(door, true).await?;
    }
    node.stop().await?;
    Ok(())
}
