use std::fmt;
use std::str::FromStr;

use yihe_kernel::{ClientId, MalformedName, OrganizationId, OrganizationName, Timestamp, UserId};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Principal {
    /// Nobody known.
    Anonymous,
    /// A person, `users/{user}`.
    User(UserId),
    /// An organization's API client, `clients/{client}`.
    Client(ClientId),
    /// A service of the node, `services/{name}`.
    Service(Box<str>),
    /// Whoever holds the data directory, `operators/local`.
    Operator,
}

impl Principal {
    /// The person, where it is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(*user),
            Self::Anonymous | Self::Client(_) | Self::Service(_) | Self::Operator => None,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::User(user) => write!(f, "users/{user}"),
            Self::Client(client) => write!(f, "clients/{client}"),
            Self::Service(service) => write!(f, "services/{service}"),
            Self::Operator => f.write_str("operators/local"),
        }
    }
}

impl FromStr for Principal {
    type Err = MalformedName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = match text.split_once('/') {
            None if text == "anonymous" => Some(Self::Anonymous),
            Some(("users", id)) => id.parse().ok().map(Self::User),
            Some(("clients", id)) => id.parse().ok().map(Self::Client),
            Some(("services", name)) if is_service(name) => Some(Self::Service(name.into())),
            Some(("operators", "local")) => Some(Self::Operator),
            _ => None,
        };
        parsed.ok_or_else(|| {
            malformed(
                text,
                "users/{user}, clients/{client}, services/{service}, operators/local or anonymous",
            )
        })
    }
}

fn is_service(name: &str) -> bool {
    !name.is_empty() && name.len() <= 40 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-')
}

/// For whom a principal acts in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Capacity {
    /// For an organization, `organizations/{organization}`.
    Organization(OrganizationId),
    /// For itself, `self`.
    Own,
}

impl Capacity {
    /// The organization acted for.
    #[must_use]
    pub const fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Organization(organization) => Some(organization),
            Self::Own => None,
        }
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization(organization) => write!(f, "organizations/{organization}"),
            Self::Own => f.write_str("self"),
        }
    }
}

impl FromStr for Capacity {
    type Err = MalformedName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "self" {
            return Ok(Self::Own);
        }
        let name = text
            .parse::<OrganizationName>()
            .map_err(|_| malformed(text, "organizations/{organization} or self"))?;
        Ok(Self::Organization(name.organization))
    }
}

fn malformed(text: &str, pattern: &'static str) -> MalformedName {
    MalformedName {
        text: text.chars().take(200).collect(),
        pattern,
    }
}

/// A principal in its capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub principal: Principal,
    /// For whom.
    pub capacity: Capacity,
    /// The peer's address as the gateway saw it, by which attempts are throttled.
    pub address: Option<Box<str>>,
    /// When its access token was issued, for the check against a cut-off outside any community.
    pub token_issued_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_the_round_trip() {
        let id = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
        let principals = [
            "anonymous",
            "operators/local",
            "services/policy",
            &format!("users/{id}"),
            &format!("clients/{id}"),
        ]
        .map(str::to_owned);
        for text in principals {
            assert_eq!(text.parse::<Principal>().unwrap().to_string(), text);
        }
        for text in ["self".to_owned(), format!("organizations/{id}")] {
            assert_eq!(text.parse::<Capacity>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_refused_with_the_pattern() {
        let id = "0190A5B4-7E1E-7C3A-9B3E-2F6D8C1A4E5F";
        for bad in [
            "",
            "users/",
            "operators/remote",
            "services/",
            "services/Policy",
            "services/a/b",
            &format!("users/{id}"),
            "anonymous/x",
        ] {
            assert!(
                bad.parse::<Principal>().unwrap_err().pattern.contains("users/{user}"),
                "{bad}"
            );
        }
        for bad in ["", "Self", "organizations/", "organizations/x", "own"] {
            assert_eq!(
                bad.parse::<Capacity>().unwrap_err().pattern,
                "organizations/{organization} or self"
            );
        }
    }
}
