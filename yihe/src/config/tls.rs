use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use yihe_kernel::Timestamp;
use yihe_server::{Address, Tls, TlsFile, TlsFiles};

use super::check::BadKey;
use super::{Config, ServiceName};

/// TLS between the processes of a node. All files are PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsSettings {
    /// What this process shows of itself: its certificate, with those between it and its issuer. Where it is set the sockets of services
    /// speak TLS alone.
    pub certificate: Option<PathBuf>,
    /// The key of that certificate.
    pub key: Option<PathBuf>,
    /// Certificates of those whose word is taken for who others are; needed where an address begins with `https://`.
    pub ca: Option<PathBuf>,
    /// Whether services take calls only from processes that show a certificate which `ca` stands for.
    pub mutual: bool,
}

impl TlsSettings {
    /// The files.
    #[must_use]
    pub fn files(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            ca: self.ca.clone(),
            mutual: self.mutual,
        }
    }
}

/// Every file that cannot be used, and every address that does not go with them. Connects to nobody.
pub(super) fn consistent(config: &Config, now: Timestamp) -> Vec<BadKey> {
    let (own, mut bad) = usable("tls", &config.tls.files(), now);
    let (_, of_bus) = usable("bus", &config.bus.files(), now);
    bad.extend(of_bus);
    if config.tls.mutual {
        for (key, file) in [("tls.certificate", &config.tls.certificate), ("tls.ca", &config.tls.ca)] {
            if file.is_none() {
                bad.push(BadKey::new(key, "required where tls.mutual is on"));
            }
        }
    }
    for service in ServiceName::ALL {
        let Some(place) = config.services.get(&service) else {
            continue;
        };
        let key = format!("services.{}.address", service.as_str());
        let addresses: Vec<Address> = place
            .address
            .iter()
            .flat_map(|addresses| addresses.split(','))
            .filter_map(|address| address.trim().parse().ok())
            .collect();
        if config.runs(service) {
            if place.listen.is_some() {
                bad.extend(of_socket(config, own.as_ref(), &key, &addresses));
            }
        } else if config.tls.ca.is_none() && addresses.iter().any(Address::is_secure) {
            bad.push(BadKey::new(
                "tls.ca",
                format!("required, since {key} begins with https://"),
            ));
        }
    }
    bad
}

/// Others call a socket of this process at these addresses.
fn of_socket(config: &Config, own: Option<&Tls>, key: &str, addresses: &[Address]) -> Option<BadKey> {
    let Some(certificate) = &config.tls.certificate else {
        let asks = addresses.iter().any(Address::is_secure);
        return asks.then(|| BadKey::new("tls.certificate", format!("required, since {key} begins with https://")));
    };
    if addresses.iter().any(|address| !address.is_secure()) {
        let problem = "must begin with https://, since tls.certificate is set and its socket speaks TLS";
        return Some(BadKey::new(key, problem));
    }
    // each replica may have a certificate of its own
    let is_named = |own: &Tls| addresses.iter().any(|address| own.is_for(address.host()));
    let misses = !addresses.is_empty() && own.is_some_and(|own| !is_named(own));
    misses.then(|| {
        let problem = format!(
            "{} is not for this name: callers would refuse it",
            certificate.display()
        );
        BadKey::new(key, problem)
    })
}

