#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;

use yihe_kernel::{CommunityId, Error, RegionCode, Result};
use yihe_proto::policy::v1 as pb;

use crate::{Catalogue, Condition, RoleName, Term, reasons};

/// What a grant does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies; beats every allow, at any level.
    Deny,
}

/// Where a grant holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Domain {
    /// `*`: everywhere.
    Everywhere,
    /// `regions`: in each region itself, and in none of the communities below it.
    Regions,
    /// A region's code, and everything below it in the recorded tree; or a community's.
    Code(RegionCode),
}

impl Domain {
    /// Whether it covers a community whose division and recorded ancestors are `regions`; with no community, the region that these
    /// begin with, or where they are none the root layer.
    #[must_use]
    pub fn covers(&self, community: Option<&CommunityId>, regions: &[RegionCode]) -> bool {
        match self {
            Self::Everywhere => mutate!(true, TemplateCoversNothing => false),
            Self::Regions => mutate!(
                community.is_none() && !regions.is_empty(),
                RegionsCoverCommunities => !regions.is_empty(),
                RegionsCoverNothing => false,
            ),
            Self::Code(code) => {
                let own = community.is_some_and(|community| community.as_str() == code.as_str());
                let above = mutate!(
                    regions.contains(code),
                    RegionCoversNothing => false,
                    NearestRegionOnly => regions.first() == Some(code),
                    RegionByDigits => community.is_some_and(|community| community.as_str().starts_with(code.as_str())),
                );
                mutate!(own || above, CommunityCoversNothing => above, CoversEverything => true)
            }
        }
    }
}

impl FromStr for Domain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "*" => Ok(Self::Everywhere),
            "regions" => Ok(Self::Regions),
            code => match code.parse() {
                Ok(code) => Ok(Self::Code(code)),
                Err(error) => Err(error.to_string()),
            },
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => f.write_str("*"),
            Self::Regions => f.write_str("regions"),
            Self::Code(code) => code.fmt(f),
        }
    }
}

/// Which permissions a grant is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PermissionPattern {
    /// `*`: all.
    All,
    /// `service.resource.*`: all actions on a resource; holds `service.resource.`.
    Resource(Box<str>),
    /// One permission.
    One(Box<str>),
}

impl PermissionPattern {
    /// Whether it is about a permission.
    #[must_use]
    pub fn matches(&self, permission: &str) -> bool {
        match self {
            Self::All => mutate!(true, StarMatchesNothing => false),
            Self::Resource(prefix) => mutate!(
                permission.starts_with(&**prefix),
                ResourceMatchesService => permission.split('.').next() == prefix.split('.').next(),
                ResourceMatchesNothing => false,
            ),
            Self::One(one) => **one == *permission,
        }
    }
}

impl fmt::Display for PermissionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Resource(prefix) => write!(f, "{prefix}*"),
            Self::One(one) => f.write_str(one),
        }
    }
}

impl FromStr for PermissionPattern {
    type Err = std::convert::Infallible;

    /// Whether the catalogue has such permissions is asked elsewhere.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.strip_suffix('*') {
            Some("") => Self::All,
            Some(prefix) => Self::Resource(prefix.into()),
            None => Self::One(text.into()),
        })
    }
}

/// One validated row of policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Stable id of the row.
    pub id: Arc<str>,
    /// Who.
    pub role: RoleName,
    /// Where.
    pub domain: Domain,
    /// What.
    pub permission: PermissionPattern,
    /// May or may not.
    pub effect: Effect,
    /// Under which condition; `None` means always.
    pub condition: Option<Condition>,
    /// How long.
    pub term: Term,
    /// Where the row comes from.
    pub source: Box<str>,
}

const ID_LENGTH: RangeInclusive<usize> = 1..=200;

impl Grant {
    /// The row, if every field of it is valid.
    ///
    /// # Errors
    /// `GRANT_INVALID` naming the row, the field and its value.
    pub fn parse(wire: &pb::Grant, catalogue: &Catalogue) -> Result<Self> {
        let refuse = |field: &str, value: &str| invalid(&wire.id, field, value);
        if !ID_LENGTH.contains(&wire.id.len()) || wire.id.chars().any(char::is_control) {
            return Err(refuse("id", &wire.id));
        }
        let Ok(permission) = wire.permission.parse::<PermissionPattern>();
        if !is_known(&permission, catalogue) {
            return Err(refuse("permission", &wire.permission));
        }
        let domain = wire.domain.parse().map_err(|_| refuse("domain", &wire.domain))?;
        let effect = match pb::Effect::try_from(wire.effect) {
            Ok(pb::Effect::Allow) => Effect::Allow,
            Ok(pb::Effect::Deny) => Effect::Deny,
            Ok(pb::Effect::Unspecified) | Err(_) => return Err(refuse("effect", &wire.effect.to_string())),
        };
        let condition =
            pb::Condition::try_from(wire.condition).map_err(|_| refuse("condition", &wire.condition.to_string()))?;
        let term = Term::from_proto(wire.start_time.as_ref(), wire.end_time.as_ref())
            .map_err(|field| refuse(field, "not an instant of the years 1 to 9999"))?;
        if term.is_empty() {
            return Err(refuse("end_time", "not after start_time"));
        }
        Ok(Self {
            id: wire.id.as_str().into(),
            role: wire.role.parse().map_err(|_| refuse("role", &wire.role))?,
            domain,
            permission,
            effect,
            condition: Condition::from_proto(condition),
            term,
            source: wire.source.as_str().into(),
        })
    }

    /// The wire form.
    #[must_use]
    pub fn to_proto(&self) -> pb::Grant {
        pb::Grant {
            id: self.id.to_string(),
            role: self.role.to_string(),
            domain: self.domain.to_string(),
            permission: self.permission.to_string(),
            effect: match self.effect {
                Effect::Allow => pb::Effect::Allow,
                Effect::Deny => pb::Effect::Deny,
            }
            .into(),
            condition: self
                .condition
                .map_or(pb::Condition::Unspecified, Condition::to_proto)
                .into(),
            start_time: self.term.start().map(yihe_kernel::Timestamp::to_proto),
            end_time: self.term.end().map(yihe_kernel::Timestamp::to_proto),
            source: self.source.to_string(),
        }
    }
}

fn is_known(pattern: &PermissionPattern, catalogue: &Catalogue) -> bool {
    match pattern {
        PermissionPattern::All => true,
        PermissionPattern::One(one) => catalogue.permission_index(one).is_some(),
        // `meeting.*` and `meeting.mot*` are not patterns
        PermissionPattern::Resource(prefix) => {
            prefix.matches('.').count() == 2
                && prefix.ends_with('.')
                && catalogue
                    .permissions()
                    .iter()
                    .any(|permission| permission.name.starts_with(&**prefix))
        }
    }
}

fn invalid(id: &str, field: &str, value: &str) -> Error {
    let value: String = value.chars().take(200).collect();
    let id: String = id.chars().take(200).collect();
    Error::new(&reasons::GRANT_INVALID)
        .with("grant", id)
        .with("field", field)
        .with("value", value)
}
