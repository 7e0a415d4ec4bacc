use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::Uri;
use tokio_rustls::rustls::pki_types::ServerName;

/// Where a service is reached: `http://host:port`, or `https://host:port` over TLS. The host is an IP address or a name, which may
/// stand for several replicas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    is_secure: bool,
    host: String,
    port: u16,
}

/// An address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Not of the form.
    #[error("{0:?} is no address such as http://127.0.0.1:8081")]
    NotOne(String),
    /// It asks for TLS, and nobody was named who is trusted.
    #[error("{0} needs tls.ca: whose certificates are trusted")]
    NobodyTrusted(String),
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress::NotOne(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| bad())?;
        let is_secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(bad()),
        };
        let authority = uri.authority().ok_or_else(bad)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let is_bare = !authority.as_str().contains('@') && matches!(uri.path(), "" | "/") && uri.query().is_none();
        if !is_bare || ServerName::try_from(host).is_err() {
            return Err(bad());
        }
        Ok(Self {
            text: text.to_owned(),
            is_secure,
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(if is_secure { 443 } else { 80 }),
        })
    }
}

impl Address {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is reached over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// The name or IP address that a certificate must bear.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The one place it stands for, where its host is no name.
    #[must_use]
    pub fn fixed(&self) -> Option<SocketAddr> {
        let ip: IpAddr = self.host.parse().ok()?;
        Some(SocketAddr::new(ip, self.port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scheme_a_host_and_perhaps_a_port() {
        for (text, is_secure, host, port) in [
            ("http://127.0.0.1:8081", false, "127.0.0.1", 8081),
            ("https://meeting.yihe:8081", true, "meeting.yihe", 8081),
            ("https://yihe_meeting", true, "yihe_meeting", 443),
            ("http://[::1]:1/", false, "::1", 1),
        ] {
            let address: Address = text.parse().unwrap();
            let found = (address.is_secure(), address.host(), address.port());
            assert_eq!(found, (is_secure, host, port), "{text}");
        }
        for bad in [
            "",
            "meeting:8081",
            "ftp://meeting:8081",
            "http://",
            "http://a/b",
            "http://user@a:1",
            "http://a b",
            "http://a?b",
            "http://a..b:1",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
        assert!("http://meeting:1".parse::<Address>().unwrap().fixed().is_none());
        let fixed = "https://[::1]:2".parse::<Address>().unwrap().fixed();
        assert_eq!(fixed, Some("[::1]:2".parse().unwrap()));
    }
}
