use std::fmt;
use std::str::FromStr;

use yihe_authz::{Domain, Scope};
use yihe_kernel::{CommunityId, MalformedName, RegionCode, ids};

ids! {
    /// A change of the rules.
    ChangeId
}

/// Whose rules they are: a community's or a region's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Community(CommunityId),
    Region(RegionCode),
}

impl Place {
    /// The code of its domain.
    pub fn code(&self) -> &str {
        match self {
            Self::Community(community) => community.as_str(),
            Self::Region(region) => region.as_str(),
        }
    }

    /// The domain whose rules they are.
    pub fn domain(&self) -> Domain {
        self.code().parse().map_or(Domain::Everywhere, Domain::Code)
    }

    pub fn community(&self) -> Option<&CommunityId> {
        match self {
            Self::Community(community) => Some(community),
            Self::Region(_) => None,
        }
    }

    /// Where it is decided who may change them.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Community(community) => Scope::Community(community.clone()),
            Self::Region(region) => Scope::Region(region.clone()),
        }
    }

    fn read(collection: &str, code: &str) -> Option<Self> {
        match collection {
            "communities" => code.parse().ok().map(Self::Community),
            "regions" => code.parse().ok().map(Self::Region),
            _ => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Community(community) => write!(f, "communities/{community}"),
            Self::Region(region) => write!(f, "regions/{region}"),
        }
    }
}

impl FromStr for Place {
    type Err = MalformedName;

    fn from_str(text: &str) -> Result<Self, MalformedName> {
        let place = text
            .split_once('/')
            .and_then(|(collection, code)| Self::read(collection, code));
        place.ok_or_else(|| malformed(text, "communities/{community}"))
    }
}

/// A change as a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeName {
    pub place: Place,
    pub change: ChangeId,
}

impl fmt::Display for ChangeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/policyChanges/{}", self.place, self.change)
    }
}

impl FromStr for ChangeName {
    type Err = MalformedName;

    fn from_str(text: &str) -> Result<Self, MalformedName> {
        let read = || {
            let (place, id) = segments(text, "policyChanges")?;
            Some(Self {
                place,
                change: id.parse().ok()?,
            })
        };
        read().ok_or_else(|| malformed(text, "communities/{community}/policyChanges/{policy_change}"))
    }
}

/// A revision of the rules of a place as a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RevisionName {
    pub place: Place,
    pub number: u64,
}

impl fmt::Display for RevisionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/policyRevisions/{}", self.place, self.number)
    }
}

impl FromStr for RevisionName {
    type Err = MalformedName;

    fn from_str(text: &str) -> Result<Self, MalformedName> {
        let read = || {
            let (place, number) = segments(text, "policyRevisions")?;
            let name = Self {
                place,
                number: number.parse().ok()?,
            };
            // one revision has one name
            (name.to_string() == text).then_some(name)
        };
        read().ok_or_else(|| malformed(text, "communities/{community}/policyRevisions/{policy_revision}"))
    }
}

fn segments<'a>(text: &'a str, collection: &str) -> Option<(Place, &'a str)> {
    let mut segments = text.split('/');
    let place = Place::read(segments.next()?, segments.next()?)?;
    let named = segments.next()? == collection;
    let id = segments.next()?;
    (named && segments.next().is_none()).then_some((place, id))
}

fn malformed(text: &str, pattern: &'static str) -> MalformedName {
    MalformedName {
        text: text.chars().take(200).collect(),
        pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_round_trip_and_others_are_refused() {
        let id = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
        for text in ["communities/440309002021", "regions/440309"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
            let change = format!("{text}/policyChanges/{id}");
            assert_eq!(change.parse::<ChangeName>().unwrap().to_string(), change);
        }
        let revision = "regions/440309/policyRevisions/7";
        assert_eq!(revision.parse::<RevisionName>().unwrap().to_string(), revision);
        for bad in ["07", "-1", "", "x", "99999999999999999999"] {
            assert!(
                format!("regions/440309/policyRevisions/{bad}")
                    .parse::<RevisionName>()
                    .is_err()
            );
        }
        for bad in ["communities/4403", "regions/4403090", "organizations/1", ""] {
            assert!(bad.parse::<Place>().is_err(), "{bad}");
        }
        for bad in [
            format!("regions/440309/policyChanges/{id}/x"),
            format!("regions/440309/changes/{id}"),
            "regions/440309/policyChanges/7".to_owned(),
        ] {
            assert!(bad.parse::<ChangeName>().is_err(), "{bad}");
        }
    }
}
