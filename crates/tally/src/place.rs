//! Where a rule pack is law: the nation or a division and everything below it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// `CN`, or a 12-digit division code (2 province, 2 city, 2 county, 3 street, 3 community digits; lower levels zero).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Place(String);

/// A text that is neither `CN` nor a division code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither CN nor a division code of 12 digits")]
pub struct PlaceError(String);

const NATION: &str = "CN";
const LEVEL_ENDS: [usize; 5] = [2, 4, 6, 9, 12];

impl Place {
    /// As written: `CN` or the 12 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what is law here is law in `other`: the same place, or one that lies in it.
    pub fn covers(&self, other: &Place) -> bool {
        let prefix = self.significant();
        prefix.is_empty() || (other.0 != NATION && other.0.starts_with(prefix))
    }

    /// How narrow the place is; of two places that cover a third, the narrower has the larger number.
    pub(crate) fn narrowness(&self) -> usize {
        self.significant().len()
    }

    /// The digits down to the division's own level: what all codes below it begin with.
    fn significant(&self) -> &str {
        if self.0 == NATION {
            return "";
        }
        let end = LEVEL_ENDS
            .into_iter()
            .find(|end| self.0[*end..].bytes().all(|b| b == b'0'));
        &self.0[..end.unwrap_or(12)]
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let division = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with("00");
        if text == NATION || division {
            Ok(Self(text.to_owned()))
        } else {
            Err(PlaceError(text.to_owned()))
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Place {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        text.parse()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        text.parse().unwrap()
    }

    #[test]
    fn every_level_covers_what_lies_in_it_and_nothing_beside_it() {
        let community = place("440309002021");
        for above in [
            "CN",
            "440000000000",
            "440300000000",
            "440309000000",
            "440309002000",
            "440309002021",
        ] {
            assert!(place(above).covers(&community), "{above}");
        }
        for beside in [
            "310000000000",
            "440400000000",
            "440310000000",
            "440309003000",
            "440309002022",
        ] {
            assert!(!place(beside).covers(&community), "{beside}");
        }
        assert!(!place("440300000000").covers(&place("CN")));
        assert!(!community.covers(&place("440309002000")));
    }

    #[test]
    fn a_city_without_counties_covers_its_streets() {
        assert!(place("441900000000").covers(&place("441900003005")));
        assert!(place("441900003000").covers(&place("441900003005")));
        assert!(!place("441900003000").covers(&place("441900004005")));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "cn", "4403", "44030900202X", "004403090020", "4403090020211"] {
            assert_eq!(text.parse::<Place>(), Err(PlaceError(text.to_owned())));
        }
    }
}
