//! Where a webhook may lead: out of the house, and nowhere else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::Uri;
use yihe_kernel::{Error, Result};

use crate::config::Webhooks;
use crate::reasons;

const LONGEST: usize = 1000;

/// A URL that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub is_tls: bool,
    pub host: String,
    pub port: u16,
    pub path: String,
    allow_private: bool,
}

impl Target {
    /// Reads a URL. Names are looked up at each delivery; here only what the text shows is refused.
    ///
    /// # Errors
    /// `WEBHOOK_URL_REFUSED`.
    pub fn read(url: &str, config: &Webhooks) -> Result<Self> {
        let refused = |detail: &str, detail_zh: &str| {
            Error::new(&reasons::WEBHOOK_URL_REFUSED)
                .with("detail", detail)
                .with("detail_zh", detail_zh)
        };
        let malformed = || {
            refused(
                "it is no URL of at most 1,000 characters",
                "不是 1,000 个字符以内的网址",
            )
        };
        if url.len() > LONGEST || url.contains('#') {
            return Err(malformed());
        }
        let uri: Uri = url.parse().map_err(|_| malformed())?;
        let (Some(authority), Some(host)) = (uri.authority(), uri.host()) else {
            return Err(malformed());
        };
        if authority.as_str() != host && uri.port_u16().is_none() && !authority.as_str().contains('@') {
            return Err(malformed());
        }
        if authority.as_str().contains('@') {
            return Err(refused("it names a user", "网址中不得带有用户名"));
        }
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if config.allow_http => false,
            _ => return Err(refused("it does not begin with https://", "须以 https:// 开头")),
        };
        let target = Self {
            is_tls,
            host: host.trim_matches(['[', ']']).to_ascii_lowercase(),
            port: uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            allow_private: config.allow_private,
        };
        let is_inside = match target.host.parse::<IpAddr>() {
            Ok(address) => !target.may_reach(address),
            Err(_) => target.is_tls && !target.allow_private && target.host == "localhost",
        };
        if is_inside {
            return Err(refused("it leads into a network of the house", "指向了内部网络"));
        }
        Ok(target)
    }

    /// Whether an address is out of the house. Plain HTTP reaches this machine alone.
    pub fn may_reach(&self, address: IpAddr) -> bool {
        if self.is_tls {
            self.allow_private || is_public(address)
        } else {
            address.is_loopback()
        }
    }

    /// The addresses that it may be reached at.
    ///
    /// # Errors
    /// In words, where there is none.
    pub async fn addresses(&self) -> Result<Vec<SocketAddr>, String> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found: Vec<SocketAddr> = found
            .map_err(|error| format!("{} is not found: {error}", self.host))?
            .collect();
        let outside: Vec<SocketAddr> = found.into_iter().filter(|it| self.may_reach(it.ip())).collect();
        if outside.is_empty() {
            return Err(format!("{} leads to no address that may be reached", self.host));
        }
        Ok(outside)
    }

    /// The `host` header.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        match (self.is_tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

/// Whether an address belongs to the open network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = a == 0
        || a >= 224
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !reserved
}

/// Of the global unicast space, what carries no address of the older network in it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = (0x2000..0x4000).contains(&a);
    let carries_another = a == 0x2002 || (a == 0x2001 && b < 0x0200);
    let documentation = (a == 0x2001 && b == 0x0db8) || a == 0x3fff;
    global && !carries_another && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOSED: Webhooks = Webhooks {
        allow_http: false,
        allow_private: false,
        disable_after_days: 5,
    };

    #[test]
    fn what_leads_into_the_house_or_is_no_https_is_refused() {
        for url in [
            "",
            "x",
            "https://",
            "http://example.org/",
            "ftp://example.org/",
            "https://user@example.org/",
            "https://example.org/#x",
            "https://127.0.0.1/",
            "https://localhost/",
            "https://LOCALHOST:9/",
            "https://10.1.2.3/",
            "https://192.168.0.1/",
            "https://172.16.0.1/",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://198.18.0.1/",
            "https://[::1]/",
            "https://[::]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[::ffff:8.8.8.8]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://[2001:0:1::]/",
            "https://[ff02::1]/",
            "/relative",
        ] {
            assert!(Target::read(url, &CLOSED).is_err(), "{url}");
        }
        let long = format!("https://example.org/{}", "a".repeat(LONGEST));
        assert!(Target::read(&long, &CLOSED).is_err());
    }

    #[test]
    fn what_leads_out_is_read() {
        let target = Target::read("https://Hooks.example.org:8443/a?b=c", &CLOSED).unwrap();
        assert_eq!(
            (target.host.as_str(), target.port, target.path.as_str()),
            ("hooks.example.org", 8443, "/a?b=c")
        );
        assert_eq!(target.authority(), "hooks.example.org:8443");
        let target = Target::read("https://[2400:3200::1]", &CLOSED).unwrap();
        assert_eq!(
            (target.authority().as_str(), target.path.as_str()),
            ("[2400:3200::1]", "/")
        );
        assert!(Target::read("https://223.5.5.5/", &CLOSED).is_ok());
    }

    #[test]
    fn plain_http_reaches_this_machine_alone_and_only_where_it_is_allowed() {
        let open = Webhooks {
            allow_http: true,
            ..CLOSED
        };
        assert!(Target::read("http://127.0.0.1:9/", &open).is_ok());
        assert!(Target::read("http://[::1]:9/", &open).is_ok());
        for url in ["http://223.5.5.5/", "http://10.0.0.1/", "https://127.0.0.1/"] {
            assert!(Target::read(url, &open).is_err(), "{url}");
        }
        let inside = Webhooks {
            allow_private: true,
            ..CLOSED
        };
        assert!(Target::read("https://10.0.0.1/", &inside).is_ok());
        assert!(Target::read("http://10.0.0.1/", &inside).is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_into_the_house_is_found_out_when_it_is_looked_up() {
        // `localhost.` is not refused by its text
        let target = Target::read("https://localhost.:9/", &CLOSED).unwrap();
        assert!(target.addresses().await.is_err());
    }
}
