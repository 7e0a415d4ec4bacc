//! TLS between processes: who is let in, who is refused and why, and that nothing is said before.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tonic::Code;
use yihe_kernel::{SystemClock, Timestamp};
use yihe_server::{BadAddress, Replicas, Tls, TlsFile, TlsFiles, Way};
use yihe_testkit::{Authority, Issued};

use crate::names::{Names, way};
use crate::replica::{Replica, read, report, until_ready};
use crate::told::Told;

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
const NAME: &str = "meeting.test";

fn tls(own: Option<&Issued>, ca: Option<&Path>, mutual: bool) -> Tls {
    Tls::load(TlsFiles {
        certificate: own.map(|own| own.certificate.clone()),
        key: own.map(|own| own.key.clone()),
        ca: ca.map(Path::to_owned),
        mutual,
    })
    .unwrap()
}

async fn served(tls: Option<Tls>) -> Replica {
    let replica = Replica::start_at((HERE, 0).into(), tls, Duration::ZERO).await;
    replica.health.set_ready(true).await;
    replica
}

fn calling(scheme: &str, port: u16, tls: Option<Tls>) -> Result<Replicas, BadAddress> {
    let way = Way {
        tls,
        ..way(&Names::leading_to(&[HERE]))
    };
    Replicas::connect_lazy([format!("{scheme}://{NAME}:{port}")], &way)
}

/// Passes everything on, and keeps what callers said.
async fn tap(to: SocketAddr) -> (u16, Arc<Mutex<Vec<Vec<u8>>>>) {
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let said: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let kept = Arc::clone(&said);
    tokio::spawn(async move {
        while let Ok((caller, _)) = listener.accept().await {
            let index = {
                let mut kept = kept.lock().unwrap();
                kept.push(Vec::new());
                kept.len() - 1
            };
            let kept = Arc::clone(&kept);
            let (mut from_caller, mut to_caller) = caller.into_split();
            let (mut from_service, mut to_service) = TcpStream::connect(to).await.unwrap().into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_service, &mut to_caller).await });
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = from_caller.read(&mut buffer).await {
                    kept.lock().unwrap()[index].extend_from_slice(&buffer[..count]);
                    if to_service.write_all(&buffer[..count]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (port, said)
}

/// Every connection begins with a TLS handshake, and none shows how HTTP/2 begins.
fn nothing_was_said_in_clear(said: &Mutex<Vec<Vec<u8>>>) {
    let said = said.lock().unwrap();
    assert!(!said.is_empty());
    for bytes in said.iter().filter(|bytes| !bytes.is_empty()) {
        assert_eq!(bytes[..2], [0x16, 0x03]);
        assert!(!bytes.windows(14).any(|window| window == b"PRI * HTTP/2.0"));
    }
}

async fn until_told(replicas: &Replicas, text: &str) {
    let waiting = async {
        while !replicas.troubles().iter().any(|line| line.contains(text)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(10), waiting).await;
    assert!(told.is_ok(), "{text} was not told but {:?}", replicas.troubles());
}

#[tokio::test]
async fn calls_go_over_tls_and_both_ends_show_who_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new().unwrap();
    let ca = authority.write(&folder.path().join("ca.crt")).unwrap();
    let own = authority.issue(folder.path(), "meeting", &[NAME]).unwrap();
    for mutual in [false, true] {
        let service = served(Some(tls(Some(&own), Some(&ca), mutual))).await;
        let (port, said) = tap(service.served.address).await;
        let shown = mutual.then_some(&own);
        let replicas = calling("https", port, Some(tls(shown, Some(&ca), false))).unwrap();
        until_ready(&replicas, 1).await;
        read(&replicas).await.unwrap();
        report(&replicas).await.unwrap();
        assert_eq!((service.asked(), replicas.troubles()), (2, Vec::new()));
        nothing_was_said_in_clear(&said);
    }
    // an address that is an IP address is compared with those in the certificate
    let own = authority.issue(folder.path(), "ip", &["127.0.0.1"]).unwrap();
    let service = served(Some(tls(Some(&own), None, false))).await;
    let way = Way {
        tls: Some(tls(None, Some(&ca), false)),
        ..Way::default()
    };
    let address = format!("https://{}", service.served.address);
    let replicas = Replicas::connect_lazy([address], &way).unwrap();
    until_ready(&replicas, 1).await;
    read(&replicas).await.unwrap();
}

struct Parties {
    folder: TempDir,
    authority: Authority,
    other: Authority,
}

impl Parties {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            authority: Authority::named("ours").unwrap(),
            other: Authority::new().unwrap(),
        }
    }

    fn issued(&self, by: &Authority, name: &str, host: &str, year: i32) -> Issued {
        by.issue_until(self.folder.path(), name, &[host], year).unwrap()
    }
}

