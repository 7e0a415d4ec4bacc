use std::fmt;

use yihe_kernel::{COLLECTIONS, CommunityId, MalformedName, RegionCode, UserId};

/// Where a permission is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// In a community.
    Community(CommunityId),
    /// In a region, which is an authorization domain of its own.
    Region(RegionCode),
}

impl Scope {
    /// The community, where it is one.
    #[must_use]
    pub const fn community(&self) -> Option<&CommunityId> {
        match self {
            Self::Community(community) => Some(community),
            Self::Region(_) => None,
        }
    }

    /// The region, where it is one.
    #[must_use]
    pub const fn region(&self) -> Option<&RegionCode> {
        match self {
            Self::Community(_) => None,
            Self::Region(region) => Some(region),
        }
    }
}

/// As resource names begin: `communities/{community}` or `regions/{region}`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Community(community) => write!(f, "communities/{community}"),
            Self::Region(region) => write!(f, "regions/{region}"),
        }
    }
}

/// Where the resource of this name is: `communities/{community}…` or `regions/{region}…`. `None` for every other text.
/// Only the beginning is looked at.
#[must_use]
pub fn scope_of(name: &str) -> Option<Scope> {
    let mut segments = name.split('/');
    match (segments.next()?, segments.next()?) {
        ("communities", community) => community.parse().ok().map(Scope::Community),
        ("regions", region) => region.parse().ok().map(Scope::Region),
        _ => None,
    }
}

/// Why the names of a message are refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// A text is no name of any collection.
    Malformed(MalformedName),
    /// Two communities are named.
    TwoCommunities(CommunityId, CommunityId),
}

/// The one community that names are of; `None` where none is named. Empty names are free.
#[derive(Debug, Default)]
pub struct OneCommunity {
    found: Option<CommunityId>,
    refused: Option<Refused>,
}

impl OneCommunity {
    pub fn visit(&mut self, name: &str) {
        if name.is_empty() || self.refused.is_some() {
            return;
        }
        if !COLLECTIONS.iter().any(|collection| matches(collection.pattern, name)) {
            let pattern = nearest(name);
            self.refused = Some(Refused::Malformed(MalformedName {
                text: name.chars().take(200).collect(),
                pattern,
            }));
            return;
        }
        let Some(Scope::Community(community)) = scope_of(name) else {
            return;
        };
        match &self.found {
            None => self.found = Some(community),
            Some(found) if *found == community => {}
            Some(found) => self.refused = Some(Refused::TwoCommunities(found.clone(), community)),
        }
    }

    pub fn finish(self) -> Result<Option<CommunityId>, Refused> {
        self.refused.map_or(Ok(self.found), Err)
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    let mut segments = name.split('/');
    let all = pattern
        .split('/')
        .all(|expected| segments.next().is_some_and(|segment| fits(expected, segment)));
    all && segments.next().is_none()
}

fn fits(expected: &str, segment: &str) -> bool {
    match expected {
        "{community}" => segment.parse::<CommunityId>().is_ok(),
        "{region}" => segment.parse::<RegionCode>().is_ok(),
        // a revision goes by its number
        "{policy_revision}" => segment.parse::<u64>().is_ok_and(|number| number.to_string() == segment),
        variable if variable.starts_with('{') => segment.parse::<UserId>().is_ok(),
        literal => literal == segment,
    }
}

/// The pattern that a malformed name is most like, to be told to whoever wrote it.
fn nearest(name: &str) -> &'static str {
    let segments: Vec<_> = name.split('/').collect();
    let likeness = |pattern: &str| {
        let expected: Vec<_> = pattern.split('/').collect();
        let alike = expected
            .iter()
            .zip(&segments)
            .filter(|(expected, segment)| fits(expected, segment))
            // a word says more than a variable, which many texts fit
            .map(|(expected, _)| if expected.starts_with('{') { 1 } else { 2 })
            .sum::<usize>();
        (alike, std::cmp::Reverse(expected.len().abs_diff(segments.len())))
    };
    COLLECTIONS
        .iter()
        .max_by_key(|collection| likeness(collection.pattern))
        .map_or("communities/{community}", |it| it.pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

    fn check(names: &[&str]) -> Result<Option<CommunityId>, Refused> {
        let mut one = OneCommunity::default();
        for name in names {
            one.visit(name);
        }
        one.finish()
    }

    #[test]
    fn global_names_are_free_and_others_must_be_of_one_community() {
        let meeting = format!("communities/440309002021/meetings/{ID}");
        let organization = format!("organizations/{ID}");
        assert_eq!(check(&["", &organization]), Ok(None));
        assert_eq!(
            check(&[&meeting, &organization, "communities/440309002021"]),
            Ok(Some("440309002021".parse().unwrap()))
        );
        let (first, second) = ("440309002021".parse().unwrap(), "440309002022".parse().unwrap());
        assert_eq!(
            check(&[&meeting, "communities/440309002022"]),
            Err(Refused::TwoCommunities(first, second))
        );
    }

    #[test]
    fn a_malformed_name_is_told_the_pattern_it_is_most_like() {
        for (name, pattern) in [
            (
                "communities/440309002021/meetings/1",
                "communities/{community}/meetings/{meeting}",
            ),
            ("communities/-/meetings", "communities/{community}/meetings/{meeting}"),
            (
                "communities/440309002021/meeting/1",
                "communities/{community}/memberships/{membership}",
            ),
            ("regions/xx", "regions/{region}"),
            ("communities/440309002021/", "communities/{community}"),
        ] {
            let Err(Refused::Malformed(refusal)) = check(&[name]) else {
                panic!("{name} is taken")
            };
            assert_eq!(refusal.pattern.split('/').next(), pattern.split('/').next(), "{name}");
            assert_eq!(refusal.text, name);
        }
        let upper = format!("organizations/{}", ID.to_uppercase());
        assert!(check(&[&upper]).is_err() && check(&["organizations/"]).is_err() && check(&["/"]).is_err());
    }

    #[test]
    fn the_scope_is_told_by_the_beginning() {
        assert_eq!(scope_of("regions/4403"), Some(Scope::Region("4403".parse().unwrap())));
        assert_eq!(
            scope_of("communities/440309002021/x"),
            Some(Scope::Community("440309002021".parse().unwrap()))
        );
        for other in [
            "",
            "communities",
            "communities/",
            "communities/-/meetings/1",
            "organizations/4403",
            "regions/440",
        ] {
            assert_eq!(scope_of(other), None, "{other}");
        }
    }
}
