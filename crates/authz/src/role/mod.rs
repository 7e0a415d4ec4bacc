mod made;
mod number;

use std::fmt;
use std::str::FromStr;

use yihe_proto::directory::v1::{OrganizationKind, Post};

pub use self::made::MadeRole;
pub(crate) use self::number::RoleNumber;

/// A role: what an appointment or an assignment makes of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoleName {
    /// `KIND/POST`: holds the post in an organization of the kind.
    Post(OrganizationKind, Post),
    /// `KIND/CLIENT`: an API client of an organization of the kind.
    Client(OrganizationKind),
    /// `KIND/*`: holds any post in an organization of the kind; no client does.
    Kind(OrganizationKind),
    /// `*/*`: any appointed person.
    Appointed,
    /// `OPERATOR`: whoever holds the data directory.
    Operator,
    /// `ROLE/slug`: whoever the committee has assigned it to.
    Made(MadeRole),
}

impl RoleName {
    /// The kind of organization; `None` for `*/*`, `OPERATOR` and roles that were made.
    #[must_use]
    pub const fn kind(self) -> Option<OrganizationKind> {
        match self {
            Self::Post(kind, _) | Self::Client(kind) | Self::Kind(kind) => Some(kind),
            Self::Appointed | Self::Operator | Self::Made(_) => None,
        }
    }

    /// Whether it comes from a compound's register, which counts under `self` alone.
    #[must_use]
    pub fn is_of_register(self) -> bool {
        self.kind() == Some(OrganizationKind::Compound)
    }

    /// The role and the wider ones that holding it brings along.
    pub fn with_implied(self) -> impl Iterator<Item = Self> {
        let (kind, appointed) = match self {
            Self::Post(kind, _) => (Some(Self::Kind(kind)), Some(Self::Appointed)),
            Self::Kind(_) => (None, Some(Self::Appointed)),
            Self::Client(_) | Self::Appointed | Self::Operator | Self::Made(_) => (None, None),
        };
        [Some(self), kind, appointed].into_iter().flatten()
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Post(kind, post) => write!(f, "{}/{}", kind_text(*kind), post_text(*post)),
            Self::Client(kind) => write!(f, "{}/CLIENT", kind_text(*kind)),
            Self::Kind(kind) => write!(f, "{}/*", kind_text(*kind)),
            Self::Appointed => f.write_str("*/*"),
            Self::Operator => f.write_str("OPERATOR"),
            Self::Made(made) => made.fmt(f),
        }
    }
}

fn kind_text(kind: OrganizationKind) -> &'static str {
    kind.as_str_name().trim_start_matches("ORGANIZATION_KIND_")
}

fn post_text(post: Post) -> &'static str {
    post.as_str_name().trim_start_matches("POST_")
}

impl FromStr for RoleName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || format!("`{text}` is not a role: KIND/POST, KIND/CLIENT, KIND/*, */*, ROLE/slug or OPERATOR");
        match text.split_once('/') {
            None if text == "OPERATOR" => return Ok(Self::Operator),
            Some(("*", "*")) => return Ok(Self::Appointed),
            Some(("ROLE", slug)) => return slug.parse().map(Self::Made).map_err(|_| unknown()),
            _ => {}
        }
        let (kind, post) = text.split_once('/').ok_or_else(unknown)?;
        let kind = OrganizationKind::from_str_name(&format!("ORGANIZATION_KIND_{kind}"))
            .filter(|kind| *kind != OrganizationKind::Unspecified)
            .ok_or_else(unknown)?;
        match post {
            "*" => Ok(Self::Kind(kind)),
            "CLIENT" => Ok(Self::Client(kind)),
            post => Post::from_str_name(&format!("POST_{post}"))
                .filter(|post| *post != Post::Unspecified)
                .map(|post| Self::Post(kind, post))
                .ok_or_else(unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    pub(super) fn vocabulary() -> Vec<RoleName> {
        let kinds: Vec<_> = (1..64)
            .filter_map(|number| OrganizationKind::try_from(number).ok())
            .collect();
        let posts: Vec<_> = (1..64).filter_map(|number| Post::try_from(number).ok()).collect();
        let mut roles = vec![RoleName::Appointed, RoleName::Operator];
        for kind in kinds {
            roles.extend([RoleName::Kind(kind), RoleName::Client(kind)]);
            roles.extend(posts.iter().map(|post| RoleName::Post(kind, *post)));
        }
        roles
    }

    #[test]
    fn every_role_has_its_own_text() {
        let roles = vocabulary();
        let texts: BTreeSet<_> = roles.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), roles.len());
        let made = "ROLE/hall-keeper".parse::<RoleName>().unwrap();
        assert!(matches!(made, RoleName::Made(_)) && made.with_implied().eq([made]));
        for role in roles.into_iter().chain([made]) {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let bad = [
            "",
            "*",
            "PARTY_COMMITTEE",
            "PARTY_COMMITTEE/",
            "PARTY_COMMITTEE/BOSS",
            "UNSPECIFIED/*",
            "*/SECRETARY",
        ];
        for bad in bad.into_iter().chain([
            "PARTY_COMMITTEE/UNSPECIFIED",
            "operator",
            "PARTY_COMMITTEE/SECRETARY/X",
            "ROLE/",
            "ROLE/*",
            "ROLE/Hall",
        ]) {
            assert!(bad.parse::<RoleName>().unwrap_err().contains("is not a role"), "{bad}");
        }
    }

    #[test]
    fn a_client_is_no_appointed_person() {
        let client = RoleName::Client(OrganizationKind::ResidentUnit);
        assert!(client.with_implied().eq([client]));
        let captain = RoleName::Post(OrganizationKind::Compound, Post::Captain);
        let kind = RoleName::Kind(OrganizationKind::Compound);
        assert!(captain.with_implied().eq([captain, kind, RoleName::Appointed]));
    }
}
