use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use yihe_server::TlsFiles;

/// How services of several processes hear of one another's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusSettings {
    /// NATS servers with JetStream, separated by commas; absent means that events stay within the process.
    pub url: Option<BusUrl>,
    /// PEM file with certificates of those whose word is taken for who the servers are; absent takes those whom the system trusts.
    pub ca: Option<PathBuf>,
    /// PEM file with the certificate that is shown to the servers, for those that ask for one.
    pub certificate: Option<PathBuf>,
    /// PEM file with its key.
    pub key: Option<PathBuf>,
    /// What the names of streams begin with; installations that share a server need different ones.
    pub prefix: String,
    /// How many servers of a cluster keep each stream.
    pub replicas: NonZeroU32,
    /// Days for which streams keep an event; absent means for ever.
    pub keep_days: Option<NonZeroU32>,
    /// Refusals after which a consumer puts an event aside.
    pub attempts: NonZeroU32,
}

impl Default for BusSettings {
    fn default() -> Self {
        Self {
            url: None,
            ca: None,
            certificate: None,
            key: None,
            prefix: "yihe".to_owned(),
            replicas: NonZeroU32::MIN,
            keep_days: None,
            attempts: NonZeroU32::MIN.saturating_add(7),
        }
    }
}

impl BusSettings {
    /// The files of TLS.
    #[must_use]
    pub fn files(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            ca: self.ca.clone(),
            mutual: false,
        }
    }
}

/// `nats://user:password@host:port`. Says nothing of itself where it is logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BusUrl(String);

impl BusUrl {
    /// Whether a text can be one.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        let server = |server: &str| {
            let rest = ["nats://", "tls://"]
                .iter()
                .find_map(|scheme| server.strip_prefix(scheme));
            rest.is_some_and(|rest| {
                let host = rest.rsplit('@').next().unwrap_or_default();
                let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
                let port = host.rsplit_once(':').map_or("4222", |(_, port)| port);
                !name.is_empty() && !host.contains(['/', ' ']) && port.parse::<u16>().is_ok()
            })
        };
        text.split(',').all(server)
    }

    /// As the client reads it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for BusUrl {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for BusUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BusUrl(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_have_a_scheme_a_host_and_perhaps_a_port() {
        for good in [
            "nats://127.0.0.1:4222",
            "tls://nats.example",
            "nats://yihe:sesame@a:1,nats://yihe:sesame@b:2",
        ] {
            assert!(BusUrl::is_one(good), "{good}");
        }
        for bad in [
            "",
            "127.0.0.1:4222",
            "http://a",
            "nats://",
            "nats://a:many",
            "nats://a,b",
            "nats://a/x",
        ] {
            assert!(!BusUrl::is_one(bad), "{bad}");
        }
    }
}
