//! Shares, compared without dividing.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::code::codes;

/// A share of a whole, greater than nothing and at most all of it; written `2/3`. Kept as written: `2/4` stays `2/4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fraction {
    numerator: u32,
    denominator: u32,
}

/// Why a text is not a usable share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FractionError {
    /// Not two whole numbers with a slash between them.
    #[error("{0:?} is not a fraction of the form 2/3")]
    Shape(String),
    /// Nothing can be a share of zero parts.
    #[error("denominator is zero")]
    ZeroDenominator,
    /// A share of nothing is always reached.
    #[error("numerator is zero")]
    ZeroNumerator,
    /// More than the whole is never reached.
    #[error("{0} is more than the whole")]
    MoreThanWhole(String),
}

impl Fraction {
    /// A share of `numerator` parts of `denominator`.
    pub fn new(numerator: u32, denominator: u32) -> Result<Self, FractionError> {
        if denominator == 0 {
            return Err(FractionError::ZeroDenominator);
        }
        if numerator == 0 {
            return Err(FractionError::ZeroNumerator);
        }
        if numerator > denominator {
            return Err(FractionError::MoreThanWhole(format!("{numerator}/{denominator}")));
        }
        Ok(Self { numerator, denominator })
    }

    /// A share written in this program; one that is none does not build.
    pub(crate) const fn known(numerator: u32, denominator: u32) -> Self {
        assert!(numerator > 0 && numerator <= denominator);
        Self { numerator, denominator }
    }

    /// The parts asked for; at least 1.
    pub const fn numerator(self) -> u32 {
        self.numerator
    }

    /// The parts of the whole; at least the numerator.
    pub const fn denominator(self) -> u32 {
        self.denominator
    }

    pub(crate) const fn is_whole(self) -> bool {
        self.numerator == self.denominator
    }

    /// Whether the share is one half, however written.
    pub(crate) fn is_half(self) -> bool {
        u64::from(self.numerator) * 2 == u64::from(self.denominator)
    }
}

impl FromStr for Fraction {
    type Err = FractionError;

    fn from_str(text: &str) -> Result<Self, FractionError> {
        let shape = || FractionError::Shape(text.to_owned());
        let number = |part: &str| {
            // parse() alone would accept a plus sign
            if part.bytes().all(|b| b.is_ascii_digit()) {
                part.parse::<u32>().map_err(|_| shape())
            } else {
                Err(shape())
            }
        };
        let (numerator, denominator) = text.split_once('/').ok_or_else(shape)?;
        Self::new(number(numerator)?, number(denominator)?)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl TryFrom<String> for Fraction {
    type Error = FractionError;

    fn try_from(text: String) -> Result<Self, FractionError> {
        text.parse()
    }
}

impl From<Fraction> for String {
    fn from(fraction: Fraction) -> Self {
        fraction.to_string()
    }
}

codes! {
    /// Whether the share itself is enough.
    Comparison {
        /// The share must be exceeded (过); exactly the share fails.
        MoreThan = "MORE_THAN",
        /// The share suffices (以上); Civil Code 1259 counts the figure itself in.
        AtLeast = "AT_LEAST",
    }
}

/// A share with its comparison: "more than 1/2", "at least 2/3".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Threshold {
    /// Whether exactly the share is enough.
    pub comparison: Comparison,
    /// The share.
    pub fraction: Fraction,
}

impl Threshold {
    /// Whether `counted` of `of` passes. Nothing of nothing never passes, however low the share.
    pub fn met(self, counted: u64, of: u64) -> bool {
        if of == 0 {
            return false;
        }
        let have = u128::from(counted) * u128::from(self.fraction.denominator);
        let want = u128::from(of) * u128::from(self.fraction.numerator);
        match self.comparison {
            Comparison::MoreThan => have > want,
            Comparison::AtLeast => have >= want,
        }
    }

    /// A threshold written in this program; one that is none does not build.
    pub(crate) const fn known(comparison: Comparison, numerator: u32, denominator: u32) -> Self {
        Self {
            comparison,
            fraction: Fraction::known(numerator, denominator),
        }
    }

    /// Whether whatever passes this one passes the other too.
    pub(crate) fn is_no_weaker_than(self, other: Self) -> bool {
        let (mine, theirs) = (self.fraction, other.fraction);
        let left = u64::from(mine.numerator) * u64::from(theirs.denominator);
        let right = u64::from(theirs.numerator) * u64::from(mine.denominator);
        match left.cmp(&right) {
            Ordering::Greater => true,
            Ordering::Equal => self.comparison == Comparison::MoreThan || other.comparison == Comparison::AtLeast,
            Ordering::Less => false,
        }
    }

    /// Whether no count at all could pass: more than everything.
    pub(crate) fn unreachable(self) -> bool {
        self.comparison == Comparison::MoreThan && self.fraction.is_whole()
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comparison = match self.comparison {
            Comparison::MoreThan => "more than",
            Comparison::AtLeast => "at least",
        };
        write!(f, "{comparison} {}", self.fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threshold(comparison: Comparison, fraction: &str) -> Threshold {
        Threshold {
            comparison,
            fraction: fraction.parse().unwrap(),
        }
    }

    #[test]
    fn exactly_the_share_passes_at_least_and_fails_more_than() {
        for (fraction, counted, of) in [("1/2", 5, 10), ("2/3", 6, 9), ("3/4", 9, 12), ("2/4", 5, 10)] {
            assert!(threshold(Comparison::AtLeast, fraction).met(counted, of), "{fraction}");
            assert!(
                !threshold(Comparison::MoreThan, fraction).met(counted, of),
                "{fraction}"
            );
            assert!(
                !threshold(Comparison::AtLeast, fraction).met(counted - 1, of),
                "{fraction}"
            );
            assert!(
                threshold(Comparison::MoreThan, fraction).met(counted + 1, of),
                "{fraction}"
            );
        }
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let just_over = Threshold {
            comparison: Comparison::MoreThan,
            fraction: Fraction::new(u32::MAX - 1, u32::MAX).unwrap(),
        };
        assert!(just_over.met(u64::MAX, u64::MAX));
        assert!(!just_over.met(u64::MAX / 2, u64::MAX));
    }

    #[test]
    fn nothing_of_nothing_never_passes() {
        assert!(!threshold(Comparison::AtLeast, "1/2").met(0, 0));
        assert!(!threshold(Comparison::MoreThan, "1/2").met(0, 0));
    }

    #[test]
    fn unusable_fractions_say_why() {
        let reason = |text: &str| text.parse::<Fraction>().unwrap_err().to_string();
        assert_eq!(reason("1/0"), "denominator is zero");
        assert_eq!(reason("0/2"), "numerator is zero");
        assert_eq!(reason("3/2"), "3/2 is more than the whole");
        for text in ["", "/", "1", "1/2/3", "-1/2", "+1/2", "1 / 2", "0.5", "1/4294967296"] {
            assert_eq!(text.parse::<Fraction>(), Err(FractionError::Shape(text.to_owned())));
        }
    }
}