fn usable(section: &str, files: &TlsFiles, now: Timestamp) -> (Option<Tls>, Vec<BadKey>) {
    let key = |file: TlsFile| format!("{section}.{file}");
    let alone = match (&files.certificate, &files.key) {
        (Some(_), None) => Some((TlsFile::Key, TlsFile::Certificate)),
        (None, Some(_)) => Some((TlsFile::Certificate, TlsFile::Key)),
        _ => None,
    };
    if let Some((missing, set)) = alone {
        let problem = format!("required where {} is set", key(set));
        return (None, vec![BadKey::new(&key(missing), problem)]);
    }
    // without a CA there is a line of its own
    let files = TlsFiles {
        mutual: files.mutual && files.ca.is_some(),
        ..files.clone()
    };
    match Tls::load(files) {
        Ok(tls) => {
            let standing = tls.standing();
            let ended = standing
                .iter()
                .filter_map(|standing| Some(BadKey::new(&key(standing.file), standing.problem(now)?)));
            let ended = ended.collect();
            (Some(tls), ended)
        }
        Err(problem) => (None, vec![BadKey::new(&key(problem.file), problem)]),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::path::Path;

    use super::super::Flags;
    use super::*;
    use yihe_testkit::Authority;

    fn load(folder: &Path, text: &str) -> Result<Config, Vec<String>> {
        let file = folder.join("yihe.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(Some(&file), &Flags::default()).map_err(|bad| bad.iter().map(ToString::to_string).collect())
    }

    fn refused(folder: &Path, text: &str) -> Vec<String> {
        load(folder, text).unwrap_err()
    }

    #[test]
    fn certificates_that_cannot_be_used_are_named_with_their_keys() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let authority = Authority::new().unwrap();
        authority.write(&folder.join("ca.crt")).unwrap();
        for (name, year) in [("good", 2099), ("other", 2099), ("expired", 2020)] {
            authority.issue_until(folder, name, &["meeting"], year).unwrap();
        }
        let own = |certificate: &str, key: &str, rest: &str| {
            format!(
                "[tls]\ncertificate = {:?}\nkey = {:?}\n{rest}\n",
                folder.join(certificate),
                folder.join(key)
            )
        };
        let ca = format!("ca = {:?}", folder.join("ca.crt"));
        assert!(load(folder, &own("good.crt", "good.key", &ca)).is_ok());
        for (text, wanted) in [
            (own("nothing.crt", "good.key", ""), "tls.certificate: "),
            (own("good.crt", "other.key", ""), "tls.key: "),
            (own("expired.crt", "expired.key", ""), "tls.certificate: "),
            (own("good.crt", "good.key", "ca = \"nothing\""), "tls.ca: "),
            (
                own("good.crt", "good.key", "mutual = true"),
                "tls.ca: required where tls.mutual is on",
            ),
            (
                ca.replace("ca =", "[tls]\nmutual = true\nca ="),
                "tls.certificate: required where tls.mutual is on",
            ),
            (
                "[tls]\nkey = \"a\"\n".to_owned(),
                "tls.certificate: required where tls.key is set",
            ),
            (
                "[tls]\ncertificate = \"a\"\n".to_owned(),
                "tls.key: required where tls.certificate is set",
            ),
            ("[bus]\nca = \"nothing\"\n".to_owned(), "bus.ca: nothing cannot be read"),
            (
                "[bus]\ncertificate = \"nothing\"\n".to_owned(),
                "bus.key: required where bus.certificate is set",
            ),
            ("[tls]\nmutual = 1\n".to_owned(), "tls.mutual: "),
            (
                "[tls]\ncertifcate = \"a\"\n".to_owned(),
                "tls.certifcate: unknown key, did you mean `tls.certificate`?",
            ),
        ] {
            let bad = refused(folder, &text);
            assert!(bad.len() == 1 && bad[0].starts_with(wanted), "{wanted}: {bad:?}");
        }
        let expired = refused(folder, &own("expired.crt", "expired.key", "")).concat();
        assert!(
            expired.contains("expired.crt has expired at 2020-01-01T00:00:00Z: put a new one there"),
            "{expired}"
        );
        let stray = refused(folder, &own("good.crt", "other.key", "")).concat();
        assert!(stray.contains("other.key is not the key of"), "{stray}");
    }

    #[test]
    fn addresses_that_do_not_go_with_the_certificates_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let authority = Authority::new().unwrap();
        authority.write(&folder.join("ca.crt")).unwrap();
        authority.issue(folder, "own", &["meeting"]).unwrap();
        let text = |own: bool, trusts: bool, meeting: &str| {
            let mut text = "[tls]\n".to_owned();
            if own {
                let (certificate, key) = (folder.join("own.crt"), folder.join("own.key"));
                let _ = writeln!(text, "certificate = {certificate:?}\nkey = {key:?}");
            }
            if trusts {
                let _ = writeln!(text, "ca = {:?}", folder.join("ca.crt"));
            }
            let _ = writeln!(
                text,
                "[services.meeting]\nlisten = \"127.0.0.1:1\"\naddress = \"{meeting}\""
            );
            text
        };
        let elsewhere = |text: &str| {
            let mut text = format!("service = [\"gateway\"]\n{text}");
            for service in ["directory", "policy", "file", "ledger", "resource", "record"] {
                let _ = writeln!(text, "[services.{service}]\naddress = \"http://{service}:1\"");
            }
            text
        };
        assert!(load(folder, &text(true, false, "https://meeting:1")).is_ok());
        assert!(load(folder, &text(true, false, "https://10.0.0.1:1, https://meeting:1")).is_ok());
        assert!(load(folder, &elsewhere(&text(false, true, "https://meeting:1"))).is_ok());
        assert!(load(folder, &elsewhere(&text(true, true, "http://meeting:1"))).is_ok());
        for (text, wanted) in [
            (
                text(true, false, "http://meeting:1"),
                "services.meeting.address: must begin with https://",
            ),
            (text(true, false, "https://ledger:1"), "services.meeting.address: "),
            (
                text(false, true, "https://meeting:1"),
                "tls.certificate: required, since services.meeting.address",
            ),
            (
                elsewhere(&text(false, false, "https://meeting:1")),
                "tls.ca: required, since services.meeting.address",
            ),
        ] {
            let bad = refused(folder, &text);
            assert!(bad.len() == 1 && bad[0].starts_with(wanted), "{wanted}: {bad:?}");
        }
    }
}