#[tokio::test]
async fn who_is_not_trusted_is_refused_with_the_reason_and_sent_nothing() {
    let parties = Parties::new();
    let (ours, others) = (&parties.authority, &parties.other);
    let ca = ours.write(&parties.folder.path().join("ca.crt")).unwrap();
    let other_ca = others.write(&parties.folder.path().join("other.crt")).unwrap();
    let good = parties.issued(ours, "good", NAME, 2099);
    let expired = parties.issued(ours, "expired", NAME, 2020);
    let misnamed = parties.issued(ours, "misnamed", "ledger.test", 2099);
    let foreign = parties.issued(others, "foreign", NAME, 2099);
    // as an authority that was made anew
    let namesakes = Authority::named("ours").unwrap();
    let namesakes_ca = namesakes.write(&parties.folder.path().join("namesakes.crt")).unwrap();
    let namesake = parties.issued(&namesakes, "namesake", NAME, 2099);
    // what the service shows, what the caller shows, whom the caller trusts; what the caller is told, and the service
    type Case<'a> = (Option<&'a Issued>, Option<&'a Issued>, &'a Path, &'a str, &'a str);
    let cases: [Case<'_>; 9] = [
        (
            Some(&good),
            Some(&good),
            &other_ca,
            "nobody in tls.ca has signed: correct tls.ca here",
            "UnknownCA",
        ),
        (
            Some(&good),
            Some(&good),
            &namesakes_ca,
            "nobody in tls.ca has signed: correct tls.ca here",
            "DecryptError",
        ),
        (
            Some(&good),
            Some(&namesake),
            &ca,
            "does not trust who signed",
            "nobody in tls.ca has signed its certificate",
        ),
        (Some(&misnamed), Some(&good), &ca, "for other names (", "BadCertificate"),
        (
            Some(&expired),
            Some(&good),
            &ca,
            "has expired: put a new one there",
            "CertificateExpired",
        ),
        (
            Some(&good),
            None,
            &ca,
            "demands a certificate of whoever calls",
            "it shows no certificate",
        ),
        (
            Some(&good),
            Some(&foreign),
            &ca,
            "does not trust who signed",
            "nobody in tls.ca has signed its certificate",
        ),
        (
            Some(&good),
            Some(&expired),
            &ca,
            "finds the certificate of this process expired",
            "its certificate has expired",
        ),
        (None, Some(&good), &ca, "speaks no TLS", ""),
    ];
    for (shown, by_caller, trusted, to_caller, to_service) in cases {
        let (told, guard) = Told::listen();
        let service = served(shown.map(|own| tls(Some(own), Some(&ca), true))).await;
        let (port, said) = tap(service.served.address).await;
        let replicas = calling("https", port, Some(tls(by_caller, Some(trusted), false))).unwrap();
        let status = report(&replicas).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{to_caller}");
        until_told(&replicas, to_caller).await;
        assert_eq!((replicas.ready(), service.asked()), (0, 0), "{to_caller}");
        nothing_was_said_in_clear(&said);
        let lines = told.lines_with("ERROR");
        assert!(lines.len() == 1 && lines[0].contains(to_caller), "{lines:?}");
        if !to_service.is_empty() {
            let lines = told.lines_with("a caller at 127.0.0.1 was refused");
            assert!(
                lines.len() == 1 && lines[0].contains(to_service),
                "{to_service}: {lines:?}"
            );
        }
        drop(guard);
    }
}

