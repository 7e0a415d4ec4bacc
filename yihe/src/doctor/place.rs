//! What lies on this machine.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{Finding, State};
use crate::config::{Config, ServiceName};

const LEAST_KIB: u64 = 100 * 1024;
const FEW_KIB: u64 = 1024 * 1024;

/// The folder and its keys: there, and closed to others.
pub(super) fn data_folder(folder: &Path) -> Vec<Finding> {
    let shown = folder.display();
    let metadata = match fs::metadata(folder) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let said = format!("{shown} is not there yet: the first start makes it, with new keys");
            return vec![Finding::new(State::Warning, "data folder", said)];
        }
        Err(error) => {
            let said = format!("{shown} cannot be read ({error}): run this as the node's user");
            return vec![Finding::new(State::Bad, "data folder", said)];
        }
    };
    if !metadata.is_dir() {
        let said = format!("{shown} is no folder: correct data_dir");
        return vec![Finding::new(State::Bad, "data folder", said)];
    }
    vec![
        Finding::new(State::Good, "data folder", shown),
        keys(&folder.join("keys")),
    ]
}

fn keys(folder: &Path) -> Finding {
    let shown = folder.display();
    if !folder.is_dir() {
        return Finding::new(
            State::Warning,
            "keys",
            format!("{shown} is not there: a start makes new keys, and whatever the old ones signed is void"),
        );
    }
    let mut files = vec![folder.to_owned()];
    match fs::read_dir(folder) {
        Ok(entries) => files.extend(entries.flatten().map(|entry| entry.path())),
        Err(error) => return Finding::new(State::Bad, "keys", format!("{shown} cannot be read: {error}")),
    }
    for file in &files {
        let mode = fs::metadata(file).map(|metadata| metadata.permissions().mode());
        match mode {
            Ok(mode) if mode & 0o077 == 0 => {}
            Ok(mode) => {
                let said = format!(
                    "{} can be read by others (mode {:o}): chmod go= {0}",
                    file.display(),
                    mode & 0o777
                );
                return Finding::new(State::Bad, "keys", said);
            }
            Err(error) => {
                return Finding::new(
                    State::Bad,
                    "keys",
                    format!("{} cannot be read: {error}", file.display()),
                );
            }
        }
        if file.is_file() && fs::File::open(file).is_err() {
            let said = format!("{} cannot be read: run this as the node's user", file.display());
            return Finding::new(State::Bad, "keys", said);
        }
    }
    let missing = ["node-secret", "internal-token.pem"]
        .into_iter()
        .find(|name| !folder.join(name).is_file());
    match missing {
        None => Finding::new(State::Good, "keys", format!("{shown}, closed to others")),
        Some(name) => Finding::new(
            State::Warning,
            "keys",
            format!("{} is missing: a start makes a new one", folder.join(name).display()),
        ),
    }
}

/// Room for data, as `df` tells it.
pub(super) fn disk(folder: &Path) -> Finding {
    let there = folder.ancestors().find(|folder| folder.is_dir());
    let there = there
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let told = Command::new("df").arg("-Pk").arg(there).output();
    let free = told
        .ok()
        .and_then(|told| String::from_utf8(told.stdout).ok())
        .and_then(|told| told.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok());
    match free {
        Some(free) => room(free),
        None => Finding::new(
            State::Warning,
            "disk",
            "how much room is left cannot be told: there is no df",
        ),
    }
}

fn room(free_kib: u64) -> Finding {
    let free = format!("{} MiB free", free_kib / 1024);
    match free_kib {
        0..LEAST_KIB => Finding::new(State::Bad, "disk", format!("{free}: make room, writes will be refused")),
        LEAST_KIB..FEW_KIB => Finding::new(State::Warning, "disk", format!("{free}: make room soon")),
        FEW_KIB.. => Finding::new(State::Good, "disk", free),
    }
}

/// Addresses that this process is to listen on.
pub(super) fn ports(config: &Config) -> Vec<Finding> {
    let gateway = config
        .runs(ServiceName::Gateway)
        .then_some(("listen".to_owned(), config.listen));
    let services = config.services.iter().filter_map(|(service, place)| {
        let listen = place
            .listen
            .filter(|_| config.runs(*service) && *service != ServiceName::Gateway)?;
        Some((format!("services.{}.listen", service.as_str()), listen))
    });
    let health = config.health_listen.map(|listen| ("health_listen".to_owned(), listen));
    gateway.into_iter().chain(services).chain(health).map(port).collect()
}

fn port((key, address): (String, SocketAddr)) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::new(State::Good, "port", format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Finding::new(
            State::Bad,
            "port",
            format!(
                "{address} is taken: end what listens there, or choose another `{key}` (--running where it is this node)"
            ),
        ),
        Err(error) => Finding::new(
            State::Bad,
            "port",
            format!("{address} cannot be used ({error}): correct `{key}`"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_room_is_told_before_there_is_none() {
        let states = [0, 99, 101, 1023, 1024].map(|mib| room(mib * 1024).state);
        let wanted = [State::Bad, State::Bad, State::Warning, State::Warning, State::Good];
        assert_eq!(states, wanted);
        assert!(disk(Path::new("/")).said.contains("MiB free"));
    }

    #[test]
    fn keys_that_others_may_read_are_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(data_folder(&folder.path().join("none"))[0].state, State::Warning);
        yihe_authz::Keys::load_or_create(folder.path()).unwrap();
        let states = |findings: &[Finding]| findings.iter().map(|finding| finding.state).collect::<Vec<_>>();
        assert_eq!(states(&data_folder(folder.path())), [State::Good, State::Good]);
        let key = folder.path().join("keys/node-secret");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        let found = &data_folder(folder.path())[1];
        assert!(
            found.state == State::Bad && found.said.contains("node-secret can be read by others (mode 640)"),
            "{found}"
        );
    }

    #[test]
    fn a_port_that_is_taken_is_named_with_its_key() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let config = Config {
            listen: taken.local_addr().unwrap(),
            ..Config::default()
        };
        let found = ports(&config);
        assert!(
            found.len() == 1 && found[0].state == State::Bad && found[0].said.contains("`listen`"),
            "{found:?}"
        );
        drop(taken);
        assert_eq!(ports(&config)[0].state, State::Good);
    }
}
