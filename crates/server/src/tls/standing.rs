use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use yihe_kernel::Timestamp;

use super::files::TlsFile;

/// From when until when all certificates of one file are good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which of the files.
    pub file: TlsFile,
    /// Its name.
    pub path: PathBuf,
    /// The latest beginning.
    pub begins_at: Timestamp,
    /// The earliest end.
    pub ends_at: Timestamp,
}

impl Standing {
    /// Of several who are trusted any may serve, so it is the last one's end that counts; of a chain every link does.
    pub(super) fn of(file: TlsFile, path: &Path, chain: &[CertificateDer<'_>]) -> Result<Self, x509_cert::der::Error> {
        let mut terms = Vec::with_capacity(chain.len());
        for certificate in chain {
            let validity = Certificate::from_der(certificate)?.tbs_certificate.validity;
            let instant = |time: x509_cert::time::Time| {
                let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
                Timestamp::from_seconds(seconds)
            };
            terms.push((instant(validity.not_before), instant(validity.not_after)));
        }
        let (begins, ends) = (terms.iter().map(|term| term.0), terms.iter().map(|term| term.1));
        let (begins_at, ends_at) = match file {
            TlsFile::Ca => (begins.min(), ends.max()),
            TlsFile::Certificate | TlsFile::Key => (begins.max(), ends.min()),
        };
        let none = Timestamp::from_seconds(0);
        Ok(Self {
            file,
            path: path.to_owned(),
            begins_at: begins_at.unwrap_or(none),
            ends_at: ends_at.unwrap_or(none),
        })
    }

    /// Whether it is good at this instant.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.begins_at <= now && now < self.ends_at
    }

    /// Whether it has ended by then, if it has not yet.
    #[must_use]
    pub fn ends_within(&self, now: Timestamp, time: Duration) -> bool {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        self.ends_at <= now.plus_seconds(seconds)
    }

    /// What is wrong with it at this instant and what to do, if something is.
    #[must_use]
    pub fn problem(&self, now: Timestamp) -> Option<String> {
        let path = self.path.display();
        if now < self.begins_at {
            return Some(format!(
                "{path} is good from {} only: set this machine's clock right, or put another one there",
                self.begins_at
            ));
        }
        (self.ends_at <= now).then(|| format!("{path} has expired at {}: put a new one there", self.ends_at))
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is good until {}", self.path.display(), self.ends_at)
    }
}