#[tokio::test]
async fn a_socket_with_a_certificate_takes_nobody_in_who_speaks_without_tls() {
    let parties = Parties::new();
    let own = parties.issued(&parties.authority, "own", NAME, 2099);
    let (told, _guard) = Told::listen();
    let service = served(Some(tls(Some(&own), None, false))).await;
    let replicas = calling("http", service.served.address.port(), None).unwrap();
    assert_eq!(report(&replicas).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(service.asked(), 0);
    let lines = told.lines_with("it speaks no TLS: begin the address that it calls with https://");
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[tokio::test]
async fn https_needs_somebody_who_is_trusted() {
    let refused = calling("https", 1, None).unwrap_err();
    assert!(refused.to_string().contains("needs tls.ca"), "{refused}");
    let parties = Parties::new();
    let own = parties.issued(&parties.authority, "own", NAME, 2099);
    assert!(calling("https", 1, Some(tls(Some(&own), None, false))).is_err());
}

#[tokio::test]
async fn new_files_are_used_without_a_restart_and_bad_ones_are_not() {
    let parties = Parties::new();
    let (folder, ours) = (parties.folder.path(), &parties.authority);
    let ca = ours.write(&folder.join("ca.crt")).unwrap();
    let own = parties.issued(ours, "own", "ledger.test", 2099);
    let (told, _guard) = Told::listen();
    let server = tls(Some(&own), None, false);
    let _following = server.follow(Duration::from_millis(20), Arc::new(SystemClock));
    let service = served(Some(server.clone())).await;
    let port = service.served.address.port();
    let replicas = calling("https", port, Some(tls(None, Some(&ca), false))).unwrap();
    until_told(&replicas, "for other names (").await;

    // a key that does not belong to the certificate, for the moment between two writes
    let good = std::fs::read(&own.key).unwrap();
    let stray = parties.issued(ours, "stray", NAME, 2099);
    std::fs::copy(&stray.key, &own.key).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let lines = told.lines_with("until then the certificates before it are used");
    assert!(lines.len() == 1 && lines[0].contains("is not the key of"), "{lines:?}");
    std::fs::write(&own.key, good).unwrap();

    parties.issued(ours, "own", NAME, 2099);
    until_ready(&replicas, 1).await;
    read(&replicas).await.unwrap();
    assert_eq!(replicas.troubles(), Vec::<String>::new());
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let parties = Parties::new();
    let folder = parties.folder.path();
    let own = parties.issued(&parties.authority, "own", NAME, 2099);
    let stray = parties.issued(&parties.authority, "stray", NAME, 2099);
    let (nothing, garbage) = (folder.join("nothing"), folder.join("garbage"));
    std::fs::write(
        &garbage,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    let problem = |certificate: &Path, key: &Path, ca: Option<&Path>| {
        let files = TlsFiles {
            certificate: Some(certificate.to_owned()),
            key: Some(key.to_owned()),
            ca: ca.map(Path::to_owned),
            mutual: false,
        };
        let problem = Tls::load(files).unwrap_err();
        (problem.file, problem.to_string())
    };
    let good = &own.certificate;
    for (found, file, said) in [
        (
            problem(&nothing, &own.key, None),
            TlsFile::Certificate,
            "nothing cannot be read",
        ),
        (
            problem(&own.key, &own.key, None),
            TlsFile::Certificate,
            "own.key holds no certificate",
        ),
        (
            problem(&garbage, &own.key, None),
            TlsFile::Certificate,
            "garbage is no certificate",
        ),
        (problem(good, &nothing, None), TlsFile::Key, "nothing cannot be read"),
        (problem(good, good, None), TlsFile::Key, "own.crt holds no private key"),
        (problem(good, &stray.key, None), TlsFile::Key, "is not the key of"),
        (
            problem(good, &own.key, Some(&own.key)),
            TlsFile::Ca,
            "own.key holds no certificate",
        ),
        (
            problem(good, &own.key, Some(&garbage)),
            TlsFile::Ca,
            "garbage is no certificate",
        ),
    ] {
        assert!(found.0 == file && found.1.contains(said), "{said}: {found:?}");
    }
}

#[test]
fn certificates_tell_until_when_they_are_good_and_for_whom() {
    let parties = Parties::new();
    let expired = parties.issued(&parties.authority, "expired", NAME, 2020);
    let tls = tls(Some(&expired), None, false);
    assert!(tls.is_for(NAME) && !tls.is_for("ledger.test") && !tls.is_for("127.0.0.1"));
    let [standing] = tls.standing().try_into().unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert!(standing.is_good(at("2019-12-31T23:59:59Z")) && !standing.is_good(at("2020-01-01T00:00:00Z")));
    assert!(!standing.is_good(at("1999-12-31T23:59:59Z")));
    let problem = standing.problem(at("2026-03-02T00:00:00Z")).unwrap();
    assert!(
        problem.contains("expired.crt has expired at 2020-01-01T00:00:00Z: put a new one"),
        "{problem}"
    );
    assert!(standing.problem(at("2010-01-01T00:00:00Z")).is_none());
    assert!(standing.ends_within(at("2019-12-31T00:00:00Z"), Duration::from_secs(86_400)));
}
